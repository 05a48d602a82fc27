"""Backups of a MongoDB that `MONGODB_URL` names, by MongoDB's own mongodump and mongorestore.

The address may hold a password: the programs read it from a file that nobody else may read, and of what they say it is
struck out.
"""

import gzip
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote

import bson
from bson.errors import BSONError

from shared.config import Settings
from tools.backup_files import BackupFailed, new_backup, told

# How an archive of mongodump begins, and what ends the list of its collections.
_MAGIC, _END = 0x8199E26D, -1
_GREATEST_DOCUMENT = 16 * 1024 * 1024
_PIECE = 1024 * 1024
_RESUMES = "resumes"


def dump(settings: Settings, target: Path) -> None:
    """Writes an archive to a new file, readable by its owner alone; raises `BackupFailed`.

    The collections are read one after the other: what is written meanwhile is in it or not.
    """
    with told(f"the backup {target} could not be written"), new_backup(target) as part:
        _dump(settings, part)
        check(part, settings.mongodb_database)


def _dump(settings: Settings, part: Path) -> None:
    _run(settings, "mongodump", f"--db={settings.mongodb_database}", f"--archive={part}", "--gzip")


def restore(settings: Settings, backup: Path, aside: Path) -> None:
    """Puts what an archive holds in the place of the collections of its names; what was there is in `aside` before.

    Raises `BackupFailed`.
    """
    with told(f"{backup} could not be restored"):
        check(backup, settings.mongodb_database)
        _find("mongorestore")
        with new_backup(aside) as part:
            _dump(settings, part)
            # Whole, whatever is in it: nothing is in a database that is new.
            _read(part)
    name = settings.mongodb_database
    try:
        _run(settings, "mongorestore", f"--archive={backup}", "--gzip", "--drop", f"--nsInclude={name}.*")
    except (BackupFailed, KeyboardInterrupt) as error:
        raise BackupFailed(
            f"{str(error) or 'mongorestore was stopped'}; some collections may be those of {backup} by now. Restore it "
            f"once more, or {aside}: that is what was there"
        ) from None


def check(file: Path, database: str) -> None:
    """Raises `BackupFailed` unless it is a whole archive with our collections of that database."""
    if (database, _RESUMES) not in _read(file):
        raise BackupFailed(f"{file} holds no resumes of a database {database}; MONGODB_DATABASE says its name")


def _read(file: Path) -> set[tuple[str, str]]:
    """Reads it to its end, and gives the databases and collections; raises `BackupFailed` where it is damaged."""
    if not file.is_file():
        raise BackupFailed(f"there is no file {file}")
    try:
        with gzip.open(file) as archive:
            names = set(_read_names(archive))
            # To the end, where the checksum is.
            while archive.read(_PIECE):
                pass
            return names
    except (OSError, EOFError, zlib.error, struct.error, BSONError, KeyError, ValueError):
        raise BackupFailed(f"{file} is no backup of a MongoDB, or is damaged") from None


def _read_names(archive: gzip.GzipFile) -> Iterator[tuple[str, str]]:
    """Names of the databases and collections, which stand at the beginning."""
    if struct.unpack("<I", archive.read(4)) != (_MAGIC,):
        raise ValueError
    is_head = True
    while True:
        start = archive.read(4)
        (length,) = struct.unpack("<i", start)
        if length == _END:
            return
        if not len(start) < length <= _GREATEST_DOCUMENT:
            raise ValueError
        document = bson.decode(start + archive.read(length - len(start)))
        if not is_head:
            yield document["db"], document["collection"]
        is_head = False


def _find(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        raise BackupFailed(
            f"MONGODB_URL is set, and {program} is not on PATH: install the MongoDB Database Tools, or use those of "
            "the database's own container (docs/operations.md)"
        )
    return found


def _run(settings: Settings, program: str, *options: str) -> None:
    path = _find(program)
    with _config(settings) as config:
        process = subprocess.Popen(
            [path, f"--config={config}", *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        with process:
            for line in process.stdout or ():
                print(strike_out(line.rstrip(), settings.database_url), file=sys.stderr, flush=True)
    if process.returncode:
        raise BackupFailed(f"{program} ended with status {process.returncode}")


@contextmanager
def _config(settings: Settings) -> Iterator[Path]:
    """A file with the address for the programs, for the length of the block."""
    number, name = tempfile.mkstemp(prefix="career-coach-", suffix=".yaml")
    try:
        with os.fdopen(number, "w", encoding="utf-8") as file:
            # JSON's texts are YAML's, too.
            file.write(f"uri: {json.dumps(settings.database_url)}\n")
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def strike_out(text: str, address: str) -> str:
    """A text without an address, and without the user's name and the passwords that it holds, in any form."""
    secrets = {address}
    # The second is for one that is not escaped as it has to be: of that the programs complain.
    for form in (r"[^:]+://([^@/]*)@", r"[^:]+://(.*)@"):
        if found := re.match(form, address):
            user, _, password = found[1].partition(":")
            secrets |= {found[1], user, password, unquote(user), unquote(password)}
    options = re.findall(r"[?&][^=&]*(?:password|properties)[^=&]*=([^&]+)", address, re.IGNORECASE)
    secrets |= {*options, *map(unquote, options)}
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, "***")
    return text
