"""The bytes of a JSON Resume document, read strictly: what two readers could understand in two ways is refused."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from services.resume.errors import InvalidJsonResume
from services.resume.rules import find_bad_character
from shared.errors import Violation

MAX_DOCUMENT_BYTES = 262_144
MAX_DEPTH = 100
# Names of fields go into refusals; what a client wrote in the place of one may be anything.
_NAME = re.compile(r"[A-Za-z$_][\w$-]{0,63}", re.ASCII)
_LONGEST_INTEGER = 20
_SPELLED_STEPS = 8
_CHECKED = (str, dict, list)

# The steps to a place, names and indexes, innermost first: most places are never spelled out.
_Path = tuple["_Path", str | int] | None


class Members(dict[str, Any]):
    """An object of the document; `repeated` are the names that stood in it more than once."""

    repeated: Sequence[str] = ()


class _NotJson(ValueError):
    """What Python takes for a number and JSON does not."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document: its text as it was sent, without a byte order mark, and what it says."""

    text: str
    members: Members


def read_document(data: bytes) -> Document:
    """Reads a document; raises `InvalidJsonResume` when it is no object of JSON."""
    if not data.strip():
        _refuse("is required")
    if len(data) > MAX_DOCUMENT_BYTES:
        _refuse(f"must have at most {MAX_DOCUMENT_BYTES} bytes")
    try:
        text = data.decode("utf-8-sig")
        value = json.loads(
            text, object_pairs_hook=_read_object, parse_int=_read_integer, parse_constant=_refuse_constant
        )
    except UnicodeDecodeError:
        _refuse("must be encoded in UTF-8")
    except _NotJson:
        _refuse("must be JSON, which has neither NaN nor Infinity")
    except json.JSONDecodeError as error:
        _refuse(f"must be JSON; it is not at line {error.lineno}, column {error.colno}")
    except RecursionError:
        _refuse(f"must be at most {MAX_DEPTH} levels deep")
    if not isinstance(value, Members):
        _refuse("must be a JSON object")
    return Document(text, value)


def check_text(document: Document) -> Iterator[Violation]:
    """Every place, in the order of the document, where a text, a name or the depth is forbidden wherever it stands."""
    # A stack of our own: a document may be deeper than Python's.
    open_values: list[tuple[Any, _Path, int]] = [(document.members, None, 1)]
    while open_values:
        value, path, depth = open_values.pop()
        if isinstance(value, str):
            if fault := find_bad_character(value):
                yield Violation(_spell(path), f"must not hold {fault}")
        elif depth > MAX_DEPTH:
            yield Violation(_spell(path), f"must be at most {MAX_DEPTH} levels deep")
        else:
            if isinstance(value, Members):
                yield from _check_names(value, path)
            # Numbers and their like can break no rule, and there may be a great many of them.
            inner = [(item, (path, step), depth + 1) for step, item in _items(value) if isinstance(item, _CHECKED)]
            open_values += reversed(inner)


def _items(value: Members | list[Any]) -> Iterable[tuple[str | int, Any]]:
    return value.items() if isinstance(value, Members) else enumerate(value)


def _check_names(members: Members, path: _Path) -> Iterator[Violation]:
    for name in members.repeated:
        yield Violation(_spell((path, name)), "must be given once")
    for name in members:
        if fault := find_bad_character(name):
            yield Violation(_spell((path, name)), f"must have a name without {fault}")


def _spell(path: _Path) -> str:
    steps: list[str] = []
    while path is not None:
        path, step = path
        name = step if isinstance(step, int) or _NAME.fullmatch(step) else "…"
        steps.append(f"[{name}]" if isinstance(step, int) else f".{name}")
    # The outer end says where to look, and an answer has no room for a hundred steps.
    spelled = "".join(reversed(steps[-_SPELLED_STEPS:])).removeprefix(".")
    return f"{spelled}…" if len(steps) > _SPELLED_STEPS else spelled


def _read_object(pairs: list[tuple[str, Any]]) -> Members:
    members = Members(pairs)
    if len(members) < len(pairs):
        members.repeated = [name for name, count in Counter(name for name, _ in pairs).items() if count > 1]
    return members


def _read_integer(digits: str) -> int | float:
    # Python refuses to read very long ones. No field of ours takes them, and the document keeps them as they are.
    return int(digits) if len(digits) <= _LONGEST_INTEGER else float(digits)


def _refuse_constant(_name: str) -> NoReturn:
    raise _NotJson


def _refuse(description: str) -> NoReturn:
    raise InvalidJsonResume([Violation("document", description)])
