"""Puts a backup of `make backup` in the place of what is stored, and what was stored aside (`make restore`).

Stop the stack first. A backup holds resumes that were deleted since: where there are such, say whether they come back.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from shared.config import Settings, SettingsInvalid, load_settings
from tools.backup import ENDINGS, FOLDER, progress
from tools.backup_files import BackupFailed, default_file
from tools.backups import DeletedSince, restore_backup
from tools.mongo_archives import restore


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when it is done, 1 when it failed, 2 when the configuration is not valid or a choice is missing."""
    asked = _parser().parse_args(arguments)
    os.umask(0o077)
    try:
        settings = load_settings()
        if settings.embedded_database:
            _restore_embedded(settings, asked.file, asked.with_deleted)
        else:
            _restore_archive(settings, asked.file, asked.with_deleted)
    except SettingsInvalid as error:
        print(f"The configuration is not valid: {error}", file=sys.stderr)
        return 2
    except DeletedSince as choice:
        print(
            f"Nothing was restored: {choice}. They were deleted since, or lost. "
            "Add ARGS=--without-deleted to leave them out, or ARGS=--with-deleted to have them back.",
            file=sys.stderr,
        )
        return 2
    except BackupFailed as failure:
        print(f"Not restored: {failure}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped; what is stored is either as it was or, whole, the backup.", file=sys.stderr)
        return 1
    return 0


def _restore_embedded(settings: Settings, backup: Path, with_deleted: bool | None) -> None:
    done = restore_backup(settings.data_dir.resolve(), backup, progress(), with_deleted=with_deleted)
    print(f"{backup} is restored; start the stack.")
    if done.aside is not None:
        print(f"What was there lies in {done.aside}: delete that folder when you do not need it any more.")
    if done.left_out:
        print(
            f"{done.left_out} resumes that were deleted since are left out; what came of them goes at the next start."
        )
    elif done.left_out is None:
        print("Nobody knows which resumes were deleted since the backup: any such are back. Delete them once more.")


def _restore_archive(settings: Settings, backup: Path, with_deleted: bool | None) -> None:
    if with_deleted is False:
        raise BackupFailed("--without-deleted is for the embedded database; docs/operations.md says what to do here")
    aside = default_file(FOLDER, f".replaced{ENDINGS[False]}")
    restore(settings, backup, aside)
    print(f"{backup} is restored. What was there is in {aside}: delete it when you do not need it any more.")
    print("Resumes that were deleted since the backup are back. Delete them once more.")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make restore", description=__doc__)
    parser.add_argument("file", type=Path, help="the backup")
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument(
        "--with-deleted",
        action="store_const",
        const=True,
        default=None,
        help="resumes that were deleted since come back",
    )
    choice.add_argument(
        "--without-deleted",
        dest="with_deleted",
        action="store_const",
        const=False,
        help="they do not, nor does what was written from them",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
