"""What a backup or a restore leaves that finds no room, was killed, or meets files that are not as they should be."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.database_files import open_database, quiet, read, write
from tools.backup_files import BackupFailed
from tools.backups import put_aside, restore_backup, take_backup

ROOT = Path(__file__).resolve().parents[3]
# Blocks of 512 bytes: less than the database of these tests has.
_ROOM = 100


def make_database(data: Path, name: str, resumes: int) -> None:
    """Resumes named after it, more than SQLite's log keeps to itself."""
    with closing(open_database(data)) as database:
        for number in range(resumes):
            write(database, f"{name}-{number}", f"{name}-{number}", f"{name} " * 300)


def test_the_log_of_a_lost_database_is_not_written_into_the_next(tmp_path: Path) -> None:
    """Only the file is gone, what stood in its log is there: it is put aside."""
    present = tmp_path / "mongo" / "career-coach.db"
    make_database(tmp_path, "before", 100)
    take_backup(tmp_path, tmp_path / "backup.db", quiet)
    with closing(open_database(tmp_path)) as database:
        for number in range(100):
            write(database, f"since-{number}", f"since-{number}", "since " * 300)
        log = present.with_name("career-coach.db-wal").read_bytes()
    present.unlink()
    present.with_name("career-coach.db-wal").write_bytes(log)

    done = restore_backup(tmp_path, tmp_path / "backup.db", quiet)

    assert {key.partition("-")[0] for key in read(present)} == {"before"}
    assert done.left_out is None
    assert done.aside is not None
    assert [each.name for each in done.aside.iterdir()] == ["career-coach.db-wal"]


def test_the_log_of_a_restore_that_was_killed_is_not_written_into_the_next(tmp_path: Path) -> None:
    """Of another backup, which has other pages at the places that it names."""
    make_database(tmp_path / "one", "one", 300)
    part = tmp_path / "mongo" / "career-coach.db.restored"
    (tmp_path / "mongo").mkdir()
    take_backup(tmp_path / "one", part, quiet)
    with closing(sqlite3.connect(part, isolation_level=None)) as database:
        database.execute("PRAGMA cache_size = 1")
        database.execute("BEGIN")
        database.execute("UPDATE resumes SET data = data || ' '")
        kept = part.with_name(f"{part.name}-journal").read_bytes()
    part.with_name(f"{part.name}-journal").write_bytes(kept)
    make_database(tmp_path, "two", 400)
    take_backup(tmp_path, tmp_path / "two.db", quiet)

    restore_backup(tmp_path, tmp_path / "two.db", quiet)

    assert len(read(tmp_path / "mongo" / "career-coach.db")) == 400
    assert not list((tmp_path / "mongo").glob("*.restored*"))


def test_a_database_that_cannot_be_opened_is_not_taken_for_a_damaged_one(tmp_path: Path) -> None:
    """Nobody could say which resumes were deleted, and yet it may be sound: all stays as it is."""
    make_database(tmp_path / "one", "one", 1)
    take_backup(tmp_path / "one", tmp_path / "backup.db", quiet)
    (tmp_path / "mongo" / "career-coach.db").mkdir(parents=True)

    with pytest.raises(BackupFailed, match="unable to open"):
        restore_backup(tmp_path, tmp_path / "backup.db", quiet)

    assert {each.name for each in (tmp_path / "mongo").iterdir()} == {"career-coach.db", "lock"}


def test_what_cannot_be_put_aside_leaves_nothing_there(tmp_path: Path) -> None:
    """A folder has no second name, as no file has on some file systems."""
    (tmp_path / "career-coach.db").mkdir()

    with pytest.raises(OSError, match="career-coach"):
        put_aside(tmp_path / "career-coach.db")

    assert [each.name for each in tmp_path.iterdir()] == ["career-coach.db"]


def test_a_folder_is_no_backup(tmp_path: Path) -> None:
    """Nor is the one where the command runs, which has no name."""
    with pytest.raises(BackupFailed, match="there is no file"):
        restore_backup(tmp_path, Path(), quiet)


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_where_there_is_no_room_nothing_is_left_behind(tmp_path: Path, command: str) -> None:
    """It is said, and what was there is there."""
    make_database(tmp_path, "one", 100)
    target = tmp_path / "new.db"
    if command == "restore":
        take_backup(tmp_path, target, quiet)
    before = sorted(tmp_path.rglob("*"))

    limited = f"ulimit -f {_ROOM}; exec {sys.executable} -m tools.{command} {target}"
    environment = {"DATA_DIR": str(tmp_path), "PYTHONPATH": f"{ROOT}:{ROOT}/protos/gen"}
    done = subprocess.run(["/bin/sh", "-c", limited], cwd=ROOT, env=environment, capture_output=True, text=True)

    assert done.returncode == 1
    assert f"{target} could not be" in done.stderr
    assert "Traceback" not in done.stderr
    assert [each for each in sorted(tmp_path.rglob("*")) if each.name != "lock"] == before
    assert len(read(tmp_path / "mongo" / "career-coach.db")) == 100
