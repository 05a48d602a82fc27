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

_SENTENCE = "Designing and running large scale recommendation pipelines in production for five years"
# Resumes whose words are long, foreign to the language of the answer, or no words at all.
UNWIELDY: dict[str, dict[str, Any]] = {
    "written in English": {
        "name": "John Smith",
        "summary": _SENTENCE,
        "work_experiences": [{"company": "Acme", "position": "Software Engineer", "achievements": [_SENTENCE]}],
    },
    "a sentence as the only skill": {"name": "김철수", "technical_skills": {"others": [_SENTENCE]}},
    "a long name of an employer": {
        "name": "김철수",
        "work_experiences": [
            {
                "company": "International Business Machines Corporation of Korea Limited Liability Partnership",
                "achievements": [f"{_SENTENCE} and leading a team that did the same in another country"],
            }
        ],
    },
    "an English section": {"name": "김철수", "sections": [{"text": f"{_SENTENCE}. " * 5}]},
    "endless words": {
        "name": "김철수",
        "technical_skills": {"others": ["x" * 60]},
        "work_experiences": [{"company": "Z" * 60, "project_name": "p" * 60, "achievements": ["a" * 60]}],
    },
    "Japanese": {"name": "김철수", "summary": "日本語の自己紹介です。" * 9},
    "signs": {"name": "김철수", "summary": "!" * 99},
}


def example(name: str) -> dict[str, Any]:
    """An example by its short name, such as `backend-36m`."""
    return load_example(ROOT / "examples" / f"resume-{name}.json")


def load_example(path: Path = DOCUMENTED) -> dict[str, Any]:
    """An example as a dictionary."""
    resume: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return resume


def example_message(path: Path = DOCUMENTED, **changes: Any) -> resume_pb2.Resume:
    """An example as a message, with top-level fields changed."""
    return json_format.ParseDict(load_example(path) | changes, resume_pb2.Resume())
