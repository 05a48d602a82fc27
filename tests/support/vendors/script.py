"""What all fake vendors share: the script, the record of requests, start and stop."""

import asyncio
import json
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

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

    `hanging` is set while a call hangs, `abandoned` once its caller has left.
    """

    def __init__(self, *, port: int = 0, default: Default | None = None) -> None:
        self.port = port
        self.default: Default = answer({}) if default is None else default
        self.requests: list[ReceivedRequest] = []
        self.hanging = asyncio.Event()
        self.abandoned = asyncio.Event()
        self._script: deque[Behaviour] = deque()

    def script(self, *behaviours: Behaviour, default: Default | None = None) -> None:
        """Replaces what is left of the script, and the default where one is given: a behaviour, or a function to it."""
        self._script = deque(behaviours)
        if default is not None:
            self.default = default

    def behave(self, request: ReceivedRequest) -> Behaviour:
        """Records a request and says what to do with it."""
        self.requests.append(request)
        if self._script:
            return self._script.popleft()
        return self.default(request) if callable(self.default) else self.default

    async def hang(self, drip: Callable[[], Awaitable[None]] | None = None) -> None:
        """Waits until the caller leaves, doing `drip` again and again."""
        self.hanging.set()
        try:
            while drip is not None:
                await drip()
                await asyncio.sleep(_DRIP_SECONDS)
            await asyncio.Event().wait()
        finally:
            self.abandoned.set()

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
