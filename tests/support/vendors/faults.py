"""What a row of the table of faults says, and how a behaviour is made of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from enum import Enum
from typing import Any, Literal

from tests.support.vendors.behaviours import (
    DEFAULT_SHARE,
    Answer,
    Behaviour,
    Cut,
    Damage,
    Damaged,
    End,
    Redirect,
    Status,
    answer,
    pieces_of,
    status,
    text_of,
    truncated,
)

VendorName = Literal["gemini", "openai", "claude"]
Mode = Literal["unary", "stream"]
VENDORS: tuple[VendorName, ...] = ("gemini", "openai", "claude")
MODES: tuple[Mode, ...] = ("unary", "stream")


class Address(Enum):
    """Faults of the address itself: no server of the vendor's is behind it."""

    REFUSED = "refused"
    DNS_FAILURE = "dns-failure"
    TLS_FAILURE = "tls-failure"


@dataclass(frozen=True, slots=True)
class Good:
    """The answer that a fault spoils, and how much of it comes where it breaks off."""

    answer: Mapping[str, Any]
    share: float = DEFAULT_SHARE

    @property
    def text(self) -> str:
        """The answer as a model writes it."""
        return text_of(self.answer)


Make = Callable[[Good], Behaviour]


@dataclass(frozen=True, slots=True)
class Fault:
    """One row. `http` and `grpc` say how the wire shows it, `claude` where that differs from openai.

    `absent` is why the gRPC wire has nothing like it; `streams_only` faults have no meaning for a call in one piece.
    """

    name: str
    about: str
    make: Make | Address
    http: str
    grpc: str = ""
    claude: str = ""
    make_for: Mapping[VendorName, Make] | None = None
    absent: str = ""
    streams_only: bool = False

    def shown_by(self, vendor: VendorName) -> str:
        """How this vendor's wire shows it; empty where it does not."""
        if vendor == "gemini":
            return self.grpc
        return self.claude or self.http if vendor == "claude" else self.http

    def absence(self, vendor: VendorName, mode: Mode) -> str | None:
        """Why there is no such fault of this vendor in this mode, or None where there is."""
        if vendor == "gemini" and self.absent:
            return self.absent
        return "an answer in one piece has no stream" if self.streams_only and mode == "unary" else None


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """One fault of one vendor, met by a call in one mode."""

    fault: str
    vendor: VendorName
    mode: Mode


class UnknownFault(KeyError):
    """No fault of this name, or none on this wire."""


def always(behaviour: Behaviour) -> Make:
    """Whatever the answer was to be."""
    return lambda _good: behaviour


def damaged(damage: Damage) -> Make:
    """The good answer in bytes that are at fault."""
    return lambda good: Damaged(good.text, damage)


def cut_off(end: End | Status) -> Make:
    """A share of the good answer."""
    return lambda good: Cut(good.text, end, good.share)


def spoiled(spoil: Callable[[Mapping[str, Any]], Mapping[str, Any] | str]) -> Make:
    """Another content."""
    return lambda good: answer(spoil(good.answer))


def redirected(code: int) -> Make:
    """Elsewhere is the good answer."""
    return lambda good: Redirect(code, good.text)


def cut_by_tokens(good: Good) -> Answer:
    """A share of the good answer, of which the vendor says why."""
    return truncated("".join(pieces_of(good.text, 1, good.share)))


def come_back_by_date(_good: Good) -> Status:
    """So soon that it may fit a deadline."""
    return status(429, retry_after=format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True))


def by_status(code: int, about: str, grpc: str) -> Fault:
    """A row for an error that has its HTTP status for a name."""
    return Fault(str(code), about, always(status(code)), f"HTTP {code}", grpc)
