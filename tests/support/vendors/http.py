"""A fake vendor that speaks HTTP, with server-sent events for streams."""

import json
from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

from aiohttp import web

from tests.support.vendors.behaviours import VENDOR_TEXT, Answer, Behaviour, Cut, Drip, Hang, Refuse, Status, WrongShape
from tests.support.vendors.script import FakeVendor, ReceivedRequest

Event = tuple[str | None, Any]


class FakeHttpVendor(FakeVendor):
    """One path; subclasses know the vendor's bodies."""

    path: str
    _runner: web.AppRunner | None = None

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Listens on loopback."""
        app = web.Application(client_max_size=32 * 1024 * 1024)
        app.router.add_post(self.path, self._handle)
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Closes every connection."""
        if self._runner is not None:
            await self._runner.cleanup()

    @abstractmethod
    def whole(self, request: ReceivedRequest, behaviour: Answer | Refuse) -> Any:
        """The body of a unary answer."""

    @abstractmethod
    def events(self, request: ReceivedRequest, behaviour: Answer | Refuse) -> Sequence[Event]:
        """The events of a streamed one: name and data; text as data goes out as it is."""

    @abstractmethod
    def error(self, behaviour: Status, message: str) -> Any:
        """The body of an error."""

    async def _handle(self, http: web.Request) -> web.StreamResponse:
        body = await http.json()
        headers = {name.lower(): value for name, value in http.headers.items()}
        request = ReceivedRequest(headers, body, bool(body.get("stream")))
        behaviour = self.behave(request)
        if isinstance(behaviour, Hang):
            await self.hang()
        if isinstance(behaviour, Drip):
            return await self._drip(http, request)
        if isinstance(behaviour, Status) and not behaviour.late:
            return self._refuse(request, behaviour)
        if request.streamed:
            return await self._stream(http, request, behaviour)
        return await self._answer(http, request, behaviour)

    def _refuse(self, request: ReceivedRequest, behaviour: Status) -> web.Response:
        headers = dict(behaviour.headers)
        if behaviour.retry_after is not None:
            headers["Retry-After"] = str(behaviour.retry_after)
        # As some vendors do, the error repeats what was sent.
        message = f"{VENDOR_TEXT}: {request.text}"
        return web.json_response(self.error(behaviour, message), status=behaviour.code, headers=headers)

    async def _drip(self, http: web.Request, request: ReceivedRequest) -> web.StreamResponse:
        kind, drop = ("text/event-stream", b": more\n\n") if request.streamed else ("application/json", b" ")
        response = web.StreamResponse(headers={"Content-Type": kind})
        await response.prepare(http)
        await self.hang(lambda: response.write(drop))
        return response

    async def _answer(self, http: web.Request, request: ReceivedRequest, behaviour: Behaviour) -> web.StreamResponse:
        if isinstance(behaviour, WrongShape):
            return web.Response(text=behaviour.body, content_type="application/json")
        if isinstance(behaviour, Cut):
            body = json.dumps(self.whole(request, Answer(behaviour.text)))
            half = body[: len(body) // 2]
            if behaviour.clean:
                return web.Response(text=half, content_type="application/json")
            response = web.StreamResponse(headers={"Content-Type": "application/json"})
            response.content_length = len(body)
            await response.prepare(http)
            await response.write(half.encode())
            _break(http)
            return response
        if isinstance(behaviour, Answer | Refuse):
            return web.json_response(self.whole(request, behaviour))
        raise TypeError(f"{behaviour} is no answer to a call without a stream")

    async def _stream(self, http: web.Request, request: ReceivedRequest, behaviour: Behaviour) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(http)
        for name, data in self._events(request, behaviour):
            text = data if isinstance(data, str) else json.dumps(data)
            await response.write((f"event: {name}\n" if name else "").encode() + f"data: {text}\n\n".encode())
        if isinstance(behaviour, Cut) and not behaviour.clean:
            _break(http)
        return response

    def _events(self, request: ReceivedRequest, behaviour: Behaviour) -> Sequence[Event]:
        if isinstance(behaviour, WrongShape):
            return [("message_start", behaviour.body)]
        if isinstance(behaviour, Answer | Refuse):
            return self.events(request, behaviour)
        text = behaviour.text if isinstance(behaviour, Cut) else "some text before the error"
        events = self.events(request, Answer(text))
        half = list(events[: len(events) // 2])
        if isinstance(behaviour, Status):
            half.append(("error", self.error(behaviour, f"{VENDOR_TEXT}: {request.text}")))
        return half


def _break(http: web.Request) -> None:
    if http.transport is not None:
        http.transport.abort()
