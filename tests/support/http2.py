"""A client that speaks just enough HTTP/2 to see frames when they arrive."""

import asyncio
import ssl
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

_DATA, _HEADERS, _RESET, _SETTINGS, _PING, _WINDOW = 0, 1, 3, 4, 6, 8
_END_STREAM, _ACK, _END_HEADERS = 1, 1, 4
# `:status: 200` in the table that every HTTP/2 has.
_STATUS_200 = 0x88
_STREAM = 1


@dataclass
class Exchange:
    """One POST on a connection of its own; `data` gives the body in the pieces that it came in."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    succeeded: bool = False

    async def data(self) -> AsyncIterator[bytes]:
        """Until the end of the answer."""
        while True:
            kind, flags, stream, payload = await self._frame()
            if kind == _SETTINGS and not flags & _ACK:
                self._send(_SETTINGS, _ACK, 0, b"")
            elif kind == _PING and not flags & _ACK:
                self._send(_PING, _ACK, 0, payload)
            elif stream == _STREAM and kind == _HEADERS:
                self.succeeded = self.succeeded or payload[0] == _STATUS_200
            elif stream == _STREAM and kind == _DATA and payload:
                yield payload
            if stream == _STREAM and (kind == _RESET or (kind in (_DATA, _HEADERS) and flags & _END_STREAM)):
                return

    def cancel(self) -> None:
        """Gives up the stream, not the connection."""
        self._send(_RESET, 0, _STREAM, struct.pack(">I", 8))

    def begin(
        self, path: str, headers: dict[str, str], body: bytes = b"", trailers: dict[str, str] | None = None
    ) -> None:
        """Sends a POST; without body and trailers it ends with its headers."""
        self.writer.write(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        self._send(_SETTINGS, 0, 0, b"")
        fields = {":method": "POST", ":scheme": "http", ":path": path, ":authority": "localhost"} | headers
        is_all = not body and not trailers
        self._send(_HEADERS, _END_HEADERS | (_END_STREAM if is_all else 0), _STREAM, _block(fields))
        if body:
            self._send(_DATA, 0 if trailers else _END_STREAM, _STREAM, body)
        if trailers:
            self._send(_HEADERS, _END_STREAM | _END_HEADERS, _STREAM, _block(trailers))

    def _send(self, kind: int, flags: int, stream: int, payload: bytes) -> None:
        self.writer.write(
            struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload
        )

    async def _frame(self) -> tuple[int, int, int, bytes]:
        head = await self.reader.readexactly(9)
        payload = await self.reader.readexactly(int.from_bytes(head[:3], "big"))
        return head[3], head[4], int.from_bytes(head[5:], "big") & 0x7FFFFFFF, payload


@asynccontextmanager
async def post(
    port: int,
    path: str,
    headers: dict[str, str] | None = None,
    tls: ssl.SSLContext | None = None,
    *,
    body: bytes = b"",
    trailers: dict[str, str] | None = None,
) -> AsyncIterator[Exchange]:
    """Opens a connection, sends the POST, and closes the connection at the end."""
    name = "localhost" if tls else None
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls, server_hostname=name)
    exchange = Exchange(reader, writer)
    try:
        exchange.begin(path, headers or {}, body, trailers)
        yield exchange
    finally:
        writer.close()


def _block(fields: dict[str, str]) -> bytes:
    return b"".join(b"\x00" + _text(name) + _text(value) for name, value in fields.items())


def _text(text: str) -> bytes:
    data = text.encode()
    assert len(data) < 127, "longer texts need more than one byte of length"
    return bytes([len(data)]) + data
