"""Lets Envoy check its configuration: the one of a local run, and the one of docker-compose."""

import subprocess
import sys
import tempfile
from pathlib import Path

from gateway.render import HERE, SOURCE, render
from shared.config import load_settings

_ENVOY = Path(sys.executable).parent / "envoy"
# Where docker-compose puts the folder `gateway`.
_MOUNT = "/etc/envoy/"


def is_valid(config: str) -> bool:
    """Whether Envoy would start with it; Envoy prints what is wrong."""
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "envoy.yaml"
        file.write_text(config, encoding="utf-8")
        command = [str(_ENVOY), "--mode", "validate", "--log-level", "warning", "-c", str(file)]
        return subprocess.run(command, check=False).returncode == 0


def main() -> int:
    """1 when either is refused."""
    composed = SOURCE.read_text(encoding="utf-8").replace(_MOUNT, f"{HERE}/")
    return int(not all([is_valid(render(load_settings({}))), is_valid(composed)]))


if __name__ == "__main__":
    raise SystemExit(main())
