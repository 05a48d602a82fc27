"""The vocabulary that the generators share."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shared.llm.messages import Attempt, Usage
from shared.resume_profile.model import ResumeProfile

Language = Literal["ko", "en"]
CATEGORIES = ("기술", "경험", "문제해결", "인성")


@dataclass(frozen=True, slots=True)
class Subject:
    """What an answer is about and the language it is written in."""

    profile: ResumeProfile
    language: Language


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """What a caller wishes: who is asked first (None: the configured order), and whether others back that one."""

    unique_key: str
    language: Language = "ko"
    provider: str | None = None
    fallback: bool = True


@dataclass(frozen=True, slots=True)
class Rejection:
    """A check that an answer did not pass, and the index of the item that failed; None where it is the whole."""

    check: str
    item: int | None = None


@dataclass(frozen=True, slots=True)
class Provenance:
    """How an answer came to be."""

    provider: str
    model: str
    prompt_version: str
    generated_at: datetime
    attempts: tuple[Attempt, ...] = ()
    usage: Usage | None = None
