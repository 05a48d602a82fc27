"""Backups through mongodump and mongorestore: what these are told and shown, and which archives are refused.

The programs are stand-ins that take down how they were called and write the documented format of an archive.
"""

import gzip
import json
import stat
import struct
import sys
from pathlib import Path
from typing import Any

import bson
import pytest

from shared.config import load_settings
from tools.backup import main as backup
from tools.backup_files import BackupFailed
from tools.mongo_archives import check, strike_out
from tools.restore import main as restore

PASSWORD = "p%40ss-word"
URL = f"mongodb://kim:{PASSWORD}@db.invalid:27017/?authSource=admin"

_PROGRAM = """#!{python}
import json, os, shutil, stat, sys
options = dict(each.partition("=")[::2] for each in sys.argv[1:])
config = options["--config"]
call = {{"program": os.path.basename(sys.argv[0]), "options": options, "argv": sys.argv[1:],
        "config": open(config).read(), "mode": stat.S_IMODE(os.stat(config).st_mode)}}
with open({calls!r}, "a") as file:
    file.write(json.dumps(call) + chr(10))
print("connected to {url} as kim with {plain}", file=sys.stderr)
if call["program"] == "mongodump":
    shutil.copyfile({archive!r}, options["--archive"])
sys.exit({status})
"""


def archive_of(*names: tuple[str, str]) -> bytes:
    """An archive with these collections, empty ones."""
    documents: list[dict[str, Any]] = [{"concurrent_collections": 4, "version": "0.1"}]
    documents += [{"db": database, "collection": name, "metadata": "", "size": 0} for database, name in names]
    return struct.pack("<I", 0x8199E26D) + b"".join(map(bson.encode, documents)) + struct.pack("<i", -1)


OURS = archive_of(("career_coach", "resumes"), ("career_coach", "interviews"))


class Programs:
    """A folder with both programs, and what they were called with."""

    def __init__(self, folder: Path, *, failing: str = "", present: bytes | None = None) -> None:
        self.folder = folder / "bin"
        self.folder.mkdir()
        self._calls = folder / "calls"
        archive = folder / "of-mongodump.gz"
        archive.write_bytes(gzip.compress(OURS if present is None else present))
        for name in ("mongodump", "mongorestore"):
            text = _PROGRAM.format(
                python=sys.executable,
                calls=str(self._calls),
                archive=str(archive),
                url=URL,
                plain="p@ss-word",
                status=3 if name == failing else 0,
            )
            (self.folder / name).write_text(text)
            (self.folder / name).chmod(0o700)

    def calls(self) -> list[dict[str, Any]]:
        """In their order."""
        return [json.loads(line) for line in self._calls.read_text().splitlines()]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory and an environment as an operator has them."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MONGODB_URL", URL)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path


def test_the_address_is_in_a_file_of_its_owner_alone(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Neither the command line nor anything that is printed has it, or a part that is secret."""
    programs = Programs(here)

    status = backup(["new/backup.archive.gz"])

    [call], printed = programs.calls(), "".join(capfd.readouterr())
    assert status == 0
    assert call["config"] == f'uri: "{URL}"\n'
    assert call["mode"] == stat.S_IRUSR | stat.S_IWUSR
    assert not Path(call["options"]["--config"]).exists()
    assert {"--db=career_coach", "--gzip"} <= set(call["argv"])
    assert "connected to" in printed
    for secret in (URL, PASSWORD, "p@ss-word", "kim"):
        assert secret not in " ".join(call["argv"]) + printed
    assert (here / "new" / "backup.archive.gz").stat().st_mode & 0o077 == 0


def test_a_restore_keeps_what_was_there(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """An archive of it is made before anything is dropped."""
    programs = Programs(here)
    backup(["backup.archive.gz"])

    status = restore(["backup.archive.gz"])

    [_, dumped, restored] = programs.calls()
    assert status == 0
    assert (dumped["program"], restored["program"]) == ("mongodump", "mongorestore")
    assert {"--archive=backup.archive.gz", "--gzip", "--drop", "--nsInclude=career_coach.*"} <= set(restored["argv"])
    [aside] = (here / "backups").iterdir()
    assert str(aside.relative_to(here)) in capfd.readouterr().out
    assert aside.stat().st_mode & 0o077 == 0


def test_a_restore_fills_a_database_that_is_new(here: Path) -> None:
    """Where the old one is lost nothing is there to be kept."""
    programs = Programs(here, present=archive_of())
    (here / "backup.archive.gz").write_bytes(gzip.compress(OURS))

    status = restore(["backup.archive.gz"])

    assert status == 0
    assert [call["program"] for call in programs.calls()] == ["mongodump", "mongorestore"]


def test_a_restore_that_fails_half_way_says_so(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """What was there may be gone from the database by then: the file that has it is named."""
    Programs(here, failing="mongorestore")
    (here / "backup.archive.gz").write_bytes(gzip.compress(OURS))

    status = restore(["backup.archive.gz"])

    [aside] = (here / "backups").iterdir()
    printed = capfd.readouterr().err
    assert status == 1
    assert "mongorestore ended with status 3" in printed
    assert f"or {aside.relative_to(here)}: that is what was there" in printed


def test_a_program_that_fails_leaves_no_backup(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """And its status is said."""
    Programs(here, failing="mongodump")

    status = backup(["backup.archive.gz"])

    assert status == 1
    assert "mongodump ended with status 3" in capfd.readouterr().err
    assert not list(here.glob("backup.archive*"))


def test_a_missing_program_is_named(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """With the name of the package to install."""
    status = backup(["backup.archive.gz"])

    assert status == 1
    assert "mongodump is not on PATH: install the MongoDB Database Tools" in capfd.readouterr().err
    assert not list(here.glob("backup.archive*"))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"no archive", "no backup of a MongoDB"),
        (gzip.compress(b"no archive"), "no backup of a MongoDB"),
        (gzip.compress(archive_of(("career_coach", "resumes")))[:-9], "no backup of a MongoDB"),
        (gzip.compress(archive_of(("career_coach", "resumes"))[:-4]), "no backup of a MongoDB"),
        (gzip.compress(archive_of(("another", "resumes"))), "holds no resumes of a database career_coach"),
    ],
    ids=["no gzip", "no archive", "cut", "without an end of its list", "of another database"],
)
def test_what_is_no_backup_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    """Mongorestore itself would restore nothing of another database's archive, and call that a success."""
    (tmp_path / "backup.archive.gz").write_bytes(content)

    with pytest.raises(BackupFailed, match=reason):
        check(tmp_path / "backup.archive.gz", load_settings({}).mongodb_database)


def test_secrets_are_struck_out() -> None:
    """As they are written in the address and as they are meant, those among its options, too."""
    address = "mongodb+srv://kim:a%2Fb@db.invalid/?tlsCertificateKeyFilePassword=c%20d&retryWrites=true"
    text = f"error parsing {address}: kim a%2Fb a/b c%20d c d retryWrites"

    assert strike_out(text, address) == "error parsing ***: *** *** *** *** *** retryWrites"


@pytest.mark.parametrize("password", ["p@ss", "p/ss", "p@s/s"])
def test_a_secret_that_is_not_escaped_is_struck_out(password: str) -> None:
    """Of that the programs complain, and they may repeat it."""
    address = f"mongodb://kim:{password}@db.invalid/?authSource=admin"

    assert strike_out(f"found {password}", address) == "found ***"
