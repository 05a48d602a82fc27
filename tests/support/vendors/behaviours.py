"""What a fake vendor can do with a request."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# Stands in every error a fake answers with: none of it may reach a log or an error of ours.
VENDOR_TEXT = "words-of-the-vendor"


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

    `late` announces it in the middle of a stream, after half of `text`.
    """

    code: int
    retry_after: float | str | None = None
    name: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    late: bool = False


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


@dataclass(frozen=True, slots=True)
class Cut:
    """Half an answer. Then a `clean` end as if that were all, or else a broken connection."""

    text: str
    clean: bool


Behaviour = Answer | Status | Refuse | WrongShape | Hang | Drip | Cut


def answer(content: Mapping[str, Any] | str, tokens: Tokens | None = Tokens()) -> Answer:
    """A whole answer with this JSON or text."""
    return Answer(_text(content), tokens)


def truncated(content: Mapping[str, Any] | str = "cut by the limit of tokens") -> Answer:
    """An answer that hit the limit of tokens, and says so."""
    return Answer(_text(content), truncated=True)


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


def cut(content: Mapping[str, Any] | str = "a text that ends in the middle", *, clean: bool = False) -> Cut:
    """Half an answer."""
    return Cut(_text(content), clean)


def _text(content: Mapping[str, Any] | str) -> str:
    return content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)


def pieces_of(text: str, count: int = 4) -> list[str]:
    """The text in `count` pieces or fewer, as a stream brings it."""
    size = max(1, -(-len(text) // count))
    return [text[start : start + size] for start in range(0, len(text), size)]
