"""A fake OpenAI that costs next to nothing: answers are bytes made beforehand, written in one go.

    python -m tests.benchmarks.fake_openai

Speaks JSON lines: `{"do": "set", "server": "first", "mode": "status", "status": 500}`, `{"do": "counts"}`. Two servers,
`first` and `second`, and a port that refuses. Without delay the events of a stream are written together, as chunks of
HTTP; a reader sees the same events as from a server that writes them one by one.
"""

import asyncio
import json
import socket
from dataclasses import dataclass
from typing import Any, cast

import uvloop

from tests.benchmarks.lines import read_lines, write_line
from tests.benchmarks.question import ITEMS, ONLY, answer_of

_HEADER_END = b"\r\n\r\n"
_ONLY = ONLY.encode()
_USAGE = {"prompt_tokens": 900, "completion_tokens": 400, "total_tokens": 1300}


@dataclass(frozen=True, slots=True)
class Mode:
    """What a server does: `answer`, `status`, `hang`, `cut` (the connection breaks) or `end` (it ends in good order).

    `latency` in seconds comes before the first byte, `chunks` is the number of pieces of text in a stream, `share` how
    many of them a cut stream brings. The first `good` requests are answered whatever the mode.
    """

    mode: str = "answer"
    status: int = 500
    latency: float = 0.0
    chunks: int = 60
    share: float = 0.5
    good: int = 0


class Server:
    """One port: its mode, its answers as bytes, and how many requests came."""

    def __init__(self, author: str) -> None:
        self.author = author
        self.requests = 0
        self.set(Mode())

    def set(self, mode: Mode) -> None:
        """Changes the mode, sets the count back and drops no connection."""
        self.mode = mode
        self.requests = 0
        self._unary = [_http(200, _whole(answer_of(self.author, first))) for first in range(ITEMS)]
        self._streams = [stream_of(events_of(answer_of(self.author, first), mode.chunks)) for first in range(ITEMS)]
        whole = events_of(answer_of(self.author), mode.chunks)
        half = whole[: 1 + int(mode.chunks * mode.share)]
        self._half_stream = stream_of(half, end=mode.mode == "end")
        self._half_unary = _half(self._unary[0])
        self._error = _http(mode.status, json.dumps({"error": {"message": "no", "type": "t", "code": None}}).encode())

    def reply(self, body: bytes) -> tuple[bytes, bool]:
        """The bytes of an answer, and whether the connection breaks behind them."""
        self.requests += 1
        streamed = b'"stream":true' in body or b'"stream": true' in body
        good = self.requests <= self.mode.good
        if self.mode.mode == "status" and not good:
            return self._error, False
        if self.mode.mode in ("cut", "end") and not good:
            return (self._half_stream, self.mode.mode == "cut") if streamed else (self._half_unary, True)
        at = body.find(_ONLY)
        missing = ITEMS if at < 0 else int(body[at + len(_ONLY) : at + len(_ONLY) + 1])
        return (self._streams if streamed else self._unary)[ITEMS - missing], False


class Connection(asyncio.Protocol):
    """One connection: requests one after the other, with a Content-Length or in chunks."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._received = bytearray()
        self._transport: asyncio.Transport | None = None
        self._head = -1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The client is there."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name

    def data_received(self, data: bytes) -> None:
        """Bytes came."""
        self._received += data
        while (body := self._next_body()) is not None:
            self._answer(body)

    def _next_body(self) -> bytes | None:
        if self._head < 0:
            self._head = self._received.find(_HEADER_END)
            if self._head < 0:
                return None
        head = bytes(self._received[: self._head]).lower()
        start = self._head + len(_HEADER_END)
        if b"transfer-encoding: chunked" in head:
            end = self._received.find(b"\r\n0\r\n\r\n", start)
            if end < 0:
                return None
            return self._take(end + 7, start)
        at = head.find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        return self._take(start + length, start) if len(self._received) >= start + length else None

    def _take(self, end: int, start: int) -> bytes:
        body = bytes(self._received[start:end])
        del self._received[:end]
        self._head = -1
        return body

    def _answer(self, body: bytes) -> None:
        reply, breaks = self._server.reply(body)
        if self._server.mode.mode == "hang":
            return
        if self._server.mode.latency:
            asyncio.get_running_loop().call_later(self._server.mode.latency, self._write, reply, breaks)
        else:
            self._write(reply, breaks)

    def _write(self, reply: bytes, breaks: bool) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        self._transport.write(reply)
        if breaks:
            self._transport.close()  # in the middle of a body, which is a broken one to the reader


def _http(status: int, body: bytes) -> bytes:
    head = f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


def _half(reply: bytes) -> bytes:
    start = reply.index(_HEADER_END) + len(_HEADER_END)
    return reply[: start + (len(reply) - start) // 2]


def stream_of(events: list[bytes], *, end: bool = True) -> bytes:
    """A streamed answer as HTTP; without the `end` it stays open."""
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(event), event) for event in events)
    return head + chunks + (b"0\r\n\r\n" if end else b"")


def _envelope(kind: str, choices: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {"id": "chatcmpl-1", "object": kind, "created": 1_795_000_000, "model": "m", "choices": choices} | more


def _whole(text: str) -> bytes:
    message = {"role": "assistant", "content": text, "refusal": None}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return json.dumps(_envelope("chat.completion", [choice], usage=_USAGE)).encode()


def events_of(text: str, chunks: int) -> list[bytes]:
    """A text as the events of a stream, in about so many pieces."""
    size = -(-len(text) // chunks)
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": text[at : at + size]} for at in range(0, len(text), size)]
    choices: list[dict[str, Any]] = [{"index": 0, "delta": delta, "finish_reason": None} for delta in deltas]
    choices.append({"index": 0, "delta": {}, "finish_reason": "stop"})
    bodies = [_envelope("chat.completion.chunk", [choice]) for choice in choices]
    bodies.append(_envelope("chat.completion.chunk", [], usage=_USAGE))
    return [b"data: " + json.dumps(body).encode() + b"\n\n" for body in bodies] + [b"data: [DONE]\n\n"]


async def main() -> None:
    """Serves until its input ends."""
    loop = asyncio.get_running_loop()
    servers = {"first": Server("first"), "second": Server("second")}
    ports: dict[str, int] = {}
    for name, server in servers.items():
        listener = await loop.create_server(lambda server=server: Connection(server), "127.0.0.1", 0, backlog=2048)  # type: ignore[misc]
        ports[name] = listener.sockets[0].getsockname()[1]
    # Bound so that nobody else takes the port, and not listening: it refuses.
    refusing = socket.socket()
    refusing.bind(("127.0.0.1", 0))
    ports["refusing"] = refusing.getsockname()[1]
    write_line({"ports": ports})
    async for line in read_lines():
        if line.pop("do") == "set":
            servers[line.pop("server")].set(Mode(**line))
        write_line({"counts": {name: server.requests for name, server in servers.items()}})
    refusing.close()


if __name__ == "__main__":
    uvloop.run(main())
