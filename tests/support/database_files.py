"""The file of an embedded database without its server: written as that writes it, and read."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path


def quiet(_work: str, _share: float) -> None:
    """Nobody is told how far it is."""


def open_database(data: Path) -> sqlite3.Connection:
    """The file as the embedded database makes it, open as while that works: what is new stands in the log."""
    (data / "mongo").mkdir(parents=True, exist_ok=True)
    database = sqlite3.connect(data / "mongo" / "career-coach.db", isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA wal_autocheckpoint = 0")
    database.execute("CREATE TABLE IF NOT EXISTS resumes (id INTEGER PRIMARY KEY, _id TEXT UNIQUE, data TEXT NOT NULL)")
    return database


def write(database: sqlite3.Connection, key: str, sort_key: str, text: str = "") -> None:
    """A resume as it is stored."""
    data = json.dumps({"unique_key": key, "sort_key": sort_key, "content": text})
    database.execute("INSERT OR REPLACE INTO resumes (_id, data) VALUES (?, ?)", (f"k/{key}", data))


def read(file: Path) -> dict[str, dict[str, object]]:
    """All resumes of a file by key."""
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as database:
        found = [json.loads(data) for (data,) in database.execute("SELECT data FROM resumes")]
    return {each["unique_key"]: each for each in found}
