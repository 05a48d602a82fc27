"""What all fake vendors share: the script, the record of requests, start and stop."""

import asyncio
import json
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from tests.support.vendors.authority import Authority
from tests.support.vendors.behaviours import Behaviour, answer

_DRIP_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class ReceivedRequest:
    """What came in. Header names are lower-case; `streamed` says that a stream was asked for."""

    headers: Mapping[str, str]
    body: Mapping[str, Any]
    streamed: bool

    @property
    def text(self) -> str:
        """Headers and body as one text, to look for what must not be in it."""
        return json.dumps([dict(self.headers), self.body], ensure_ascii=False)


Default = Behaviour | Callable[[ReceivedRequest], Behaviour]


class FakeVendor(ABC):
    """A server that plays a script, and then its default.

    `hanging` is set once a call hangs, `abandoned` once the caller of one has left; `hanging_calls` counts those that
    hang now. Every call takes `latency` seconds before anything comes; a streamed text comes in so many `pieces`.
    `identity` None is what clients trust (gRPC) or no TLS (HTTP).
    """

    def __init__(
        self,
        *,
        port: int = 0,
        default: Default | None = None,
        latency: float = 0.0,
        pieces: int = 4,
        identity: Authority | None = None,
    ) -> None:
        self.port = port
        self.latency = latency
        self.pieces = pieces
        self.identity = identity
        self.default: Default = answer({}) if default is None else default
        self.requests: list[ReceivedRequest] = []
        self.hanging = asyncio.Event()
        self.abandoned = asyncio.Event()
        self.hanging_calls = 0
        self._script: deque[Behaviour] = deque()

    def script(self, *behaviours: Behaviour, default: Default | None = None) -> None:
        """Replaces what is left of the script, and the default where one is given: a behaviour, or a function to it."""
        self._script = deque(behaviours)
        if default is not None:
            self.default = default

    async def behave(self, request: ReceivedRequest) -> Behaviour:
        """Records a request and says, when the latency is over, what to do with it."""
        self.requests.append(request)
        behaviour = self._script.popleft() if self._script else self._by_default(request)
        if self.latency:
            await asyncio.sleep(self.latency)
        return behaviour

    def _by_default(self, request: ReceivedRequest) -> Behaviour:
        return self.default(request) if callable(self.default) else self.default

    async def hang(self, drip: Callable[[], Awaitable[None]] | None = None, *, pace: float = _DRIP_SECONDS) -> None:
        """Waits until the caller leaves, doing `drip` again and again, every `pace` seconds."""
        self.hanging.set()
        self.hanging_calls += 1
        try:
            while drip is not None:
                await drip()
                await asyncio.sleep(pace)
            await asyncio.Event().wait()
        finally:
            self.hanging_calls -= 1
            self.abandoned.set()

    @property
    @abstractmethod
    def base_url(self) -> str:
        """The address that a client is given."""

    @property
    @abstractmethod
    def open_connections(self) -> int:
        """How many connections clients hold now."""

    @abstractmethod
    async def start(self) -> None:
        """Listens on loopback; `port` is known afterwards."""

    @abstractmethod
    async def stop(self) -> None:
        """Ends every call and stops listening."""

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
