"""What is whole of a JSON object that was cut off or damaged."""

import json
import math
import re
from collections.abc import Iterator
from typing import Any, NoReturn

MAX_CHARACTERS = 200_000
MAX_DEPTH = 16
_MAX_CANDIDATES = 20

_BLANKS = re.compile(r"[ \t\n\r]*")
_STRUCTURE = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)|[{}\[\]]', re.DOTALL)
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_CLOSING = {"{": "}", "[": "]"}
_WORDS = ("true", "false", "null")


class _BreakOffError(Exception):
    """The text ends here, or makes no sense from here on."""


def read_partial_object(text: str) -> dict[str, Any] | None:
    """The whole parts of the JSON object in a text that was cut or damaged anywhere; None where no object begins.

    A list holds its entries up to the first that is not whole. An object that is itself a member holds the members that
    are whole; as an entry of a list it is whole or left out. No value is guessed or shortened: a number at the very end
    may have had more digits, a text that is followed by what cannot follow it may hold a quotation mark that was not
    escaped. Nothing is read behind a damage, beyond 200,000 characters or deeper than 16 levels.

    Remarks, fences and thinking around the object are skipped, and of several objects that with the longest whole part
    is taken. Takes time in proportion to the length, and never raises.
    """
    text = _encodable(text[:MAX_CHARACTERS])
    best: dict[str, Any] | None = None
    longest = -1
    for members, length in _candidates(text):
        if length > longest:
            best, longest = members, length
    return best


def _candidates(text: str) -> Iterator[tuple[dict[str, Any], int]]:
    """Objects that are not within one another, with the lengths of their whole parts."""
    start = text.find("{")
    for _ in range(_MAX_CANDIDATES):
        if start < 0:
            return
        reader = _Reader(text, start)
        members = reader.read()
        if reader.is_object:
            yield members, reader.whole_until - start
        if reader.is_closed:
            after = reader.at
        elif reader.is_object:
            # What follows in an object that never ends is a part of it, and no object of its own.
            end = _end_of_object(text, start)
            if end is None:
                return
            after = end
        else:
            after = start + 1
        start = text.find("{", after)


class _Reader:
    """Reads one object from its brace on.

    Objects and lists that are reached through members alone are read step by step, since a part of them may count; each
    entry of a list is decoded as one, since no part of it does. So nothing is read twice.
    """

    def __init__(self, text: str, start: int) -> None:
        self.at = start
        self.whole_until = start
        self.is_closed = False
        self.is_object = False
        self._text = text
        self._has_escapes = "\\u" in text

    def read(self) -> dict[str, Any]:
        members: dict[str, Any] = {}
        try:
            self._read_members(members, 1)
        except _BreakOffError:
            # Until the first name and its colon it is a brace in a remark, unless the text ends there.
            self.is_object = self.is_object or self.at >= len(self._text)
        else:
            self.is_object = self.is_closed = True
        return members

    def _read_members(self, members: dict[str, Any], depth: int) -> None:
        self.at += 1
        previous: str | None = None
        while not self._take("}"):
            try:
                name = self._read_name()
            except ValueError:
                if previous is not None and isinstance(members[previous], str):
                    del members[previous]
                raise _BreakOffError from None
            self.is_object = True
            if self._next() in ("{", "["):
                self._read_container(members, name, depth + 1)
            else:
                self._keep_if_whole(members, name, self._decode(depth), "}")
            self._pass_comma("}")
            previous = name

    def _read_container(self, members: dict[str, Any], name: str, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise _BreakOffError
        inner: dict[str, Any] | list[Any] = {} if self._text[self.at] == "{" else []
        members[name] = inner
        try:
            if isinstance(inner, dict):
                self._read_members(inner, depth)
            else:
                self._read_entries(inner, depth)
        except _BreakOffError:
            if not inner:
                del members[name]
            raise
        self.whole_until = self.at

    def _read_entries(self, entries: list[Any], depth: int) -> None:
        self.at += 1
        while not self._take("]"):
            self._read_run(entries, depth)
            if self._take("]"):
                return
            if entries and isinstance(entries[-1], str) and not self._may_begin_value():
                entries.pop()
                raise _BreakOffError
            found: dict[str, Any] = {}
            self._keep_if_whole(found, "entry", self._decode(depth), "]")
            entries.extend(found.values())
            self._pass_comma("]")

    def _read_run(self, entries: list[Any], depth: int) -> None:
        """The entries up to the first that no comma follows at once: what a list of thousands is read by.

        Leaves the rest, damaged or not, to the careful way.
        """
        text, at, decode = self._text, self.at, _DECODER.raw_decode
        try:
            while True:
                start = at + 1 if text[at] == " " else at
                value, end = decode(text, start)
                if text[end] != "," or not self._is_sound(value, start, end, depth):
                    break
                entries.append(value)
                self.whole_until, at = end, end + 1
        except (ValueError, IndexError, RecursionError):
            pass
        self.at = at

    def _read_name(self) -> str:
        """The name of a member, and what is behind its colon is next; raises ValueError for what cannot be one."""
        if self._text[self.at] != '"':
            raise ValueError
        name: str = self._decode(MAX_DEPTH)
        if self._next() != ":":
            if self.at >= len(self._text):
                raise _BreakOffError
            raise ValueError
        self.at += 1
        return name

    def _decode(self, depth: int) -> Any:  # noqa: ANN401 - whatever JSON can hold
        start = self._skip()
        try:
            value, self.at = _DECODER.raw_decode(self._text, start)
        except (ValueError, RecursionError):
            raise _BreakOffError from None
        if not self._is_sound(value, start, self.at, depth):
            raise _BreakOffError
        return value

    def _keep_if_whole(self, into: dict[str, Any], name: str, value: object, close: str) -> None:
        end = self.at
        following = self._next()
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        at_end = following == "" and not (is_number and end == len(self._text))
        if following in (",", close) or at_end or isinstance(value, dict | list):
            into[name] = value
            self.whole_until = end

    def _pass_comma(self, close: str) -> None:
        following = self._next()
        if following == ",":
            self.at += 1
        elif following != close:
            raise _BreakOffError

    def _take(self, close: str) -> bool:
        """Whether this bracket is next, which is then passed. One behind a comma counts: models write that."""
        following = self._next()
        if not following:
            raise _BreakOffError
        if following != close:
            return False
        self.at += 1
        self.whole_until = self.at
        return True

    def _may_begin_value(self) -> bool:
        rest = self._text[self.at : self.at + 5]
        return rest[0] in '"{[-0123456789' or any(rest.startswith(word) or word.startswith(rest) for word in _WORDS)

    def _next(self) -> str:
        """The next character that is no blank, empty at the end."""
        at = self._skip()
        return self._text[at : at + 1]

    def _skip(self) -> int:
        blanks = _BLANKS.match(self._text, self.at)
        self.at = blanks.end() if blanks else self.at
        return self.at

    def _is_sound(self, value: object, start: int, end: int, depth: int) -> bool:
        """Whether the value is neither too deep nor holds half a character."""
        if isinstance(value, dict | list):
            levels = MAX_DEPTH - depth
            # Few values have so many brackets that it takes a look inside.
            brackets = self._text.count("{", start, end) + self._text.count("[", start, end)
            if brackets > levels and _depth(value) > levels:
                return False
        return not self._has_escapes or not _SURROGATE.search(self._text, start, end) or is_encodable(value)


def _end_of_object(text: str, start: int) -> int | None:
    """Behind the bracket that closes the one at `start`, going by strings and brackets alone; None where none does."""
    closing: list[str] = []
    for match in _STRUCTURE.finditer(text, start):
        character = match.group()
        if character in _CLOSING:
            closing.append(_CLOSING[character])
        elif character in ("}", "]"):
            if character != closing.pop():
                return None
            if not closing:
                return match.end()
    return None


def _depth(value: object) -> int:
    """How deep it nests, level by level: what the decoder has taken may be too deep to recurse."""
    depth, level = 0, [value]
    while level := [inner for inner in level if isinstance(inner, dict | list)]:
        depth += 1
        level = [part for inner in level for part in (inner.values() if isinstance(inner, dict) else inner)]
    return depth


def _encodable(text: str) -> str:
    """The text up to the first half of a character that stands alone."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        return text[: error.start]
    return text


def is_encodable(value: object) -> bool:
    """Whether all of it is text: an escape may stand for half a character, which no encoding has."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _refuse(_constant: str) -> NoReturn:
    raise ValueError


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError
    return number


_DECODER = json.JSONDecoder(strict=False, parse_constant=_refuse, parse_float=_finite)
