"""From work that tells how it goes to an iterator of what it tells."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from enum import Enum
from typing import Any, TypeVar

E = TypeVar("E")
T = TypeVar("T")


class _End(Enum):
    END = "end"


async def relay(work: Callable[[Callable[[E], None]], Coroutine[Any, Any, T]]) -> AsyncGenerator[E | T, None]:
    """Yields what `work` tells, in order, and its result as the last; raises what it raises, after all that it told.

    The work never waits for a slow reader: what it told is held for him. Who stops reading closes the iterator
    (`contextlib.aclosing`): that cancels the work and waits for its end.
    """
    told: asyncio.Queue[E | _End] = asyncio.Queue()
    task = asyncio.create_task(work(told.put_nowait))
    task.add_done_callback(lambda _task: told.put_nowait(_End.END))
    try:
        while not isinstance(event := await told.get(), _End):
            yield event
        yield task.result()
    finally:
        task.cancel()
        # Its end is awaited, not its failure: whoever left has no use for it.
        await asyncio.wait([task])
        if not task.cancelled():
            task.exception()
