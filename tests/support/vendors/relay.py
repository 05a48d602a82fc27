"""Stands between a client and a gRPC server, and damages what the server itself cannot send wrong.

The server marks a message by `marked`: a field that no contract knows, so that readers skip it. The relay ends TLS,
reads the HTTP/2 frames of the server, and does to the frame with the mark what the mark says.
"""

import asyncio
import contextlib
import ssl
from enum import Enum

from tests.support.vendors.behaviours import BREAK_SECONDS, DEFAULT_SHARE, DRIP_SECONDS

_HEADER = 9
_PREFACE = 24
_DATA, _RST_STREAM = 0, 3
# Field 500 of a protobuf message, as bytes.
_TAG = b"\xa2\x1f"
_PREFIX = b"\0relay:"


class Mark(Enum):
    """What the relay does from a message on. All calls on the connection feel it: it is one line of bytes."""

    BREAK = b"break"  # sends a part of it and breaks the connection
    HOLD = b"holds"  # sends a part of it, the rest once the caller has given the call up
    DRIP = b"drips"  # sends it byte by byte, until the caller has given the call up
    UNDERSTATE = b"short"  # announces it as shorter than it is


def marked(mark: Mark, message: bytes) -> bytes:
    """The message with a mark for the relay in front."""
    content = _PREFIX + mark.value
    return _TAG + bytes([len(content)]) + content + message


class Relay:
    """Listens with TLS and relays to a server without on `upstream`, another port of loopback."""

    def __init__(self, upstream: int, context: ssl.SSLContext) -> None:
        self._upstream = upstream
        self._context = context
        self._server: asyncio.Server | None = None
        self._lines: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    @property
    def open_connections(self) -> int:
        """How many connections clients hold now."""
        return len(self._lines)

    async def start(self, port: int) -> int:
        """Listens, and gives the port."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", port, ssl=self._context)
        number: int = self._server.sockets[0].getsockname()[1]
        return number

    async def stop(self) -> None:
        """Breaks every connection."""
        if self._server is None:
            return
        self._server.close()
        for writer in self._lines.values():
            writer.transport.abort()
        await asyncio.gather(*self._lines)
        await self._server.wait_closed()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._lines[task] = writer
        try:
            upstream = await asyncio.open_connection("127.0.0.1", self._upstream)
            await _Line((reader, writer), upstream).run()
        except OSError:
            writer.transport.abort()  # The server behind is gone.
        finally:
            del self._lines[task]


Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class _Line:
    """One connection."""

    def __init__(self, client: Ends, server: Ends) -> None:
        self._client_reader, self._client = client
        self._server_reader, self._server = server
        self._given_up: set[int] = set()
        self._changed = asyncio.Event()

    async def run(self) -> None:
        """Relays until either side leaves; both are left then."""
        tasks = {asyncio.create_task(self._up()), asyncio.create_task(self._down())}
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for writer in (self._client, self._server):
                # Not `close`, which would wait for the other side's farewell in TLS.
                writer.transport.abort()
            for writer in (self._client, self._server):
                with contextlib.suppress(OSError):
                    await writer.wait_closed()

    async def _up(self) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            self._server.write(await self._client_reader.readexactly(_PREFACE))
            while True:
                head, payload = await _read_frame(self._client_reader)
                self._server.write(head + payload)
                await self._server.drain()
                if head[3] == _RST_STREAM:
                    self._given_up.add(_stream_of(head))
                    self._changed.set()

    async def _down(self) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while True:
                head, payload = await _read_frame(self._server_reader)
                at = payload.find(_PREFIX) if head[3] == _DATA else -1
                if at < 0:
                    await self._send(head + payload)
                    continue
                start = at + len(_PREFIX)
                mark = Mark(payload[start : start + 5])
                if not await self._damage(mark, head, payload, at):
                    return

    async def _damage(self, mark: Mark, head: bytes, payload: bytes, at: int) -> bool:
        """Whether the connection lives on."""
        frame, stream = head + payload, _stream_of(head)
        some = round(_HEADER + at + (len(payload) - at) * DEFAULT_SHARE)
        if mark is Mark.BREAK:
            await self._send(frame[:some])
            await asyncio.sleep(BREAK_SECONDS)
            self._client.transport.abort()
            return False
        if mark is Mark.HOLD:
            await self._send(frame[:some])
            while stream not in self._given_up:
                self._changed.clear()
                await self._changed.wait()
            await self._send(frame[some:])
        elif mark is Mark.DRIP:
            sent = 0
            while sent < len(frame) and stream not in self._given_up:
                await self._send(frame[sent : sent + 1])
                sent += 1
                await asyncio.sleep(DRIP_SECONDS)
            await self._send(frame[sent:])
        else:
            # The length of a gRPC message stands in the four bytes before it.
            place = _HEADER + at - len(_TAG) - 1
            length = int.from_bytes(frame[place - 4 : place], "big")
            await self._send(frame[: place - 4] + round(length * DEFAULT_SHARE).to_bytes(4, "big") + frame[place:])
        return True

    async def _send(self, data: bytes) -> None:
        self._client.write(data)
        await self._client.drain()


async def _read_frame(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    head = await reader.readexactly(_HEADER)
    return head, await reader.readexactly(int.from_bytes(head[:3], "big"))


def _stream_of(head: bytes) -> int:
    return int.from_bytes(head[5:9], "big") & 0x7FFFFFFF
