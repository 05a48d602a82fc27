"""What our own writer of learning paths says, in Korean and English: facets that deepen a strength, gaps that close."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from shared.generation.model import Language
from shared.yaml_file import read_yaml


@dataclass(frozen=True, slots=True)
class Wording:
    """The texts of a facet in one language, with slots; `lack` for gaps, `point` and `ground` for starts."""

    title: str
    do: str
    why: str
    lack: str = ""
    point: str = ""
    ground: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Facet:
    """Something to learn: when it fits, how long it takes in weeks, and where in the catalogue its resources are."""

    wordings: Mapping[str, Wording]
    category: str = "기술"
    weeks: tuple[int, int] = (2, 3)
    topics: tuple[str, ...] = ()
    fits: frozenset[str] = frozenset()
    excepted: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    levels: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()
    weight: int = 2

    def suits(self, role: str, level: str) -> bool:
        """Whether it is for this role and level; a facet that names none is for all."""
        return (not self.roles or role in self.roles) and (not self.levels or level in self.levels)


@dataclass(frozen=True, slots=True)
class Material:
    """All facets. `related` are the ways in which the vocabulary ties a new term to a known one."""

    deepenings: tuple[Facet, ...]
    projects: tuple[Facet, ...]
    achievements: tuple[Facet, ...]
    texts: tuple[Facet, ...]
    starts: tuple[Facet, ...]
    gaps: tuple[Facet, ...]
    related: Mapping[str, Facet]


@cache
def default_material() -> Material:
    """The material of this package, read once."""
    folder = Path(__file__).parent
    deepenings = read_yaml(folder / "deepenings.yaml")
    gaps = read_yaml(folder / "gaps.yaml")
    return Material(
        **{name: tuple(_read_facet(entry) for entry in entries) for name, entries in deepenings.items()},
        gaps=tuple(_read_facet(entry) for entry in gaps["gaps"]),
        related={kind: _read_facet(entry) for kind, entry in gaps["related"].items()},
    )


def _read_facet(entry: Mapping[str, Any]) -> Facet:
    languages: tuple[Language, ...] = ("ko", "en")
    return Facet(
        wordings={language: Wording(**entry[language]) for language in languages},
        category=entry.get("category", "기술"),
        weeks=tuple(entry.get("weeks", (2, 3))),
        topics=tuple(entry.get("topics", ())),
        fits=frozenset(entry.get("for", ())),
        excepted=frozenset(entry.get("except", ())),
        roles=frozenset(entry.get("roles", ())),
        levels=frozenset(entry.get("levels", ())),
        absent=frozenset(entry.get("absent", ())),
        words=tuple(word.casefold() for word in entry.get("words", ())),
        weight=entry.get("weight", 2),
    )
