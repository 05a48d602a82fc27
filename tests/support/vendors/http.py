"""A fake vendor that speaks HTTP, with server-sent events for streams."""

import asyncio
import json
from abc import abstractmethod
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any

from aiohttp import web

from tests.support.vendors.behaviours import (
    BREAK_SECONDS,
    VENDOR_TEXT,
    Answer,
    Behaviour,
    Cut,
    Damage,
    Damaged,
    Drip,
    End,
    Hang,
    Redirect,
    Refuse,
    Status,
    WrongShape,
    pieces_of,
)
from tests.support.vendors.http_damage import Sound, break_connection, send_damaged
from tests.support.vendors.script import FakeVendor, ReceivedRequest

Event = tuple[str | None, Any]
_EARLY_TEXT = "some text before the error"
# What a call without a stream gets for an end of one.
_IN_ONE_PIECE = {End.BROKEN: Damage.TRUNCATED, End.CLEAN: Damage.MALFORMED, End.STALLED: Damage.HELD}


class FakeHttpVendor(FakeVendor):
    """One path; subclasses know the vendor's bodies. `strayed` are requests that followed a redirect to `elsewhere`."""

    path: str
    _runner: web.AppRunner | None = None

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.elsewhere = 0
        self.strayed: list[ReceivedRequest] = []
        self._text_elsewhere = ""

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"{'https' if self.identity else 'http'}://127.0.0.1:{self.port}"

    @property
    def open_connections(self) -> int:
        """How many connections clients hold now."""
        return len(self._runner.server.connections) if self._runner and self._runner.server else 0

    async def start(self) -> None:
        """Listens on loopback."""
        app = web.Application(client_max_size=32 * 1024 * 1024)
        app.router.add_post(self.path, self._handle)
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        context = self.identity.server_context() if self.identity else None
        await web.TCPSite(self._runner, "127.0.0.1", self.port, ssl_context=context).start()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port, self.elsewhere = (address[1] for address in self._runner.addresses)

    async def stop(self) -> None:
        """Closes every connection."""
        if self._runner is not None:
            await self._runner.cleanup()

    @abstractmethod
    def whole(self, request: ReceivedRequest, behaviour: Answer | Refuse) -> Any:
        """The body of a unary answer."""

    @abstractmethod
    def opening(self, request: ReceivedRequest, behaviour: Answer | Refuse) -> Sequence[Event]:
        """The events of a stream before the text: name and data; data that is text goes out as it is."""

    @abstractmethod
    def deltas(self, request: ReceivedRequest, pieces: Iterable[str]) -> Sequence[Event]:
        """The events that bring these pieces of the text."""

    @abstractmethod
    def closing(self, request: ReceivedRequest, behaviour: Answer | Refuse) -> Sequence[Event]:
        """The events after the text, the end mark included."""

    @abstractmethod
    def error(self, behaviour: Status, message: str) -> Any:
        """The body of an error."""

    async def _handle(self, http: web.Request) -> web.StreamResponse:
        body = await http.json()
        headers = {name.lower(): value for name, value in http.headers.items()}
        request = ReceivedRequest(headers, body, bool(body.get("stream")))
        address = http.transport.get_extra_info("sockname") if http.transport else None
        if address and address[1] == self.elsewhere:
            self.strayed.append(request)
            behaviour: Behaviour = Answer(self._text_elsewhere)
        else:
            behaviour = await self.behave(request)
        return await self._answer(http, request, behaviour)

    async def _answer(self, http: web.Request, request: ReceivedRequest, behaviour: Behaviour) -> web.StreamResponse:
        match behaviour:
            case Hang():
                await self.hang()
                return web.Response()
            case Drip():
                return await self._drip(http, request)
            case Redirect():
                self._text_elsewhere = behaviour.text
                location = f"http://localhost:{self.elsewhere}{self.path}"
                return web.Response(status=behaviour.code, headers={"Location": location})
            case Status() if not (behaviour.late and request.streamed):
                return self._refuse(request, behaviour)
            case Damaged():
                return await send_damaged(http, self._sound(request, behaviour.text), behaviour.damage, self.hang)
            case _ if request.streamed:
                return await self._stream(http, request, behaviour)
            case WrongShape():
                return web.Response(text=behaviour.body, content_type="application/json")
            case Cut():
                return await self._answer(http, request, _in_one_piece(behaviour))
            case Answer() | Refuse():
                return web.json_response(self.whole(request, behaviour))
        raise TypeError(f"{behaviour} is no answer")

    def _refuse(self, request: ReceivedRequest, behaviour: Status) -> web.Response:
        headers = dict(behaviour.headers)
        if behaviour.retry_after is not None:
            headers["Retry-After"] = str(behaviour.retry_after)
        body = self._error(request, behaviour)
        return web.json_response(body, status=behaviour.code, headers=headers)

    def _error(self, request: ReceivedRequest, behaviour: Status) -> Any:
        """As some vendors do, the error repeats what was sent."""
        return self.error(behaviour, f"{VENDOR_TEXT}: {request.text}")

    async def _drip(self, http: web.Request, request: ReceivedRequest) -> web.StreamResponse:
        kind, drop = ("text/event-stream", b": more\n\n") if request.streamed else ("application/json", b" ")
        response = web.StreamResponse(headers={"Content-Type": kind})
        await response.prepare(http)
        await self.hang(lambda: response.write(drop))
        return response

    def _sound(self, request: ReceivedRequest, text: str) -> Sound:
        """What would be sent if nothing were at fault."""
        if request.streamed:
            answer = Answer(text)
            return Sound(
                streamed=True,
                text=text,
                opening=_encode(self.opening(request, answer)),
                whole=lambda text: _encode(
                    [*self.opening(request, answer), *self.deltas(request, [text]), *self.closing(request, answer)]
                ),
                error=_encode([("error", self._error(request, Status(500)))]),
            )
        return Sound(
            streamed=False,
            text=text,
            opening=b'{"',
            whole=lambda text: json.dumps(self.whole(request, Answer(text))).encode(),
            error=json.dumps(self._error(request, Status(500))).encode(),
        )

    async def _stream(self, http: web.Request, request: ReceivedRequest, behaviour: Behaviour) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(http)
        async for event in self._events(request, behaviour):
            await response.write(_encode([event]))
        if isinstance(behaviour, Cut) and behaviour.end is End.BROKEN:
            await asyncio.sleep(BREAK_SECONDS)
            break_connection(http)
        return response

    async def _events(self, request: ReceivedRequest, behaviour: Behaviour) -> AsyncIterator[Event]:
        if isinstance(behaviour, WrongShape):
            yield "message_start", behaviour.body
            return
        if isinstance(behaviour, Status):
            behaviour = Cut(_EARLY_TEXT, behaviour)
        text = behaviour.text if isinstance(behaviour, Answer | Cut) else ""
        share = behaviour.share if isinstance(behaviour, Cut) else 1.0
        whole = behaviour if isinstance(behaviour, Answer | Refuse) else Answer(text)
        pieces = pieces_of(text, self.pieces, share)
        for event in (*self.opening(request, whole), *self.deltas(request, pieces)):
            yield event
        if isinstance(behaviour, Cut):
            if isinstance(behaviour.end, Status):
                yield "error", self._error(request, behaviour.end)
            elif behaviour.end is End.STALLED:
                await self.hang()
            if behaviour.end is not End.MALFORMED:
                return
            for name, data in self.deltas(request, [text[sum(map(len, pieces)) :]]):
                yield name, json.dumps(data)[:-9]
                yield name, data
        for event in self.closing(request, whole):
            yield event


def _in_one_piece(behaviour: Cut) -> Behaviour:
    if isinstance(behaviour.end, Status):
        return behaviour.end
    return Damaged(behaviour.text, _IN_ONE_PIECE.get(behaviour.end, Damage.MALFORMED))


def _encode(events: Iterable[Event]) -> bytes:
    """Events as they go out."""
    lines = []
    for name, data in events:
        text = data if isinstance(data, str) else json.dumps(data)
        lines.append((f"event: {name}\n" if name else "") + f"data: {text}\n\n")
    return "".join(lines).encode()
