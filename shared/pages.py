"""Paging by keyset: a token names the last entry seen, so a page costs the same wherever it is."""

import base64
import binascii
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from shared.errors import InvalidInput, Violation

T = TypeVar("T")
R = TypeVar("R")

DEFAULT_PAGE_SIZE = 20
MAX_PAGE_SIZE = 100
_VERSION = "1:"


class InvalidPage(InvalidInput):
    """The page that was asked for makes no sense."""

    reason = "INVALID_PAGE"
    message = "the page cannot be read"


@dataclass(frozen=True, slots=True)
class PageRequest:
    """At most `size` entries, strictly after the entry of sort key `after` (the first page where None)."""

    size: int = DEFAULT_PAGE_SIZE
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Entries in order, and the sort key of the last one where more follow."""

    items: Sequence[T]
    last: str | None = None

    def map(self, change: Callable[[T], R]) -> "Page[R]":
        """The same page of changed entries."""
        return Page([change(item) for item in self.items], self.last)

    @property
    def next_page_token(self) -> str:
        """What a caller sends to get the next page; empty on the last one."""
        if self.last is None:
            return ""
        return base64.urlsafe_b64encode(_signed(self.last)).decode().rstrip("=")


def cut_page(found: Sequence[T], size: int, sort_key: Callable[[T], str]) -> Page[T]:
    """The first `size` of what was found in order; whoever looks for one more than that learns whether more follow."""
    shown = found[:size]
    return Page(shown, sort_key(shown[-1]) if len(found) > size else None)


def page_request(page_size: int, page_token: str) -> PageRequest:
    """Reads what a caller asked for: 0 is the default size, too large is clamped; raises `InvalidPage`."""
    violations = []
    after = None
    if page_size < 0:
        violations.append(Violation("page_size", "must not be negative"))
    if page_token:
        after = _decode(page_token)
        if after is None:
            violations.append(Violation("page_token", "must be the next_page_token of an earlier answer"))
    if violations:
        raise InvalidPage(violations)
    return PageRequest(min(page_size or DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE), after)


def _signed(last: str) -> bytes:
    """With a checksum: it keeps out what was mistyped or cut short, not who forges; a forger gains nothing."""
    data = last.encode()
    return f"{_VERSION}{zlib.crc32(data):08x}:".encode() + data


def _decode(token: str) -> str | None:
    try:
        data = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        last = data[len(_signed("")) :].decode()
    except (binascii.Error, ValueError):
        return None
    return last if data == _signed(last) else None
