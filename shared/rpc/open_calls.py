"""Which calls are being handled: a server that has stopped may still have handlers about their last words."""

import asyncio
from contextlib import suppress
from typing import Any

from shared.rpc.calls import Context, Method, Proceed


class OpenCalls:
    """A layer that keeps the task of each call until its handler has ended."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    async def __call__(self, _method: Method, _context: Context, proceed: Proceed) -> bytes | None:
        """Keeps one call."""
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a handler runs in a task")
        self._tasks.add(task)
        try:
            return await proceed()
        finally:
            self._tasks.discard(task)

    async def settle(self, seconds: float) -> None:
        """Waits until no call is open, `seconds` at most."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._tasks:
                    await asyncio.wait(self._tasks)
