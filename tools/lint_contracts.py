"""Holds the contracts against buf's rules, and against the contracts that were released.

`--release` takes the present contracts as released. buf reads images, because its own modules come from a network.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.protos import PROTOS, ROOT, write_descriptors

RELEASED = PROTOS / "released.binpb"
_BUF = Path(sys.executable).parent / "buf"


def find_problems(image: Path, released: Path) -> bool:
    """Whether `image` breaks a rule, or breaks clients of `released`; buf prints what and where."""
    commands = (["lint", str(image)], ["breaking", str(image), "--against", str(released)])
    # Both run, so that one call shows everything.
    statuses = [subprocess.run([_BUF, *command], cwd=ROOT, check=False).returncode for command in commands]
    return any(statuses)


def main() -> int:
    """1 when there are problems."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--release", action="store_true", help="take the present contracts as released")
    if parser.parse_args().release:
        write_descriptors(RELEASED)
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        image = Path(scratch) / "image.binpb"
        write_descriptors(image, comments=True)
        return int(find_problems(image, RELEASED))


if __name__ == "__main__":
    raise SystemExit(main())
