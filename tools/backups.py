"""Copies of the embedded database: taken while it works, checked, put back.

A backup is one file, complete without a log beside it, and without what had been deleted from the database before.
"""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools.backup_files import BackupFailed, logs_of, new_backup, new_file, stamp, sync, told
from tools.embedded_mongo import DirectoryInUse, lock_directory

# Hears of how far it is: what is being done, and the share of it that is done.
Progress = Callable[[str, float], None]

FILE = "career-coach.db"
# How SQLite calls it that a file cannot be read, rather than that it may not be at this moment.
_DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_IOERR")
_IN_USE = ("SQLITE_BUSY", "SQLITE_LOCKED")
_PAGES = 2_000
_PATIENCE_SECONDS = 10.0
# The collection without which it is no database of ours.
_RESUMES = "resumes"
# Those of the backup that the database has not any more. One that has the key of a deleted one is another: its id, by
# which they are sorted, says so. Whose deletion has begun has none.
_DELETED = """
  FROM main.resumes WHERE json_extract(data, '$.sort_key') NOT NULL AND json_extract(data, '$.sort_key') NOT IN (
    SELECT json_extract(data, '$.sort_key') FROM present.resumes WHERE json_extract(data, '$.sort_key') NOT NULL
  )
"""
# How the resume service itself marks a resume whose deletion has begun.
_MARK_DELETED = f"""
  UPDATE main.resumes SET data = json_object('unique_key', json_extract(data, '$.unique_key'), 'due', 0)
  WHERE _id IN (SELECT _id {_DELETED})
"""  # noqa: S608 - nothing of a stranger's in it


class DeletedSince(Exception):
    """Resumes of the backup are not in the database any more, and nobody said whether they are to come back."""

    def __init__(self, count: int) -> None:
        self.count = count
        super().__init__(f"{count} resumes of the backup are not in the database any more")


def take_backup(data: Path, target: Path, tell: Progress) -> None:
    """Writes a copy of the database below `data` to a new file, readable by its owner alone.

    What was acknowledged before the call is in it, and of everything later either all or nothing up to one moment.
    Raises `BackupFailed`; there is no file then.
    """
    source = data / "mongo" / FILE
    with told(f"the backup {target} could not be written"):
        if not source.exists():
            raise BackupFailed(f"there is no database in {source.parent}; DATA_DIR says where it is")
        with new_backup(target) as part:
            with closing(sqlite3.connect(source, timeout=_PATIENCE_SECONDS)) as database:
                _copy(database, part, tell)
            _check(part, tell)


@dataclass(frozen=True, slots=True)
class Restoration:
    """What a restore did: the folder where what was there lies now, and how many deleted resumes were left out.

    `left_out` is None where nobody knows which resumes were deleted since the backup: there was nothing to read.
    """

    aside: Path | None
    left_out: int | None


def restore_backup(
    data: Path, backup: Path, tell: Progress, *, with_deleted: bool | None = None, patience: float = _PATIENCE_SECONDS
) -> Restoration:
    """Puts a backup in the place of the database below `data`, and what was there aside.

    `with_deleted` says whether resumes that are not in the database any more come back; those that do not are marked as
    deleted, and the resume service erases all that came of them when it starts. Raises `BackupFailed`, `DeletedSince`
    when there are such and nobody said; in both cases all is as it was.
    """
    with told(f"{backup} could not be restored"):
        _refuse_logs(backup)
        _check(backup, tell)
        with _locked(data / "mongo"):
            present = data / "mongo" / FILE
            readable = _fold(present, patience)
            if not readable and with_deleted is False:
                raise BackupFailed(
                    f"{present} cannot be read, so nobody knows which resumes were deleted since the backup"
                )
            return _replace(present, backup, tell, with_deleted=with_deleted, readable=readable)


def _replace(present: Path, backup: Path, tell: Progress, *, with_deleted: bool | None, readable: bool) -> Restoration:
    part = present.with_name(f"{FILE}.restored")
    with new_file(part):
        tell("Copying", 0.0)
        shutil.copyfile(backup, part)
        left_out = _leave_deleted(part, present, with_deleted) if readable else None
        _check(part, tell)
        return Restoration(_exchange(part, present), left_out)


def _copy(database: sqlite3.Connection, part: Path, tell: Progress) -> None:
    # An open read: without it the copy would begin anew whenever somebody writes between two of its steps.
    database.isolation_level = None
    database.execute("BEGIN")
    database.execute("SELECT count(*) FROM sqlite_master").fetchone()
    with closing(sqlite3.connect(part)) as copy:
        database.backup(copy, pages=_PAGES, progress=lambda _, left, total: tell("Copying", 1 - left / max(total, 1)))
        # One file, for good: no log beside it, and nothing of what was deleted in its free pages.
        copy.execute("PRAGMA journal_mode = DELETE")
        tell("Compacting", 0.0)
        copy.execute("VACUUM")


def _check(file: Path, tell: Progress) -> None:
    """Raises `BackupFailed` unless it is a sound database of ours."""
    tell("Checking", 0.0)
    if not file.is_file():
        raise BackupFailed(f"there is no file {file}")
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            [(verdict,)] = database.execute("PRAGMA integrity_check(1)").fetchall()
            names = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except sqlite3.DatabaseError as error:
        if not _name_of(error).startswith(_DAMAGED):
            raise
        raise BackupFailed(f"{file} is no backup, or is damaged") from None
    if verdict != "ok":
        raise BackupFailed(f"{file} is damaged")
    if _RESUMES not in names:
        raise BackupFailed(f"{file} is a database, and none of career-coach")
    tell("Checking", 1.0)


def _refuse_logs(backup: Path) -> None:
    for log in logs_of(backup):
        if log.stat().st_size:
            raise BackupFailed(f"{log} lies beside {backup}: that is no backup but a copy of the files of a database")


def _fold(present: Path, patience: float) -> bool:
    """Moves the log of a stopped database into its file; whether that can be read at all."""
    if not present.exists():
        return False
    try:
        with closing(sqlite3.connect(present, timeout=patience)) as database:
            # Succeeds only where nobody else has it open.
            database.execute("PRAGMA journal_mode = DELETE").fetchone()
            return database.execute("PRAGMA quick_check(1)").fetchone() == ("ok",) and _has_resumes(database)
    except sqlite3.DatabaseError as error:
        if _name_of(error).startswith(_IN_USE):
            raise BackupFailed(f"another program has {present} open; close it first") from None
        if not _name_of(error).startswith(_DAMAGED):
            raise
        return False


def _name_of(error: sqlite3.DatabaseError) -> str:
    # Python's own errors, about texts that it cannot decode, have none.
    return getattr(error, "sqlite_errorname", _DAMAGED[0])


def _has_resumes(database: sqlite3.Connection) -> bool:
    return bool(database.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (_RESUMES,)).fetchone())


def _leave_deleted(part: Path, present: Path, with_deleted: bool | None) -> int:
    """Marks as deleted what is not in the database any more, unless it is to come back; answers how many those are."""
    if with_deleted:
        return 0
    with closing(sqlite3.connect(part.resolve().as_uri(), uri=True)) as database:
        database.execute("PRAGMA secure_delete = ON")
        database.execute("ATTACH ? AS present", (f"{present.resolve().as_uri()}?mode=ro",))
        [(count,)] = database.execute(f"SELECT count(*) {_DELETED}").fetchall()
        if count and with_deleted is None:
            raise DeletedSince(count)
        database.execute(_MARK_DELETED)
        database.commit()
        return int(count)


def _exchange(part: Path, present: Path) -> Path | None:
    """Puts one file in the place of the other in one step, so that a start never finds none."""
    aside = put_aside(present)
    sync(part)
    part.replace(present)
    sync(present.parent)
    return aside


def put_aside(present: Path) -> Path | None:
    """Gives a stopped database a second name, in a folder of its own, and moves its logs there; None if nothing is."""
    logs = logs_of(present)
    if not (logs or present.exists()):
        return None
    aside = present.parent / f"replaced-{stamp()}"
    aside.mkdir(mode=0o700)
    try:
        if present.exists():
            os.link(present, aside / present.name)
    except OSError:
        # Not every file system has a second name for a file.
        aside.rmdir()
        raise
    # Of a database that is damaged, or lost: SQLite would write what they hold into the next one of that name.
    for log in logs:
        log.rename(aside / log.name)
    for file in aside.iterdir():
        file.chmod(0o600)
    sync(aside)
    return aside


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    try:
        lock = lock_directory(folder)
    except DirectoryInUse:
        raise BackupFailed(f"a database works in {folder}: stop the stack first, then restore") from None
    try:
        yield
    finally:
        os.close(lock)
