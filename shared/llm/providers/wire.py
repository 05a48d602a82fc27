"""HTTP as both vendors that speak it need it: connections, and the bodies of answers, bounded in time and size."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, suppress
from types import TracebackType
from typing import Any, Self, cast

import aiohttp
import httpx2
import msgspec

from shared.llm.errors import (
    AnswerMalformed,
    ConnectionFailed,
    CredentialsRejected,
    ModelNotFound,
    Overloaded,
    ProviderError,
    ProviderTimeout,
    QuotaExhausted,
    RateLimited,
    RequestRejected,
)
from shared.llm.providers.border import MAX_ANSWER_BYTES, next_of
from shared.llm.providers.events import Event, EventReader

# An error says in its first lines what it is.
_MAX_ERROR_BYTES = 64 * 1024
# How long we wait behind the end mark for the end of the body, without which the connection is of no further use.
_LAST_BYTES_SECONDS = 0.05
# The chain says how much is asked at once: nothing of that is to wait for a connection.
_LIMITS = httpx2.Limits(max_connections=4096, keepalive_expiry=30.0)
# A compressed body has no bound before it is unpacked, so none is asked for, and none is taken.
HEADERS = {"Accept-Encoding": "identity"}

# By the status alone, where the vendor has no name for the error; what begins with 5 counts as 500, as 529 does.
HTTP_ERRORS: Mapping[str | int, type[ProviderError]] = {
    400: RequestRejected,
    401: CredentialsRejected,
    402: QuotaExhausted,
    403: CredentialsRejected,
    404: ModelNotFound,
    408: ProviderTimeout,
    409: RequestRejected,
    413: RequestRejected,
    422: RequestRejected,
    429: RateLimited,
    500: Overloaded,
}

encode = msgspec.json.Encoder(enc_hook=dict).encode


def connection_options() -> dict[str, Any]:
    """What the HTTP client of an SDK is made with: no redirects, and errors read no further than they are of use."""
    return {"follow_redirects": False, "limits": _LIMITS, "event_hooks": {"response": [_bound_error]}}


class AnswerBody:
    """The body of a successful answer, to be read until `ends` (time of the running loop) and no longer than the bound.

    Reading raises TimeoutError, `AnswerMalformed` where the body is too long or compressed, and the errors of the HTTP
    client. As a context it closes the connection, unless the body was read to its end.
    """

    def __init__(self, response: httpx2.Response, ends: float) -> None:
        self._response = response
        self._pieces = response.aiter_raw()
        self._ends = ends
        self._left = MAX_ANSWER_BYTES

    @property
    def is_json(self) -> bool:
        """Whether the vendor calls it one JSON text."""
        return str(self._response.headers.get("content-type", "")).startswith("application/json")

    async def whole(self) -> bytes:
        """All of it."""
        pieces = []
        while (piece := await self._read()) is not None:
            pieces.append(piece)
        return b"".join(pieces)

    async def events(self) -> AsyncGenerator[Event, None]:
        """The events in it."""
        reader = EventReader()
        while (piece := await self._read()) is not None:
            for event in reader.feed(piece):
                yield event

    async def parts(self, end_mark: bytes) -> AsyncGenerator[bytes, None]:
        """The data of the events before the end mark; all of it where it is one JSON text."""
        if self.is_json:
            yield await self.whole()
            return
        async with aclosing(self.events()) as events:
            async for event in events:
                if event.data == end_mark:
                    return
                yield event.data

    async def finish(self) -> None:
        """Reads what may stand behind the end mark, so that the connection can serve again. Raises nothing."""
        self._ends = min(self._ends, asyncio.get_running_loop().time() + _LAST_BYTES_SECONDS)
        with suppress(Exception):
            while await self._read() is not None:
                pass

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._pieces.aclose()
        await self._response.aclose()

    async def _read(self) -> bytes | None:
        if is_packed(self._response):
            raise AnswerMalformed(status="encoding")
        piece = await next_of(self._pieces, self._ends)
        if piece is not None:
            self._left -= len(piece)
            if self._left < 0:
                raise AnswerMalformed(status="size")
        return piece


def broken(error: BaseException) -> ProviderError | None:
    """What an error says of the connection; None where it says nothing of it.

    The first cause counts: the HTTP client of one SDK takes a broken connection for one that was not made in time.
    """
    causes = [error]
    while (cause := causes[-1].__cause__) is not None:
        causes.append(cause)
    for cause in reversed(causes):
        if isinstance(cause, TimeoutError):  # the timeouts of aiohttp are among them
            return ProviderTimeout()
        if isinstance(cause, aiohttp.ClientError | OSError):
            return ConnectionFailed()
    if isinstance(causes[-1], httpx2.TimeoutException):
        return ProviderTimeout()
    return ConnectionFailed() if isinstance(causes[-1], httpx2.TransportError) else None


def is_packed(response: httpx2.Response) -> bool:
    """Whether the body is compressed, which we asked not to be done."""
    return str(response.headers.get("content-encoding", "identity")).strip().lower() not in ("", "identity")


async def _bound_error(response: httpx2.Response) -> None:
    """The SDKs read the body of an error whole, and unpack it: here it gets its bound, and stays packed."""
    if response.is_success:
        return
    if is_packed(response):
        del response.headers["content-encoding"]
    response.stream = _Head(cast(httpx2.AsyncByteStream, response.stream))


class _Head(httpx2.AsyncByteStream):
    """The first bytes of a stream."""

    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = _MAX_ERROR_BYTES
        async with aclosing(cast(AsyncGenerator[bytes, None], aiter(self._stream))) as pieces:
            async for piece in pieces:
                yield piece[:left]
                left -= len(piece)
                if left <= 0:
                    return

    async def aclose(self) -> None:
        await self._stream.aclose()
