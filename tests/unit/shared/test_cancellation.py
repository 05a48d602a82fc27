"""Work that is finished whoever leaves."""

import asyncio
from typing import Any

import pytest

from shared.cancellation import finish


async def test_it_answers_with_what_the_work_gives() -> None:
    """Or raises what that raises."""

    async def fail() -> None:
        raise ValueError("no")

    assert await finish(asyncio.sleep(0, "done")) == "done"
    with pytest.raises(ValueError, match="no"):
        await finish(fail())


async def test_the_work_outlives_every_cancellation() -> None:
    """However often its caller is cancelled, who hears of that at the end; and nobody hears of a failure unread."""
    loop, unread = asyncio.get_running_loop(), list[dict[str, Any]]()
    loop.set_exception_handler(lambda _loop, context: unread.append(context))
    go, ended = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        await go.wait()
        ended.set()
        raise ValueError

    caller = asyncio.create_task(finish(work()))
    for _ in range(3):
        await asyncio.sleep(0)
        caller.cancel()
    await asyncio.sleep(0)
    still_there = not caller.done()
    go.set()

    with pytest.raises(asyncio.CancelledError):
        await caller
    del caller

    assert still_there
    assert ended.is_set()
    assert unread == []
