"""Copies of the embedded database's files, and what is refused as one."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.database_files import open_database, quiet, read, write
from tools.backup_files import BackupFailed
from tools.backups import DeletedSince, restore_backup, take_backup
from tools.embedded_mongo import lock_directory


def test_a_backup_holds_what_stands_in_the_log(tmp_path: Path) -> None:
    """And is one file, its owner's alone, without what was deleted before."""
    with closing(open_database(tmp_path)) as database:
        database.execute("PRAGMA secure_delete = OFF")
        write(database, "kim", "1")
        write(database, "lee", "2", "erased-words " * 500)
        database.execute("DELETE FROM resumes WHERE _id = 'k/lee'")
        target = tmp_path / "new" / "backup.db"

        take_backup(tmp_path, target, quiet)

        assert list(read(target)) == ["kim"]
        assert [each.name for each in target.parent.iterdir()] == ["backup.db"]
        assert target.stat().st_mode & 0o077 == 0
        assert b"erased-words" not in target.read_bytes()


def test_a_backup_is_of_one_moment_while_others_write(tmp_path: Path) -> None:
    """What is written between two steps of the copy is not in it, and does not make it begin anew."""
    with closing(open_database(tmp_path)) as database:
        for number in range(3000):
            write(database, f"before-{number}", str(number), "x" * 4000)
        steps: list[float] = []

        def write_one(_work: str, share: float) -> None:
            steps.append(share)
            # Not for ever, so that a copy that begins anew each time ends, too.
            if len(steps) < 50:
                write(database, f"during-{len(steps)}", "9")

        take_backup(tmp_path, tmp_path / "backup.db", write_one)

    stored = read(tmp_path / "backup.db")
    assert 2 < len(steps) < 50
    assert len(stored) == 3000
    assert all(key.startswith("before") for key in stored)


def test_a_backup_overwrites_nothing(tmp_path: Path) -> None:
    """Least of all an older backup."""
    target = tmp_path / "backup.db"
    target.write_text("older")
    open_database(tmp_path).close()

    with pytest.raises(BackupFailed, match="name another file"):
        take_backup(tmp_path, target, quiet)

    assert target.read_text() == "older"


def test_there_is_nothing_to_back_up_before_the_first_start(tmp_path: Path) -> None:
    """The variable that says where to look is named, and no file is made."""
    with pytest.raises(BackupFailed, match="DATA_DIR"):
        take_backup(tmp_path / "data", tmp_path / "backup.db", quiet)

    assert list(tmp_path.iterdir()) == []


def test_a_restore_puts_the_present_aside(tmp_path: Path) -> None:
    """Whole, with what stood in its log; of that log nothing is left beside the backup."""
    with closing(open_database(tmp_path)) as database:
        write(database, "kim", "1", "old")
        take_backup(tmp_path, tmp_path / "backup.db", quiet)
        write(database, "kim", "1", "new")
        write(database, "lee", "2")
        # As kill -9 leaves it: the log is there, and nobody has it open.
        keep = {each.name: each.read_bytes() for each in (tmp_path / "mongo").iterdir()}
    for name, content in keep.items():
        (tmp_path / "mongo" / name).write_bytes(content)
    assert keep["career-coach.db-wal"]

    done = restore_backup(tmp_path, tmp_path / "backup.db", quiet)

    assert done.aside is not None
    assert read(tmp_path / "mongo" / "career-coach.db")["kim"]["content"] == "old"
    assert {key: each["content"] for key, each in read(done.aside / "career-coach.db").items()} == {
        "kim": "new",
        "lee": "",
    }
    files = [each for each in (tmp_path / "mongo").rglob("*") if each.is_file()]
    assert {each.name for each in files} == {"career-coach.db", "lock"}
    assert all(each.stat().st_mode & 0o077 == 0 for each in [*files, done.aside])


def test_a_restore_refuses_while_a_database_works(tmp_path: Path) -> None:
    """It says to stop the stack, and touches nothing."""
    with closing(open_database(tmp_path)) as database:
        write(database, "kim", "1")
        take_backup(tmp_path, tmp_path / "backup.db", quiet)
        before = sorted(each.name for each in (tmp_path / "mongo").iterdir())
        lock_directory(tmp_path / "mongo")

        with pytest.raises(BackupFailed, match="stop the stack"):
            restore_backup(tmp_path, tmp_path / "backup.db", quiet)

        assert sorted(each.name for each in (tmp_path / "mongo").iterdir()) == sorted([*before, "lock"])


def test_a_restore_refuses_while_another_program_reads(tmp_path: Path) -> None:
    """Its end would delete a log that is another database's by then."""
    with closing(open_database(tmp_path)) as database:
        write(database, "kim", "1")
        take_backup(tmp_path, tmp_path / "backup.db", quiet)

        with pytest.raises(BackupFailed, match="close it first"):
            restore_backup(tmp_path, tmp_path / "backup.db", quiet, patience=0.1)

        assert list(read(tmp_path / "mongo" / "career-coach.db")) == ["kim"]


@pytest.mark.parametrize("fault", ["missing", "no database", "cut", "overwritten", "of another program", "with a log"])
def test_what_is_no_sound_backup_is_refused(tmp_path: Path, fault: str) -> None:
    """Before anything is touched."""
    backup = tmp_path / "backup.db"
    with closing(open_database(tmp_path)) as database:
        for number in range(200):
            write(database, f"kim-{number}", str(number), "x" * 1000)
        take_backup(tmp_path, backup, quiet)
    _spoil(backup, fault)
    before = {each.name: each.read_bytes() for each in (tmp_path / "mongo").iterdir()}

    with pytest.raises(BackupFailed, match=r"backup\.db"):
        restore_backup(tmp_path, backup, quiet)

    assert before == {each.name: each.read_bytes() for each in (tmp_path / "mongo").iterdir() if each.name != "lock"}


def _spoil(backup: Path, fault: str) -> None:
    content = backup.read_bytes()
    match fault:
        case "missing":
            backup.unlink()
        case "no database":
            backup.write_text("no database")
        case "cut":
            backup.write_bytes(content[: len(content) // 2])
        case "overwritten":
            middle = len(content) // 2 // 4096 * 4096
            backup.write_bytes(content[:middle] + b"\xff" * 8192 + content[middle + 8192 :])
        case "of another program":
            backup.unlink()
            with closing(sqlite3.connect(backup)) as database:
                database.execute("CREATE TABLE books (title TEXT)")
        case _:
            backup.with_name("backup.db-wal").write_bytes(b"what is not in the file")


def delete_and_make_anew(tmp_path: Path) -> Path:
    """Of four resumes one is deleted after the backup, one is being deleted, and one is another by now."""
    backup = tmp_path / "backup.db"
    with closing(open_database(tmp_path)) as database:
        for number, key in enumerate(("kept", "deleted", "half-deleted", "anew")):
            write(database, key, str(number), "words")
        take_backup(tmp_path, backup, quiet)
        database.execute("DELETE FROM resumes WHERE _id = 'k/deleted'")
        hidden = json.dumps({"unique_key": "half-deleted", "due": 5})
        database.execute("UPDATE resumes SET data = ? WHERE _id = 'k/half-deleted'", (hidden,))
        write(database, "anew", "9")
    return backup


def test_deleted_resumes_do_not_come_back_unasked(tmp_path: Path) -> None:
    """Where the backup has some, nothing is done until somebody says whether they return."""
    backup = delete_and_make_anew(tmp_path)
    before = read(tmp_path / "mongo" / "career-coach.db")

    with pytest.raises(DeletedSince, match="3 resumes"):
        restore_backup(tmp_path, backup, quiet)

    assert read(tmp_path / "mongo" / "career-coach.db") == before
    assert not list((tmp_path / "mongo").glob("replaced-*"))


def test_deleted_resumes_can_be_left_out(tmp_path: Path) -> None:
    """They stand there as the resume service marks what it is to erase, and nothing of their text is left."""
    backup = delete_and_make_anew(tmp_path)

    done = restore_backup(tmp_path, backup, quiet, with_deleted=False)

    stored = read(tmp_path / "mongo" / "career-coach.db")
    assert done.left_out == 3
    assert stored["kept"]["content"] == "words"
    assert {key for key, each in stored.items() if each == {"unique_key": key, "due": 0}} == {
        "deleted",
        "half-deleted",
        "anew",
    }


def test_deleted_resumes_can_come_back(tmp_path: Path) -> None:
    """That is what a backup is for, if they were deleted by mistake."""
    backup = delete_and_make_anew(tmp_path)

    restore_backup(tmp_path, backup, quiet, with_deleted=True)

    assert {each["content"] for each in read(tmp_path / "mongo" / "career-coach.db").values()} == {"words"}


def test_a_damaged_database_is_replaced(tmp_path: Path) -> None:
    """It is put aside as it is; nobody knows then what was deleted since, and that is said."""
    backup = delete_and_make_anew(tmp_path)
    present = tmp_path / "mongo" / "career-coach.db"
    present.write_bytes(b"damage" * 1000)

    with pytest.raises(BackupFailed, match="nobody knows"):
        restore_backup(tmp_path, backup, quiet, with_deleted=False)
    done = restore_backup(tmp_path, backup, quiet)

    assert done.left_out is None
    assert done.aside is not None
    assert (done.aside / present.name).read_bytes() == b"damage" * 1000
    assert len(read(present)) == 4


def test_a_backup_moves_to_another_machine(tmp_path: Path) -> None:
    """Where no database was before, there is one now."""
    backup = delete_and_make_anew(tmp_path)

    done = restore_backup(tmp_path / "elsewhere", backup, quiet)

    assert done.aside is None
    assert len(read(tmp_path / "elsewhere" / "mongo" / "career-coach.db")) == 4
