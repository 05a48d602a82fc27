"""Work that a process does again and again beside its calls."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import structlog

from shared.errors import Unavailable

log = structlog.get_logger()


@asynccontextmanager
async def repeating(work: Callable[[], Awaitable[None]], seconds: float) -> AsyncIterator[None]:
    """Does `work` now and so long after each end of it, for the length of the block; a failure ends nothing."""
    task = asyncio.create_task(_repeat(work, seconds))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _repeat(work: Callable[[], Awaitable[None]], seconds: float) -> None:
    while True:
        try:
            await work()
        except Unavailable:
            # Whoever is away has been logged by whoever asked.
            pass
        except Exception as error:
            log.error("background.broke", work=work.__qualname__, error=error)  # noqa: TRY400 - no exception's text
        await asyncio.sleep(seconds)
