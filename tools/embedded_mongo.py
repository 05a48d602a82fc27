"""Runs the embedded database of a local stack: MongoDB's protocol over SQLite, without a download.

Its files stand in `DATA_DIR/mongo`, readable by their owner alone. A second start on the same files is refused.
"""

import fcntl
import os
import sqlite3
import sys
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import NoReturn

from shared.config import load_settings

_PROGRAM = Path(sys.executable).parent / "nx-27017"
# What was erased is gone from the files after so long; the second bounds how long a keeper outlives its server.
_CHECKPOINT_SECONDS, _LOOK_SECONDS = 10.0, 0.5
# Stands in the head of a file of which all that was deleted has been overwritten ("CCov").
_OVERWRITTEN = 0x43436F76


class DirectoryInUse(Exception):
    """Another database works on the same files."""


def lock_directory(folder: Path) -> int:
    """Makes `folder` this process's own until it ends, `exec` included; raises `DirectoryInUse`."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise DirectoryInUse(f"another database works in {folder}; set DATA_DIR to another directory") from None
    os.set_inheritable(lock, True)
    return lock


def drop_deleted_text(file: Path) -> None:
    """Takes what was erased out of the file and its log. Call with the lock held.

    By default most builds of SQLite overwrite what is deleted, others only mark it as free. A file that was in the
    hands of one of those is rewritten. Not every file at every start: that takes longer with each resume.
    """
    if not file.exists():
        return
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        # The server is of this interpreter, too.
        mark = _OVERWRITTEN if database.execute("PRAGMA secure_delete").fetchone() == (1,) else 0
        if database.execute("PRAGMA application_id").fetchone() == (_OVERWRITTEN,) == (mark,):
            return
        database.execute("VACUUM")
        database.execute(f"PRAGMA application_id = {mark}")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def keep_log_short(file: Path, server: int) -> None:
    """Moves SQLite's log into the file again and again, and empties it, until the process `server` is not our parent.

    SQLite overwrites what is deleted in the file (its `secure_delete`), but the log has every page as it was written.
    """
    due = time.monotonic() + _CHECKPOINT_SECONDS
    while os.getppid() == server:
        time.sleep(_LOOK_SECONDS)
        if time.monotonic() < due or not file.exists():
            continue
        # Somebody may be reading or writing just now: then it is tried again at the next look.
        with suppress(sqlite3.OperationalError), closing(sqlite3.connect(file, timeout=1)) as database:
            database.execute("PRAGMA secure_delete = ON")
            busy, *_ = database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if not busy:
                due = time.monotonic() + _CHECKPOINT_SECONDS


def main() -> NoReturn:
    """Becomes the database server; exits with 1 when the directory is in use, or the file cannot be read."""
    settings = load_settings()
    os.umask(0o077)
    folder = settings.data_dir.resolve() / "mongo"
    try:
        lock = lock_directory(folder)
    except DirectoryInUse as error:
        raise SystemExit(str(error)) from None
    file = folder / "career-coach.db"
    try:
        drop_deleted_text(file)
    except sqlite3.DatabaseError as error:
        raise SystemExit(f"{file}: {error}; if it is damaged, put a backup in its place (make restore)") from None
    server = os.getpid()
    if os.fork() == 0:
        # The folder is the server's alone: a new one may start as soon as it has ended.
        os.close(lock)
        keep_log_short(file, server)
        os._exit(0)
    become_server(file, settings.mongo_port)


def become_server(file: Path, port: int) -> NoReturn:
    """Replaces this process by the server over the file; what it says goes to `log` beside it."""
    folder = file.parent
    # Of a server that was killed; its number may belong to another process by now.
    (folder / "pid").unlink(missing_ok=True)
    log = os.open(folder / "log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(log, stream.fileno())
    arguments = ["--db", str(file), "--host", "127.0.0.1", "--port", str(port)]
    arguments += ["--pid-file", str(folder / "pid"), "--log-file", os.devnull]
    os.execv(_PROGRAM, [str(_PROGRAM), *arguments])  # noqa: S606 - our own program, no shell


if __name__ == "__main__":
    main()
