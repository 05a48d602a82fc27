"""Resumes to test with."""

import json
from pathlib import Path
from typing import Any

from google.protobuf import json_format

from career.resume.v1 import resume_pb2

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("resume-*.json"))
DOCUMENTED = ROOT / "examples" / "resume-backend-36m.json"

# Keys that are allowed and that a database might take for something else: dates, numbers, ids, patterns.
STRANGE_KEYS = (
    "김-1",
    "2026-11-20",
    "2026-11-20-kim",
    "01-15-2023",
    "20261120",
    "1",
    "1e5",
    "null",
    "507f1f77bcf86cd799439011",
    "a.b",
    "_id",
    "..a",
)


def load_example(path: Path = DOCUMENTED) -> dict[str, Any]:
    """An example as a dictionary."""
    resume: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return resume


def example_message(path: Path = DOCUMENTED, **changes: Any) -> resume_pb2.Resume:
    """An example as a message, with top-level fields changed."""
    return json_format.ParseDict(load_example(path) | changes, resume_pb2.Resume())
