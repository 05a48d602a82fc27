"""Places in a resume: every text with its path, and the texts at a path."""

import re
from collections.abc import Mapping
from typing import Any

from shared.resume_profile.model import Evidence

_STEP = re.compile(r"(?:^|\.)([A-Za-z_]{1,64})|\[(\d{1,4})\]")
_LONGEST_PATH = 200
_DEEPEST = 8


def texts_under(resume: Mapping[str, Any], path: str) -> tuple[str, ...]:
    """The text at a path such as `work_experiences[0].achievements[1]`, or all texts of the list or entry there.

    None where nothing is, and none for the empty path: that is the whole resume.
    """
    value = _value_at(resume, path) if path else None
    return tuple(place.text for place in _walk(value, path, []))


def _value_at(resume: Mapping[str, Any], path: str) -> object:
    if len(path) > _LONGEST_PATH:
        return None
    value: Any = resume
    position = 0
    while position < len(path):
        step = _STEP.match(path, position)
        if step is None:
            return None
        value = _step(value, step[1], step[2])
        position = step.end()
    return value


def walk_texts(resume: Mapping[str, Any]) -> list[Evidence]:
    """Every text that is not blank, in the order of the resume."""
    return _walk(resume, "", [])


def _step(value: object, name: str | None, index: str | None) -> object:
    if name is not None:
        return value.get(name) if isinstance(value, Mapping) else None
    at = int(index or 0)
    return value[at] if isinstance(value, list | tuple) and at < len(value) else None


def _walk(value: object, path: str, found: list[Evidence], depth: int = 0) -> list[Evidence]:
    """Adds the texts of a value to those `found`: one list, for generators within one another cost twice as much."""
    if isinstance(value, str):
        if value.strip():
            found.append(Evidence(path, value))
    elif depth > _DEEPEST:
        return found
    elif isinstance(value, Mapping):
        for key, item in value.items():
            _walk(item, f"{path}.{key}" if path else str(key), found, depth + 1)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            _walk(item, f"{path}[{index}]", found, depth + 1)
    return found
