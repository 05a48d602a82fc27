"""Runs Envoy in front of a local stack, with the configuration that `gateway.render` makes."""

import os
import sys
from pathlib import Path

from gateway.render import render
from shared.config import load_settings

_PROGRAM = Path(sys.executable).parent / "envoy"


def main() -> None:
    """Writes `DATA_DIR/envoy.yaml` and becomes Envoy."""
    settings = load_settings()
    folder = settings.data_dir.resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / "envoy.yaml"
    file.write_text(render(settings), encoding="utf-8")
    # No shared memory for hot restarts: several stacks run on one machine. Two threads are plenty for one developer.
    options = ["--disable-hot-restart", "--concurrency", "2", "--log-level", "warning"]
    os.execv(_PROGRAM, [str(_PROGRAM), "-c", str(file), *options])  # noqa: S606 - our own program, no shell


if __name__ == "__main__":
    main()
