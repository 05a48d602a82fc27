"""The resumes that an evaluation is about."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.generation.model import Language
from tests.support.career_resumes import career_resumes
from tools.procfile import ROOT

_EXAMPLES = ROOT / "examples"


@dataclass(frozen=True, slots=True)
class EvalResume:
    """A resume, what it is called in tables, and the language of the answers about it."""

    name: str
    language: Language
    resume: dict[str, Any]


def read_resumes(folder: Path | None, *, generated: bool) -> list[EvalResume]:
    """The JSON files of the folder; without one the generated resumes or the examples.

    Raises `OSError` and `ValueError` for what cannot be read, and for a folder without resumes.
    """
    if folder is None and generated:
        return [EvalResume(each.name, each.language, each.resume) for each in career_resumes()]
    files = sorted(folder.glob("*.json")) if folder else sorted(_EXAMPLES.glob("resume-*.json"))
    if not files:
        raise ValueError(f"no resume (*.json) in {folder}")
    return [_read(file) for file in files]


def _read(file: Path) -> EvalResume:
    resume = json.loads(file.read_text(encoding="utf-8"))
    if not isinstance(resume, dict):
        raise ValueError(f"{file.name} holds no resume")  # noqa: TRY004 -- what a file holds is a value
    return EvalResume(file.stem.removeprefix("resume-"), "ko", resume)
