"""Versions of prompts as tests look at them: the objects of a schema, answers in its shape, and the examples in it."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.generation.model import Language, Subject
from shared.generation.prompts import PromptTemplate
from shared.resume_profile.profile import build_profile

NOTE = "아무에게도 보이지 않는 메모"
_KEYWORDS = {"type", "description", "enum", "items", "properties", "required", "additionalProperties"}
_BAD = re.compile(r'나쁨: "(.+)" \(')


@dataclass(frozen=True, slots=True)
class Examples:
    """What the examples of a prompt show about one resume: good items as they are answered, and bad ones."""

    subject: Subject
    notes: dict[str, Any] = field(default_factory=dict)
    good: list[dict[str, Any]] = field(default_factory=list)
    bad: list[dict[str, Any]] = field(default_factory=list)
    bad_texts: list[str] = field(default_factory=list)


def objects_of(schema: object) -> list[dict[str, Any]]:
    """Every object of a schema, nested ones included; raises `AssertionError` for a keyword out of the subset."""
    if not isinstance(schema, dict):
        return []
    assert schema.keys() <= _KEYWORDS, schema.keys()
    parts = [*schema.get("properties", {}).values(), schema.get("items")]
    own = [schema] if schema["type"] == "object" else []
    return own + [found for part in parts for found in objects_of(part)]


def complete(schema: Mapping[str, Any], value: Any = None) -> Any:
    """An answer in the shape and order of the schema; what the value lacks are notes."""
    match schema["type"]:
        case "object":
            parts = schema["properties"].items()
            return {name: complete(part, (value or {}).get(name)) for name, part in parts}
        case "array":
            return [complete(schema["items"], entry) for entry in ([None] if value is None else value)]
        case _:
            return NOTE if value is None else value


def reasoning_of(schema: Mapping[str, Any], value: Any) -> Iterator[tuple[list[str], set[str]]]:
    """For each object of the schema its properties in their order, and those among them that the value lacks."""
    if schema["type"] == "array":
        yield from reasoning_of(schema["items"], value[0])
    if schema["type"] == "object":
        names = list(schema["properties"])
        yield names, set(names) - value.keys()
        for name in names:
            if name in value:
                yield from reasoning_of(schema["properties"][name], value[name])


def without(value: Any, name: str) -> Any:
    """An answer without any member of this name, wherever it stands."""
    if isinstance(value, dict):
        return {key: without(part, name) for key, part in value.items() if key != name}
    return [without(part, name) for part in value] if isinstance(value, list) else value


def names_in(value: Any) -> set[str]:
    """The names of all members of an answer."""
    if isinstance(value, dict):
        return {*value, *(name for part in value.values() for name in names_in(part))}
    return {name for part in value for name in names_in(part)} if isinstance(value, list) else set()


def read_examples(template: PromptTemplate) -> list[Examples]:
    """The examples by resume: JSON that stands in a line of its own, good until a heading says that bad ones follow."""
    found: list[Examples] = []
    language: Language = "ko"
    is_bad = False
    for line in template.examples.splitlines():
        language = "en" if "영어로" in line else language
        if line.startswith(("#", "[")):
            is_bad = "나쁜" in line
        if bad := _BAD.search(line):
            found[-1].bad_texts.append(bad[1])
        if not line.startswith("{"):
            continue
        content = json.loads(line)
        if "work_experiences" in content:
            found.append(Examples(Subject(build_profile({"name": "[이름]", **content}), language)))
        elif content.keys() <= {"agenda", "analysis"}:
            found[-1].notes.update(content)
        else:
            (found[-1].bad if is_bad else found[-1].good).append(content)
    return found
