"""One virtual environment for each peer, with pinned versions; ours is never touched."""

import hashlib
import subprocess
import sys
from pathlib import Path

from tests.benchmarks.processes import ROOT

_PINS = ROOT / "tests" / "benchmarks" / "peers"
_HOME = ROOT / ".bench"
_MINUTES = 10


def make(name: str) -> Path | None:
    """The interpreter with what `peers/NAME.txt` pins, installed where it is not yet; None where it cannot be."""
    pins = _PINS / f"{name}.txt"
    folder = _HOME / name
    ready = folder / ".ready"
    python = folder / "bin" / "python"
    digest = hashlib.sha256(pins.read_bytes()).hexdigest()
    if ready.exists() and ready.read_text() == digest:
        return python
    _HOME.mkdir(exist_ok=True)
    (_HOME / ".gitignore").write_text("*\n")
    sys.stderr.write(f"installing {name} into {folder.relative_to(ROOT)} ...\n")
    steps = (
        [sys.executable, "-m", "venv", "--clear", str(folder)],
        [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(pins)],
    )
    try:
        for step in steps:
            subprocess.run(step, check=True, timeout=_MINUTES * 60, stdout=subprocess.DEVNULL)
    except (subprocess.SubprocessError, OSError) as error:
        sys.stderr.write(f"cannot install {name}: {type(error).__name__}\n")
        return None
    ready.write_text(digest)
    return python
