"""What a cancellation does not cut off half-way."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def finish(work: Coroutine[Any, Any, T]) -> T:
    """Waits for `work` to its end; a cancellation meanwhile is passed on after it, and outranks what `work` raises."""
    task = asyncio.create_task(work)
    left: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            left = error
    if left is not None:
        # Read, so that nobody is told that it was never looked at.
        task.cancelled() or task.exception()
        raise left
    return task.result()
