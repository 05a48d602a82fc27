"""Writes all that is stored into one file, while everything works (`make backup`).

The embedded database of DATA_DIR is copied; of one that MONGODB_URL names mongodump makes an archive. The file is
readable by its owner alone: it holds every resume.
"""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from shared.config import Settings, SettingsInvalid, load_settings
from tools.backup_files import BackupFailed, default_file
from tools.backups import Progress, take_backup
from tools.mongo_archives import dump

FOLDER = Path("backups")
ENDINGS = {True: ".db", False: ".archive.gz"}
_TELL_SECONDS = 1.0


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when the backup is there, 1 when it could not be made, 2 when the configuration is not valid."""
    asked = _parser().parse_args(arguments)
    os.umask(0o077)
    try:
        settings = load_settings()
        target = asked.file or default_file(FOLDER, ENDINGS[settings.embedded_database])
        _take(settings, target)
    except SettingsInvalid as error:
        print(f"The configuration is not valid: {error}", file=sys.stderr)
        return 2
    except BackupFailed as failure:
        print(f"No backup: {failure}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped; there is no backup.", file=sys.stderr)
        return 1
    print(f"{target} ({target.stat().st_size / 1e6:.1f} MB) holds what was stored when it began. It is personal data.")
    return 0


def _take(settings: Settings, target: Path) -> None:
    if settings.embedded_database:
        take_backup(settings.data_dir.resolve(), target, progress())
    else:
        dump(settings, target)


def progress() -> Progress:
    """Says once a second what is being done and how far it is; nothing of what is done sooner."""
    said = time.monotonic()

    def tell(work: str, share: float) -> None:
        nonlocal said
        if time.monotonic() - said >= _TELL_SECONDS:
            said = time.monotonic()
            print(f"{work} {share:.0%}" if share else f"{work} ...", file=sys.stderr, flush=True)

    return tell


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make backup", description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, help="a new file; backups/career-coach-<time> by default")
    return parser


if __name__ == "__main__":
    sys.exit(main())
