"""Tells the world whether a service can work: grpc.health.v1, by service name and as a whole."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog
from grpc_health.v1 import health_pb2
from grpc_health.v1._async import HealthServicer

log = structlog.get_logger()

INTERVAL_SECONDS = 0.3
OVERALL = ""


class HealthWatch:
    """Asks `check` again and again and sets the status of every name, NOT_SERVING until it said yes once."""

    def __init__(self, names: Sequence[str], check: Callable[[], Awaitable[bool]]) -> None:
        self.servicer = HealthServicer()
        self._names = (OVERALL, *names)
        self._check = check
        self._serving: bool | None = None

    async def run(self) -> None:
        """Watches until it is cancelled."""
        while True:
            await self._set(serving=await self._ask())
            await asyncio.sleep(INTERVAL_SECONDS)

    async def leave(self) -> None:
        """Says NOT_SERVING for good: the process is about to stop."""
        await self.servicer.enter_graceful_shutdown()

    async def _ask(self) -> bool:
        try:
            return await self._check()
        except Exception as error:
            # A check that breaks means that nobody knows: the watch must live to see the end of it.
            log.error("health.check_broke", error=error)  # noqa: TRY400 - the log never prints an exception's text
            return False

    async def _set(self, *, serving: bool) -> None:
        if serving == self._serving:
            return
        self._serving = serving
        status = health_pb2.HealthCheckResponse.SERVING if serving else health_pb2.HealthCheckResponse.NOT_SERVING
        for name in self._names:
            await self.servicer.set(name, status)
        log.info("health.changed", serving=serving)
