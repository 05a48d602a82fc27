"""A gateway for the page that serves its files by the real gateway's routes and answers as a test says.

It shows what a real stack does not show on demand: slow arrival, another provider that takes over, every failure.
"""

import json
import queue
import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from google.rpc.status_pb2 import Status

from gateway.static_files import build_file_routes
from tests.page import answers

_HTTP_STATUS = {
    answers.INVALID_ARGUMENT: 400,
    answers.NOT_FOUND: 404,
    answers.RESOURCE_EXHAUSTED: 429,
    answers.UNIMPLEMENTED: 501,
    answers.UNAVAILABLE: 503,
}
_POLL_SECONDS = 0.02
STREAMS = {
    "questions": f"/api/v1/interview/{answers.KEY}/questions:stream",
    "path": f"/api/v1/learning/{answers.KEY}/learning-path:stream",
}

Json = dict[str, Any]


@dataclass
class EventStream:
    """The events of one stream, sent one by one when the test says so; `left` is set when the page goes away."""

    left: threading.Event = field(default_factory=threading.Event)
    _events: "queue.Queue[Json | None]" = field(default_factory=queue.Queue)

    def send(self, *events: Json) -> None:
        """Sends events."""
        for event in events:
            self._events.put(event)

    def end(self) -> None:
        """Ends the response."""
        self._events.put(None)

    def read(self, connection: socket.socket) -> Iterator[Json]:
        """The events until the end, or until the other side is gone."""
        while not self.left.is_set():
            try:
                event = self._events.get(timeout=_POLL_SECONDS)
            except queue.Empty:
                if _is_closed(connection):
                    self.left.set()
                continue
            if event is None:
                return
            yield event


@dataclass(frozen=True)
class Call:
    """One request of the page."""

    method: str
    path: str
    query: dict[str, str]
    body: Any


class ScriptedGateway:
    """Answers by `(method, path)`: JSON, a `Status` for an error, or an `EventStream`. Keeps what was asked."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.streams = {name: EventStream() for name in STREAMS}
        self.answers: dict[tuple[str, str], Json | Status | EventStream] = {
            ("GET", "/api/v1/interview/health"): answers.health(),
            ("DELETE", f"/api/v1/resumes/{answers.KEY}"): {"unique_key": answers.KEY, "erased_documents": 2},
            ("POST", f"/api/v1/interview/{answers.KEY}/questions/{answers.SET_ID}/feedback"): {"rating": 4},
            **{("POST", path): self.streams[name] for name, path in STREAMS.items()},
        }
        self.files = _read_files()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._server.daemon_threads = True
        self.base_url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def answer(self, call: Call) -> Json | Status | EventStream:
        """What the test has said, or the resume that was sent, as if it were stored."""
        self.calls.append(call)
        given = self.answers.get((call.method, call.path))
        if given is not None:
            return given
        if call.path.startswith("/api/v1/resumes") and isinstance(call.body, dict):
            stored = {"unique_key": answers.KEY, "updated_at": "2026-11-21T11:40:00Z", "warnings": []}
            return call.body | stored
        return answers.refusal(answers.NOT_FOUND, "RESUME_NOT_FOUND", "no resume has this key")

    def sent(self, method: str, path: str) -> list[Call]:
        """The requests of one kind."""
        return [call for call in self.calls if (call.method, call.path) == (method, path)]

    @contextmanager
    def serving(self) -> Iterator["ScriptedGateway"]:
        """Serves until the end of the block."""
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": _POLL_SECONDS})
        thread.start()
        try:
            yield self
        finally:
            for stream in self.streams.values():
                stream.end()
            self._server.shutdown()
            self._server.server_close()
            thread.join()


def _read_files() -> dict[str, tuple[Path, dict[str, str]]]:
    found = {}
    for route in build_file_routes({}):
        if route["name"] == "file":
            headers = {each["header"]["key"]: each["header"]["value"] for each in route["response_headers_to_add"]}
            found[route["match"]["path"]] = (Path(route["direct_response"]["body"]["filename"]), headers)
    return found


def _is_closed(connection: socket.socket) -> bool:
    readable, _, _ = select.select([connection], [], [], 0)
    try:
        return bool(readable) and not connection.recv(1, socket.MSG_PEEK)
    except ConnectionError:
        return True


def _handler_of(gateway: ScriptedGateway) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the name of the base class
            """Says nothing."""

        def do_GET(self) -> None:
            """A file, or a call of the API."""
            address = urlsplit(self.path)
            if address.path in gateway.files:
                file, headers = gateway.files[address.path]
                return self._write(200, headers, file.read_bytes())
            return self._call(address.path, address.query)

        def do_POST(self) -> None:
            """A call of the API."""
            address = urlsplit(self.path)
            self._call(address.path, address.query)

        def do_PUT(self) -> None:
            """A call of the API."""
            self.do_POST()

        def do_DELETE(self) -> None:
            """A call of the API."""
            self.do_POST()

        def _call(self, path: str, query: str) -> None:
            text = self.rfile.read(int(self.headers.get("content-length") or 0))
            named = {name: values[0] for name, values in parse_qs(query).items()}
            given = gateway.answer(Call(self.command, path, named, json.loads(text) if text else None))
            if isinstance(given, EventStream):
                return self._stream(given)
            status = _HTTP_STATUS.get(given.code, 500) if isinstance(given, Status) else 200
            answer = answers.write(given) if isinstance(given, Status) else given
            return self._write(status, {"content-type": "application/json"}, json.dumps(answer).encode())

        def _write(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in (headers | {"content-length": str(len(body))}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def _stream(self, stream: EventStream) -> None:
            self.close_connection = True
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.end_headers()
            try:
                for event in stream.read(self.connection):
                    self.wfile.write(f"data: {json.dumps(event)}\n\n".encode())
                    self.wfile.flush()
            except ConnectionError:
                stream.left.set()

    return Handler
