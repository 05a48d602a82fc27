"""Waiting, with a deadline, for what others do."""

import asyncio
import time
from collections.abc import Callable

from tests.support.stack import Stack

_PROCESS_SECONDS = 60.0


async def until(done: Callable[[], bool], seconds: float) -> bool:
    """Waits for something, so long at most; answers whether it came."""
    try:
        async with asyncio.timeout(seconds):
            while not done():  # noqa: ASYNC110 - what many tasks do together
                await asyncio.sleep(0.01)
    except TimeoutError:
        return False
    return True


async def until_process(stack: Stack, name: str, holds: Callable[[], bool]) -> None:
    """Waits until something holds of a process; fails after a minute, or when a process of the stack ends."""
    ends = time.monotonic() + _PROCESS_SECONDS
    while not holds():
        assert time.monotonic() < ends, f"{name} does not serve\n{stack.read_log(name)[-2000:]}"
        assert not stack.ended(), stack.ended()
        await asyncio.sleep(0.05)


async def until_logged(stack: Stack, name: str, text: str, seen: int = 0) -> None:
    """Waits until a process has logged a text behind the first `seen` characters; fails as `until_process`."""
    await until_process(stack, name, lambda: text in stack.read_log(name)[seen:])
