"""Work that must not be cut off."""

import asyncio

import pytest

from shared.cancellation import finish


@pytest.mark.parametrize("fails", [False, True], ids=["work succeeds", "work fails"])
async def test_work_is_finished_before_a_cancellation_passes(*, fails: bool) -> None:
    """A cancelled caller waits for the work, and is cancelled then, whatever came of the work."""
    begun, go, done = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def work() -> None:
        begun.set()
        await go.wait()
        done.set()
        if fails:
            raise ValueError

    caller = asyncio.create_task(finish(work()))
    await begun.wait()
    caller.cancel()
    go.set()
    with pytest.raises(asyncio.CancelledError):
        await caller

    assert done.is_set()


async def test_failure_passes() -> None:
    """Without a cancellation the caller hears of a failure."""

    async def work() -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        await finish(work())
