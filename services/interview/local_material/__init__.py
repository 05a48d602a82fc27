"""What the local writer asks with: scenarios by kind of skill, and reasons, in Korean and English."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from shared.yaml_file import read_yaml

_FILES = ("backend.yaml", "platform.yaml", "product.yaml", "general.yaml", "statement.yaml")
_TABLES = frozenset({"reasons", "bare_reasons", "skill_ground", "members", "families", "dull"})


@dataclass(frozen=True, slots=True)
class Scenario:
    """One way of asking; texts by language, with placeholders. `measured` asks about a result that was measured.

    `id` is the group and the number in it.
    """

    id: str
    type: str
    levels: tuple[str, ...]
    category: str
    topic: Mapping[str, str]
    question: Mapping[str, str]
    covers: Mapping[str, tuple[str, ...]]
    measured: bool


@dataclass(frozen=True, slots=True)
class Material:
    """Scenarios by group, and which group a term belongs to, by its name or by its family."""

    scenarios: Mapping[str, tuple[Scenario, ...]]
    reasons: Mapping[str, Mapping[str, tuple[str, ...]]]
    bare_reasons: Mapping[str, Mapping[str, tuple[str, ...]]]
    skill_ground: Mapping[str, str]
    groups: Mapping[str, str]
    families: Mapping[str, str]
    dull: frozenset[str]


@lru_cache(maxsize=1)
def load_material() -> Material:
    """The material of this package, read once."""
    content: dict[str, Any] = {}
    for name in _FILES:
        content |= read_yaml(Path(__file__).with_name(name))
    return Material(
        scenarios={group: _scenarios(group, content[group]) for group in sorted(content.keys() - _TABLES)},
        reasons=_texts_by_type(content["reasons"]),
        bare_reasons=_texts_by_type(content["bare_reasons"]),
        skill_ground=content["skill_ground"],
        groups={term: group for group, terms in content["members"].items() for term in terms},
        families=content["families"],
        dull=frozenset(content["dull"]),
    )


def _scenarios(group: str, entries: Sequence[Mapping[str, Any]]) -> tuple[Scenario, ...]:
    return tuple(_scenario(f"{group}/{number}", entry) for number, entry in enumerate(entries, 1))


def _scenario(name: str, entry: Mapping[str, Any]) -> Scenario:
    return Scenario(
        id=name,
        type=entry["type"],
        levels=tuple(entry["level"]),
        category=entry["category"],
        topic=entry["topic"],
        question=entry["question"],
        covers=_texts(entry["covers"]),
        measured=entry.get("measured", False),
    )


def _texts_by_type(by_type: Mapping[str, Mapping[str, list[str]]]) -> dict[str, dict[str, tuple[str, ...]]]:
    return {kind: _texts(by_language) for kind, by_language in by_type.items()}


def _texts(by_language: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {language: tuple(texts) for language, texts in by_language.items()}
