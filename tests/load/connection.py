"""One connection of HTTP/1.1, one request at a time, as little work as it can be."""

import asyncio
from dataclasses import dataclass
from typing import cast

_END = b"\r\n\r\n"
_LENGTH = b"content-length:"
_CHUNKED = b"transfer-encoding: chunked"
_LAST_CHUNK = b"0\r\n\r\n"


class ConnectionBroken(Exception):
    """The connection ended before the answer did, or was never made."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. `head` is in lower case, names and values."""

    status: int
    head: bytes
    body: bytes

    def header(self, name: str) -> str | None:
        """The first header of a lower-case name."""
        start = self.head.find(f"\r\n{name}:".encode())
        if start < 0:
            return None
        start += len(name) + 3
        end = self.head.find(b"\r\n", start)
        return self.head[start : end if end >= 0 else None].strip().decode()


class Connection(asyncio.Protocol):
    """Sends requests as they are and reads answers. Close it."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()
        self._waiting: asyncio.Future[Reply] | None = None
        self.closed = False

    @classmethod
    async def open(cls, host: str, port: int, *, source: str | None = None) -> "Connection":
        """A connection, `source` the address of ours that it comes from. Raises `ConnectionBroken`."""
        try:
            _, connection = await asyncio.get_running_loop().create_connection(
                cls, host, port, local_addr=(source, 0) if source else None
            )
        except OSError as error:
            raise ConnectionBroken(f"not made: {error.strerror or type(error).__name__}") from None
        return connection

    async def send(self, request: bytes) -> Reply:
        """Sends one request and waits for its answer. Raises `ConnectionBroken`; whoever gives up must close."""
        if self._transport is None or self.closed:
            raise ConnectionBroken("closed")
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        try:
            return await self._waiting
        finally:
            self._waiting = None

    def close(self) -> None:
        """Ends it."""
        self.closed = True
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The other side is there."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name

    def connection_lost(self, exc: Exception | None) -> None:
        """The other side has gone."""
        self.closed = True
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(ConnectionBroken("reset" if exc else "ended"))

    def data_received(self, data: bytes) -> None:
        """Bytes came."""
        self._received += data
        reply = self._cut()
        if reply is not None and self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(reply)

    def _cut(self) -> Reply | None:
        received = self._received
        at = received.find(_END)
        if at < 0:
            return None
        head, start = bytes(received[:at]).lower(), at + len(_END)
        length = head.find(_LENGTH)
        if length >= 0:
            stop = head.find(b"\r\n", length)
            end = start + int(head[length + len(_LENGTH) : stop if stop >= 0 else None])
            if len(received) < end:
                return None
            body = bytes(received[start:end])
        elif _CHUNKED in head:
            if not received.endswith(_LAST_CHUNK):
                return None
            end = len(received)
            body = _join_chunks(bytes(received[start:]))
        else:
            end, body = start, b""
        del received[:end]
        return Reply(int(head[9:12]), head, body)


class KeptConnection:
    """A connection to a port of loopback that is opened anew where it broke, or where nobody had patience. Close it."""

    def __init__(self, port: int, patience: float) -> None:
        self._port = port
        self._patience = patience
        self._connection: Connection | None = None

    async def send(self, request: bytes) -> Reply:
        """Sends one request and waits for its answer. Raises `ConnectionBroken`, `TimeoutError` after the patience."""
        try:
            async with asyncio.timeout(self._patience):
                if self._connection is None or self._connection.closed:
                    self._connection = await Connection.open("127.0.0.1", self._port)
                reply = await self._connection.send(request)
        except BaseException:
            # An answer that is still to come would be taken for that of the next request.
            self.close()
            raise
        if reply.header("connection") == "close":
            self.close()
        return reply

    def close(self) -> None:
        """Ends it."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _join_chunks(data: bytes) -> bytes:
    parts: list[bytes] = []
    at = 0
    while True:
        line = data.index(b"\r\n", at)
        size = int(data[at:line].split(b";")[0], 16)
        if size == 0:
            return b"".join(parts)
        parts.append(data[line + 2 : line + 2 + size])
        at = line + 2 + size + 2
