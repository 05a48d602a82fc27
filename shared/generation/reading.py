"""Tolerant reading of what a model wrote: its JSON, and its words for closed vocabularies."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from shared.llm.errors import AnswerMalformed
from shared.llm.partial_json import is_encodable

MAX_CHARACTERS = 200_000
MAX_DEPTH = 16
_MAX_CANDIDATES = 20

_EMPHASIS = re.compile(r"\*\*(?P<bold>[^*\n]+)\*\*|(?<!`)`(?P<code>[^`\n]+)`(?!`)")

_CATEGORIES = {
    "기술": ("기술", "기술적", "tech", "technical", "technology", "skill", "skills"),
    "경험": ("경험", "경력", "experience", "experiences"),
    "문제해결": ("문제해결", "문제 해결", "problem solving", "problem-solving", "problem_solving", "problemsolving"),
    "인성": ("인성", "personality", "character", "attitude", "behavioral", "behavioural", "soft skill", "soft skills"),
}
_CATEGORY = {alias: name for name, aliases in _CATEGORIES.items() for alias in aliases}


def read_json_object(text: str) -> dict[str, Any]:
    """The JSON object in an answer, whatever stands around it: code fences, thinking, remarks.

    Of several objects the longest is taken. Raises `AnswerMalformed`.
    """
    if len(text) > MAX_CHARACTERS or text.lstrip("\ufeff \t\r\n").startswith("["):
        raise AnswerMalformed
    best: dict[str, Any] | None = None
    longest = 0
    for value, length in _objects(text):
        if length > longest:
            best, longest = value, length
    if best is None or not is_encodable(best):
        raise AnswerMalformed
    return best


def read_category(value: str) -> str:
    """The category that a word means; the word itself where it means none of ours."""
    return read_alias(value, _CATEGORY)


def read_alias(value: str, names: Mapping[str, str]) -> str:
    """What a word means by a table of lower-case aliases; the word itself, trimmed, where the table has none."""
    word = value.strip()
    return names.get(word.casefold(), word)


def read_text(item: Mapping[str, Any], key: str) -> str:
    """A trimmed text, empty where it is missing or null; raises `AnswerMalformed` for what is no text."""
    value = item.get(key)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise AnswerMalformed
    return str(value).strip()


def read_prose(item: Mapping[str, Any], key: str) -> str:
    """A text as `read_text` reads it, without the signs of emphasis and code that models put around words."""
    return _EMPHASIS.sub(r"\g<bold>\g<code>", read_text(item, key))


def read_texts(item: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """Texts of a list, blank ones left out; one text counts as a list of one. Raises `AnswerMalformed`."""
    value = item.get(key)
    values = [] if value is None else [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(text, str) for text in values):
        raise AnswerMalformed
    return tuple(text.strip() for text in values if text.strip())


def read_objects(item: Mapping[str, Any], key: str) -> tuple[dict[str, Any], ...]:
    """Objects of a list; raises `AnswerMalformed` where it is missing or holds anything else."""
    value = item.get(key)
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise AnswerMalformed
    return tuple(value)


def read_object(item: Mapping[str, Any], key: str) -> dict[str, Any]:
    """An object; raises `AnswerMalformed` where it is missing or anything else."""
    value = item.get(key)
    if not isinstance(value, dict):
        raise AnswerMalformed
    return value


def _objects(text: str) -> Iterator[tuple[dict[str, Any], int]]:
    """Objects that are not within one another, with their lengths."""
    decoder = json.JSONDecoder(strict=False, parse_constant=_refuse)
    position = text.find("{")
    for _ in range(_MAX_CANDIDATES):
        if position < 0:
            return
        end = position + 1
        if not _is_too_deep(text, position):
            try:
                value, end = decoder.raw_decode(text, position)
            except ValueError:
                pass
            else:
                yield value, end - position
        position = text.find("{", end)


def _refuse(_constant: str) -> NoReturn:
    raise ValueError


def _is_too_deep(text: str, start: int) -> bool:
    """Whether the object nests deeper than any answer does: the decoder would run out of stack."""
    depth, quoted, escaped = 0, False, False
    for character in text[start:]:
        if quoted:
            if escaped:
                escaped = False
            elif character == "\\":
                escaped = True
            elif character == '"':
                quoted = False
        elif character == '"':
            quoted = True
        elif character in "{[":
            depth += 1
            if depth > MAX_DEPTH:
                return True
        elif character in "}]":
            depth -= 1
            if depth <= 0:
                return False
    return False
