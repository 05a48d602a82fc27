"""What can be wrong with the bytes of an answer over HTTP."""

import json
import struct
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from itertools import repeat
from typing import Protocol

from aiohttp import web

from tests.support.vendors.behaviours import (
    BOMB_BYTES,
    DEFAULT_SHARE,
    DEPTH,
    DIGITS,
    DRIP_SECONDS,
    HUGE_BYTES,
    Damage,
)

_BLOCK = 64 * 1024
_BOMB_BLOCK = 1024 * 1024
# RFC 1952: deflated, no time, no name, from a system that nobody knows.
_GZIP_HEADER = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
_MARK = "the text stands here"


class Hanging(Protocol):
    """`FakeVendor.hang`."""

    def __call__(self, drip: Callable[[], Awaitable[None]] | None = None, *, pace: float = ...) -> Awaitable[None]:
        """Waits until the caller leaves."""


@dataclass(frozen=True, slots=True)
class Sound:
    """What would be sent if nothing were at fault; `whole` renders a text, `opening` is what comes before any text."""

    streamed: bool
    text: str
    opening: bytes
    whole: Callable[[str], bytes]
    error: bytes

    @property
    def kind(self) -> str:
        """The content type."""
        return "text/event-stream" if self.streamed else "application/json"


async def send_damaged(http: web.Request, sound: Sound, damage: Damage, hang: Hanging) -> web.StreamResponse:
    """Answers with this damage. Returns once all is sent or the caller has left."""
    response = web.StreamResponse(headers={"Content-Type": sound.kind})
    if damage is Damage.BOMB:
        response.headers["Content-Encoding"] = "gzip"
    body = sound.whole(sound.text)
    some = round(len(body) * DEFAULT_SHARE)
    if damage is Damage.WRONG_LENGTH or (damage is Damage.TRUNCATED and not sound.streamed):
        response.content_length = some if damage is Damage.WRONG_LENGTH else len(body)
    try:
        await response.prepare(http)
        async for block in _blocks(sound, damage, body, some):
            await response.write(block)
        await _end(http, response, damage, body, some, hang)
    except ConnectionError:
        pass  # The caller has had enough of it.
    return response


async def _blocks(sound: Sound, damage: Damage, body: bytes, some: int) -> AsyncIterator[bytes]:
    match damage:
        case Damage.HELD:
            yield sound.opening
        case Damage.TRUNCATED | Damage.WRONG_LENGTH:
            yield body[:some]
        case Damage.MALFORMED:
            yield _malformed(sound, body)
        case Damage.DEEP:
            yield _with_value(sound, b"[" * DEPTH + b"]" * DEPTH)
        case Damage.HUGE_NUMBER:
            yield _with_value(sound, b"7" * DIGITS)
        case Damage.HUGE:
            for block in _huge(sound):
                yield block
        case Damage.BOMB:
            yield _bomb(sound.streamed, body)
        case Damage.ERROR_INSIDE:
            yield sound.error


async def _end(
    http: web.Request, response: web.StreamResponse, damage: Damage, body: bytes, some: int, hang: Hanging
) -> None:
    if damage is Damage.HELD:
        await hang()
    elif damage is Damage.TRUNCATED:
        break_connection(http)
    elif damage is Damage.WRONG_LENGTH and http.transport is not None:
        # Past the response, which keeps to the length that it announced.
        http.transport.write(body[some:])
    elif damage is Damage.DRIPPED:
        rest = iter(body)

        async def drip() -> None:
            await response.write(bytes([next(rest, 0x20)]))

        await hang(drip, pace=DRIP_SECONDS)


def break_connection(http: web.Request) -> None:
    """Ends the connection with nothing more said."""
    if http.transport is not None:
        http.transport.abort()


def _malformed(sound: Sound, body: bytes) -> bytes:
    if not sound.streamed:
        return body[: len(body) // 2] + b"}}"
    # The event with the text loses its end; those around it are sound.
    whole, value = sound.whole(_MARK), json.dumps(_MARK).encode()
    return whole.replace(value + b"}", b'"' + value, 1)


def _with_value(sound: Sound, value: bytes) -> bytes:
    """The answer with this in place of its text, and in a member that nobody knows, in front."""
    body = sound.whole(_MARK).replace(json.dumps(_MARK).encode(), value)
    return body.replace(b"{", b'{"unknown": ' + value + b", ", 1)


def _huge(sound: Sound) -> Iterator[bytes]:
    """A text that goes on and on: in one value, or in event after event."""
    whole, filler = sound.whole(_MARK), b"x" * _BLOCK
    if sound.streamed:
        events = [event + b"\n\n" for event in whole.split(b"\n\n")[:-1]]
        at = next(index for index, event in enumerate(events) if _MARK.encode() in event)
        filled = events[at].replace(_MARK.encode(), filler)
        before, after = b"".join(events[:at]), b"".join(events[at + 1 :])
    else:
        before, after = whole.split(_MARK.encode())
        filled = filler
    yield before
    yield from repeat(filled, HUGE_BYTES // _BLOCK)
    yield after


def _bomb(streamed: bool, body: bytes) -> bytes:
    """A sound answer behind blanks that no reader minds: a comment in a stream, white space in JSON.

    A block of blanks is packed once and repeated: after a full flush no block refers to the one before.
    """
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    start, end = (b":", b"\n\n" + body) if streamed else (b"", body)
    blanks = b" " * _BOMB_BLOCK
    flushes = (zlib.Z_FULL_FLUSH, zlib.Z_FULL_FLUSH, zlib.Z_FINISH)
    packed = [
        packer.compress(part) + packer.flush(how) for part, how in zip((start, blanks, end), flushes, strict=True)
    ]
    count = BOMB_BYTES // _BOMB_BLOCK
    check = zlib.crc32(start)
    for _ in range(count):
        check = zlib.crc32(blanks, check)
    size = len(start) + count * _BOMB_BLOCK + len(end)
    trailer = struct.pack("<II", zlib.crc32(end, check), size)
    return b"".join((_GZIP_HEADER, packed[0], packed[1] * count, packed[2], trailer))
