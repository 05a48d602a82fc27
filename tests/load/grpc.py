"""Native gRPC by few means: HTTP/2 frames over plain sockets, the headers of a method made once.

Speaks as much of HTTP/2 as one-message calls need: many streams at once over one connection, both windows kept, no
dynamic table of headers (the other side is told that there is none), no padding, no continuation of headers.
"""

import asyncio
import struct
import time
from collections import deque
from dataclasses import dataclass
from itertools import count
from typing import cast

from tests.load.connection import ConnectionBroken
from tests.load.generator import BROKEN, LATE, PATIENCE_SECONDS, MakeRequest, Tally
from tests.load.hpack import method_headers, read_status

_DATA, _HEADERS, _RESET, _SETTINGS, _PING, _GOAWAY, _WINDOW_UPDATE = 0, 1, 3, 4, 6, 7, 8
_END_STREAM, _ACK, _END_HEADERS, _PADDED, _PRIORITY = 0x1, 0x1, 0x4, 0x8, 0x20
_TABLE_SIZE, _INITIAL_WINDOW = 1, 4
_FRAME_BYTES = 16_384
_DEFAULT_WINDOW = 65_535
_WIDEST_WINDOW = 2**31 - 1
_RENEWED_AT = 2**30
_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
OK = "200"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of a call: its gRPC status (None where the answer names none) and how many bytes of messages came."""

    status: int | None
    received: int

    @property
    def name(self) -> str:
        """`200` for a message with status 0: what a `Tally` counts as good; `grpc N` for all else."""
        return OK if self.status == 0 and self.received else f"grpc {self.status}"


def message_frame(message: bytes) -> bytes:
    """A message as gRPC puts it into a stream: not compressed, its length in front."""
    return b"\x00" + struct.pack(">I", len(message)) + message


class GrpcConnection(asyncio.Protocol):
    """Calls over one connection, as many at once as are made. Close it."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self._next_stream = 1
        self._calls: dict[int, asyncio.Future[Outcome]] = {}
        self._bytes: dict[int, int] = {}
        self._queue: deque[tuple[asyncio.Future[Outcome], bytes, bytes]] = deque()
        self._window = _DEFAULT_WINDOW
        self._stream_window = _DEFAULT_WINDOW
        self._to_renew = 0
        self.closed = False

    @classmethod
    async def open(cls, host: str, port: int, *, source: str | None = None) -> "GrpcConnection":
        """A connection that takes the other side for one of HTTP/2; `source` is the address of ours that it comes from.

        Raises `ConnectionBroken`.
        """
        try:
            _, connection = await asyncio.get_running_loop().create_connection(
                cls, host, port, local_addr=(source, 0) if source else None
            )
        except OSError as error:
            raise ConnectionBroken(f"not made: {error.strerror or type(error).__name__}") from None
        return connection

    def call(self, headers: bytes, frame: bytes) -> "asyncio.Future[Outcome]":
        """Begins a call; its frame waits until the window of the connection has room. Raises `ConnectionBroken`."""
        if self.closed:
            raise ConnectionBroken("closed")
        if len(frame) > self._stream_window:
            raise ValueError(f"{len(frame)} bytes do not fit into the server's window of {self._stream_window}")
        outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        if self._queue or len(frame) > self._window:
            self._queue.append((outcome, headers, frame))
        else:
            self._begin(outcome, headers, frame)
        return outcome

    def close(self) -> None:
        """Ends it."""
        self.closed = True
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The other side is there."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name
        settings = struct.pack(">HIHI", _TABLE_SIZE, 0, _INITIAL_WINDOW, _WIDEST_WINDOW)
        wider = struct.pack(">I", _WIDEST_WINDOW - _DEFAULT_WINDOW)
        self._transport.write(_PREFACE + _frame(_SETTINGS, 0, 0, settings) + _frame(_WINDOW_UPDATE, 0, 0, wider))

    def connection_lost(self, exc: Exception | None) -> None:
        """The other side has gone, and with it every open call."""
        self.closed = True
        for outcome in [*self._calls.values(), *(outcome for outcome, _, _ in self._queue)]:
            if not outcome.done():
                outcome.set_exception(ConnectionBroken("reset" if exc else "ended"))
        self._calls.clear()
        self._queue.clear()

    def data_received(self, data: bytes) -> None:
        """Bytes came."""
        data = self._buffer + data if self._buffer else data
        at, total = 0, len(data)
        while total - at >= 9:
            end = at + 9 + int.from_bytes(data[at : at + 3], "big")
            if end > total:
                break
            stream = int.from_bytes(data[at + 5 : at + 9], "big") & 0x7FFFFFFF
            self._take(data[at + 3], data[at + 4], stream, data[at + 9 : end])
            at = end
        self._buffer = data[at:]

    def _begin(self, outcome: "asyncio.Future[Outcome]", headers: bytes, frame: bytes) -> None:
        assert self._transport is not None
        stream, self._next_stream = self._next_stream, self._next_stream + 2
        self._calls[stream] = outcome
        self._window -= len(frame)
        parts = [_frame(_HEADERS, _END_HEADERS, stream, headers)]
        for at in range(0, len(frame), _FRAME_BYTES):
            piece = frame[at : at + _FRAME_BYTES]
            parts.append(_frame(_DATA, _END_STREAM if at + len(piece) == len(frame) else 0, stream, piece))
        self._transport.write(b"".join(parts))

    def _take(self, kind: int, flags: int, stream: int, payload: bytes) -> None:
        if kind == _DATA:
            self._bytes[stream] = self._bytes.get(stream, 0) + len(payload)
            self._renew(len(payload))
        elif kind == _HEADERS:
            if flags & (_PADDED | _PRIORITY) or not flags & _END_HEADERS:
                raise NotImplementedError("headers that are padded or continued")
            if flags & _END_STREAM:
                self._end(stream, read_status(payload))
        elif kind == _RESET:
            self._end(stream, None)
        elif kind == _SETTINGS and not flags & _ACK:
            self._learn(payload)
        elif kind == _PING and not flags & _ACK:
            self._send(_frame(_PING, _ACK, 0, payload))
        elif kind == _WINDOW_UPDATE and stream == 0:
            self._window += int.from_bytes(payload, "big")
            self._send_queued()
        elif kind == _GOAWAY:
            self.closed = True

    def _end(self, stream: int, status: int | None) -> None:
        outcome = self._calls.pop(stream, None)
        received = self._bytes.pop(stream, 0)
        if outcome is not None and not outcome.done():
            outcome.set_result(Outcome(status, received))

    def _learn(self, payload: bytes) -> None:
        for at in range(0, len(payload), 6):
            name, value = struct.unpack_from(">HI", payload, at)
            if name == _INITIAL_WINDOW:
                self._stream_window = value
        self._send(_frame(_SETTINGS, _ACK, 0, b""))

    def _renew(self, size: int) -> None:
        self._to_renew += size
        if self._to_renew >= _RENEWED_AT:
            self._send(_frame(_WINDOW_UPDATE, 0, 0, struct.pack(">I", self._to_renew)))
            self._to_renew = 0

    def _send_queued(self) -> None:
        while self._queue and len(self._queue[0][2]) <= self._window:
            self._begin(*self._queue.popleft())

    def _send(self, data: bytes) -> None:
        assert self._transport is not None
        self._transport.write(data)


async def closed_loop(
    host: str,
    port: int,
    path: str,
    make: MakeRequest,
    *,
    clients: int,
    duration: float,
    warm_up: float = 0.0,
    connections: int = 4,
    source: str | None = None,
    pause: float = 0.0,
) -> Tally:
    """So many clients over a few connections, each calling again `pause` seconds after an answer; `make`: frames."""
    numbers, headers = count(), method_headers(path)
    opened = [await GrpcConnection.open(host, port, source=source) for _ in range(min(connections, clients))]
    counting_from = time.perf_counter() + warm_up
    until = counting_from + duration
    tally = Tally(began=counting_from, ended=until)

    async def client(connection: GrpcConnection) -> None:
        while (start := time.perf_counter()) < until:
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    name = (await connection.call(headers, make(next(numbers)))).name
            except (ConnectionBroken, TimeoutError) as error:
                name = BROKEN if isinstance(error, ConnectionBroken) else LATE
            if start >= counting_from:
                tally.add(name, time.perf_counter() - start)
            else:
                tally.in_warm_up += 1
            if connection.closed:
                return
            if pause:
                await asyncio.sleep(pause)

    await asyncio.gather(*(client(opened[number % len(opened)]) for number in range(clients)))
    for connection in opened:
        connection.close()
    return tally


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + struct.pack(">I", stream) + payload
