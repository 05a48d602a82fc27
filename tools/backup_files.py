"""Files of backups: where they come to be, what belongs to them, and what is said when there is none."""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# What SQLite has beside a file while it works.
_LOGS = ("-wal", "-shm", "-journal")


class BackupFailed(Exception):
    """The text says why, and what to do. Unless it says otherwise nothing was changed."""


def default_file(folder: Path, ending: str) -> Path:
    """A name with the present time."""
    return folder / f"career-coach-{stamp()}{ending}"


def stamp() -> str:
    """The present time, fit for a name."""
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())


def logs_of(file: Path) -> list[Path]:
    """The files that SQLite has beside it just now."""
    return [log for suffix in _LOGS if (log := Path(f"{file}{suffix}")).exists()]


@contextmanager
def new_backup(target: Path) -> Iterator[Path]:
    """A file to write, which gets its name at the end of the block; raises `BackupFailed` where that is taken."""
    if target.exists():
        raise BackupFailed(f"{target} is there already; name another file")
    part = target.parent / f"{target.name}.part"
    with new_file(part):
        yield part
        sync(part)
        part.rename(target)
        sync(target.parent)


@contextmanager
def new_file(part: Path) -> Iterator[None]:
    """An empty file, readable by its owner alone, which is gone afterwards if it has not been renamed."""
    part.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Of one that was killed. A log of it would be written into the new one.
    _unlink(part)
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        yield
    finally:
        _unlink(part)


def _unlink(part: Path) -> None:
    for file in (part, *logs_of(part)):
        file.unlink(missing_ok=True)


@contextmanager
def told(failure: str) -> Iterator[None]:
    """Turns what the system and SQLite raise into `BackupFailed`."""
    try:
        yield
    except OSError as error:
        raise BackupFailed(f"{failure}: {error.strerror or type(error).__name__}") from None
    except sqlite3.Error as error:
        raise BackupFailed(f"{failure}: {error}") from None


def sync(path: Path) -> None:
    """Sees to it that a file, or the names in a folder, outlive a loss of power."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
