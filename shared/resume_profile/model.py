"""What both generators read out of a resume. Everything here comes from the masked resume: no name, mail or phone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Level(StrEnum):
    """Experience in the three bands of the difficulty table."""

    ENTRY = "entry"  # 0 to 24 months
    MIDDLE = "middle"  # 25 to 59 months
    SENIOR = "senior"  # 60 months and more


@dataclass(frozen=True, slots=True)
class Evidence:
    """A place in the resume: a path such as `work_experiences[0].achievements[1]`, and the whole text there."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Term:
    """A technology, tool or method of our vocabulary.

    `names` holds every spelling, the canonical `name` first; `family` groups terms that share scenarios and gaps,
    such as `database` or `marketing`; `hard_to_run` marks what shifts a question up; `method` marks a practice,
    concept or standard, which anyone may speak of without claiming a tool.
    """

    name: str
    names: tuple[str, ...]
    family: str
    hard_to_run: bool = False
    prerequisites: tuple[str, ...] = ()
    neighbours: tuple[str, ...] = ()
    method: bool = False


@dataclass(frozen=True, slots=True)
class Skill:
    """A technology, tool or method that the resume names. `term` is None for words outside our vocabulary.

    `name` is the spelling of the resume; `places` are where it stands, lists of skills included.
    """

    name: str
    places: tuple[Evidence, ...]
    term: Term | None = None


@dataclass(frozen=True, slots=True)
class Project:
    """Work or a personal project: what an interviewer would ask about. Its skills and achievements are its own."""

    path: str
    title: Evidence | None
    position: str
    skills: tuple[str, ...] = ()
    achievements: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, weakref_slot=True)
class ResumeProfile:
    """A resume as the generators see it.

    `resume` is the masked resume by field name; `personal` are the strings that were masked, which no answer may
    hold; `role` is a family of the vocabulary such as `backend` or `marketing`, or `general`; `warnings` are what a
    reader of the answer should know of the resume.
    """

    resume: Mapping[str, Any]
    months: int
    level: Level
    role: str
    skills: tuple[Skill, ...] = ()
    projects: tuple[Project, ...] = ()
    achievements: tuple[Evidence, ...] = ()
    texts: tuple[Evidence, ...] = ()
    personal: frozenset[str] = field(default_factory=frozenset)
    warnings: tuple[str, ...] = ()

    @property
    def hard_to_run(self) -> bool:
        """Whether the stack holds something that shifts a question up."""
        return any(skill.term is not None and skill.term.hard_to_run for skill in self.skills)
