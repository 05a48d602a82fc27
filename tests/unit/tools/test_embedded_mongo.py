"""The files of the embedded database: one server at a time, and nothing left of what was deleted."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tools.embedded_mongo import DirectoryInUse, drop_deleted_text, lock_directory

ROOT = Path(__file__).resolve().parents[3]

with closing(sqlite3.connect(":memory:")) as _any:
    OVERWRITES = _any.execute("PRAGMA secure_delete").fetchone() == (1,)


def test_a_directory_serves_one_database_at_a_time(tmp_path: Path) -> None:
    """Two on the same files would lose writes without a word."""
    folder = tmp_path / "new" / "mongo"
    lock_directory(folder)

    with pytest.raises(DirectoryInUse, match="DATA_DIR"):
        lock_directory(folder)

    assert folder.stat().st_mode & 0o077 == 0


def test_nothing_is_left_of_deleted_text(tmp_path: Path) -> None:
    """SQLite alone would keep it in free pages and in its log."""
    file = tmp_path / "career-coach.db"
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        # The default of some systems is to overwrite; of others it is not.
        database.execute("PRAGMA secure_delete = OFF")
        database.execute("CREATE TABLE resumes (text TEXT)")
        database.executemany("INSERT INTO resumes VALUES (?)", [("erased-words " * 500,), ("kept-words",)])
        database.commit()
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.execute("DELETE FROM resumes WHERE text LIKE 'erased%'")
        database.commit()
    assert b"erased-words" in file.read_bytes()

    drop_deleted_text(file)

    assert all(b"erased-words" not in part.read_bytes() for part in tmp_path.iterdir())
    assert b"kept-words" in file.read_bytes()


@pytest.mark.skipif(not OVERWRITES, reason="this SQLite only marks deleted text as free")
def test_a_start_does_not_rewrite_what_is_overwritten_already(tmp_path: Path) -> None:
    """It would take longer with every resume; what was deleted since the last start is gone all the same."""
    file = tmp_path / "career-coach.db"
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("CREATE TABLE resumes (text TEXT)")
        database.executemany("INSERT INTO resumes VALUES (?)", [("erased-words " * 5000,), ("kept-words",)])
        database.commit()
    drop_deleted_text(file)
    with closing(sqlite3.connect(file)) as database:
        database.execute("DELETE FROM resumes WHERE text LIKE 'erased%'")
        database.commit()
    size = file.stat().st_size

    drop_deleted_text(file)

    assert all(b"erased-words" not in part.read_bytes() for part in tmp_path.iterdir())
    # A file that is rewritten is shorter.
    assert file.stat().st_size == size


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    """With what to do, and without a traceback."""
    file = tmp_path / "mongo" / "career-coach.db"
    file.parent.mkdir()
    file.write_bytes(b"damage" * 1000)
    environment = {"DATA_DIR": str(tmp_path), "PYTHONPATH": f"{ROOT}:{ROOT}/protos/gen"}

    command = [sys.executable, "-m", "tools.embedded_mongo"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=30)

    assert done.returncode == 1
    assert done.stderr.startswith(f"{file}: file is not a database;")
    assert "make restore" in done.stderr


def test_a_first_start_has_nothing_to_drop(tmp_path: Path) -> None:
    """No file is made for it."""
    drop_deleted_text(tmp_path / "career-coach.db")

    assert list(tmp_path.iterdir()) == []
