"""Runs the embedded database of a local stack: MongoDB's protocol over SQLite, without a download.

Its files stand in `DATA_DIR/mongo`, readable by their owner alone. A second start on the same files is refused.
"""

import fcntl
import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import NoReturn

from shared.config import load_settings

_PROGRAM = Path(sys.executable).parent / "nx-27017"


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
    """Rewrites the file without what was erased from it: SQLite only marks it as free. Call with the lock held."""
    if not file.exists():
        return
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.execute("VACUUM")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def main() -> NoReturn:
    """Becomes the database server; exits with 1 when the directory is in use."""
    settings = load_settings()
    os.umask(0o077)
    folder = settings.data_dir.resolve() / "mongo"
    try:
        lock_directory(folder)
    except DirectoryInUse as error:
        raise SystemExit(str(error)) from None
    become_server(folder, settings.mongo_port)


def become_server(folder: Path, port: int) -> NoReturn:
    """Replaces this process by the server over the files of `folder`; what it says goes to `log` there."""
    file = folder / "career-coach.db"
    drop_deleted_text(file)
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
