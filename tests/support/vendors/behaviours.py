"""What a fake vendor can do with a request."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

# Stands in every error a fake answers with: none of it may reach a log or an error of ours.
VENDOR_TEXT = "words-of-the-vendor"
# How much of an answer comes before it breaks off: of five items two or three are whole by then.
DEFAULT_SHARE = 0.6
# Between two bytes of an answer that drips.
DRIP_SECONDS = 0.05
# Between the last piece of a stream and the break of its connection: clients drop what has come and was not yet read.
BREAK_SECONDS = 0.05
DEPTH = 10_000
DIGITS = 5_000
HUGE_BYTES = 50 * 1024 * 1024
BOMB_BYTES = 200 * 1024 * 1024
# gRPC has no way to send what was packed before, so the fake has to hold all of it.
GRPC_BOMB_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a fake reports as used, in our own terms: `input` includes `cached`, `output` excludes `thinking`."""

    input: int = 120
    cached: int = 20
    output: int = 80
    thinking: int = 30


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer; `truncated` says that it hit the limit of tokens. Usage is left out where `tokens` is None."""

    text: str
    tokens: Tokens | None = field(default_factory=Tokens)
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class Status:
    """An error. `code` is an HTTP status, `name` the vendor's own name for the error.

    `late` announces it in the middle of a stream. `garbled` makes what gRPC says of a retry unreadable.
    """

    code: int
    retry_after: float | str | None = None
    name: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    late: bool = False
    garbled: bool = False


@dataclass(frozen=True, slots=True)
class Refuse:
    """The model refuses, or where `filtered` the vendor's filter does."""

    filtered: bool = False


@dataclass(frozen=True, slots=True)
class WrongShape:
    """Success with a body that the vendor's own contract does not know, as it is."""

    body: str


@dataclass(frozen=True, slots=True)
class Hang:
    """No answer until the caller goes away."""


@dataclass(frozen=True, slots=True)
class Drip:
    """Bytes that keep the connection alive and never make an answer, until the caller goes away."""


class End(Enum):
    """How a stream ends before its answer does."""

    BROKEN = auto()  # the connection breaks
    CLEAN = auto()  # as if that were all, without the vendor's end mark
    STALLED = auto()  # it does not, until the caller goes away
    MALFORMED = auto()  # something comes that nobody can read, and then the rest


@dataclass(frozen=True, slots=True)
class Cut:
    """A `share` of the text, and then this end; a `Status` is an error in the middle of the stream.

    A call without a stream gets the nearest to it in one piece.
    """

    text: str
    end: End | Status = End.BROKEN
    share: float = DEFAULT_SHARE


class Damage(Enum):
    """What can be wrong with the bytes of a success."""

    HELD = auto()  # they stop coming after the first few
    DRIPPED = auto()  # they come one at a time
    TRUNCATED = auto()  # the connection breaks in the middle
    WRONG_LENGTH = auto()  # more of them come than were announced
    MALFORMED = auto()  # nobody can read them
    DEEP = auto()  # nested 10,000 deep
    HUGE_NUMBER = auto()  # a number of 5,000 digits
    HUGE = auto()  # 50 MB
    BOMB = auto()  # compressed, and 200 MB where they are unpacked
    ERROR_INSIDE = auto()  # they tell of an error


@dataclass(frozen=True, slots=True)
class Damaged:
    """A success with this text, of which the bytes are at fault."""

    text: str
    damage: Damage


@dataclass(frozen=True, slots=True)
class Redirect:
    """Sends the caller to another host and port; whoever follows is noted in `strayed` and gets this text."""

    code: int
    text: str


Behaviour = Answer | Status | Refuse | WrongShape | Hang | Drip | Cut | Damaged | Redirect


def answer(content: Mapping[str, Any] | str, tokens: Tokens | None = Tokens()) -> Answer:
    """A whole answer with this JSON or text."""
    return Answer(text_of(content), tokens)


def truncated(content: Mapping[str, Any] | str = "cut by the limit of tokens") -> Answer:
    """An answer that hit the limit of tokens, and says so."""
    return Answer(text_of(content), truncated=True)


def status(
    code: int,
    *,
    retry_after: float | str | None = None,
    name: str | None = None,
    headers: Mapping[str, str] | None = None,
    late: bool = False,
) -> Status:
    """An error with this HTTP status, by its counterpart where the wire is gRPC."""
    return Status(code, retry_after, name, headers or {}, late)


def refuse(*, filtered: bool = False) -> Refuse:
    """No answer, for reasons of content."""
    return Refuse(filtered)


def wrong_shape(body: str = '{"unexpected": true}') -> WrongShape:
    """Success with a senseless body."""
    return WrongShape(body)


def hang() -> Hang:
    """No answer until the caller goes away."""
    return Hang()


def drip() -> Drip:
    """No answer, but always a little something."""
    return Drip()


def cut(
    content: Mapping[str, Any] | str = "a text that ends in the middle",
    *,
    clean: bool = False,
    end: End | Status | None = None,
    share: float = DEFAULT_SHARE,
) -> Cut:
    """A part of an answer; `end` outranks `clean`."""
    return Cut(text_of(content), end or (End.CLEAN if clean else End.BROKEN), share)


def text_of(content: Mapping[str, Any] | str) -> str:
    """The content as a model writes it."""
    return content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)


def pieces_of(text: str, count: int, share: float = 1.0) -> list[str]:
    """The first `share` of the text as a stream brings it that has `count` pieces, or fewer, for all of it."""
    size = max(1, -(-len(text) // count))
    end = round(len(text) * share)
    return [text[start : min(start + size, end)] for start in range(0, end, size)]
