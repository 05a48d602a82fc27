"""What the services of a stack say of themselves over `grpc.health.v1`, from moment to moment."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import grpc
import grpc.aio
from grpc_health.v1 import health_pb2, health_pb2_grpc

_LOOK_SECONDS = 0.02
_ANSWER_SECONDS = 1.0


class Pulse:
    """The last word of each service, and the moment on the monotonic clock when it was changed."""

    def __init__(self) -> None:
        self._words: dict[str, tuple[bool | None, float]] = {}

    async def changed(self, *names: str, serving: bool, since: float, within: float) -> float:
        """Seconds from `since` until the last of the services said so; infinite where one did not within so many."""
        while time.monotonic() < since + within:
            words = [self._words.get(name, (None, 0.0)) for name in names]
            if all(word is serving for word, _ in words):
                return max(0.0, max(moment for _, moment in words) - since)
            await asyncio.sleep(_LOOK_SECONDS)
        return float("inf")

    async def watch(self, name: str, port: int) -> None:
        """Asks one service until cancelled."""
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}", options=(("grpc.enable_http_proxy", 0),)) as channel:
            stub: Any = health_pb2_grpc.HealthStub(channel)  # its types know no methods
            while True:
                word = await _ask(stub)
                if self._words.get(name, (None, 0.0))[0] is not word:
                    self._words[name] = (word, time.monotonic())
                await asyncio.sleep(_LOOK_SECONDS)


@asynccontextmanager
async def feeling(ports: Mapping[str, int]) -> AsyncIterator[Pulse]:
    """Watches services by name and port for the length of the block."""
    pulse = Pulse()
    async with AsyncExitStack() as stack:
        for name, port in ports.items():
            task = asyncio.create_task(pulse.watch(name, port))
            stack.callback(task.cancel)
        yield pulse


async def _ask(stub: Any) -> bool | None:
    try:
        answer = await stub.Check(health_pb2.HealthCheckRequest(), timeout=_ANSWER_SECONDS)
    except grpc.aio.AioRpcError:
        return None
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)
