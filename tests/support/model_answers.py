"""Answers as models write them: natural, varied, with small oddities of form; each with the resume it is about."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.generation.model import Language, Subject
from shared.resume_profile.profile import build_profile

_ROOT = Path(__file__).parents[2]
_FOLDER = _ROOT / "tests" / "fixtures" / "model_answers"


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """What a model answered about one resume."""

    name: str
    resume: str
    language: Language
    answer: dict[str, Any]

    @property
    def subject(self) -> Subject:
        """What the model was asked about."""
        return Subject(build_profile(_resume(self.resume)), self.language)


def load_answers(kind: str) -> dict[str, ModelAnswer]:
    """The answers of one kind, `questions` or `paths`, by name."""
    return {answer.name: answer for answer in _answers(kind)}


def changed_text(answer: ModelAnswer, *place: str | int, value: str) -> str:
    """The answer as JSON with one value of it changed."""
    content = json.loads(json.dumps(answer.answer))
    at = content
    for step in place[:-1]:
        at = at[step]
    assert at[place[-1]] != value
    at[place[-1]] = value
    return json.dumps(content, ensure_ascii=False)


def _answers(kind: str) -> Iterator[ModelAnswer]:
    for entry in json.loads((_FOLDER / f"{kind}.json").read_text(encoding="utf-8")):
        yield ModelAnswer(**entry)


def _resume(name: str) -> dict[str, Any]:
    example = _ROOT / "examples" / f"resume-{name}.json"
    if example.exists():
        resume: dict[str, Any] = json.loads(example.read_text(encoding="utf-8"))
        return resume
    others: dict[str, dict[str, Any]] = json.loads((_FOLDER / "resumes.json").read_text(encoding="utf-8"))
    return others[name]
