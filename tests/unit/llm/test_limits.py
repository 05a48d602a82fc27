"""How many requests at once, how many wait, and how many calls a minute."""

import asyncio
from collections.abc import Callable

import pytest

from shared.llm.errors import AtCapacity, RateCapped
from shared.llm.limits import ConcurrencyLimiter, RateLimiter
from tests.unit.llm.chains import Time

LONG, AT_ONCE = 60.0, 0.0


def gate(limit: int = 1, queue: int = 10, patience: float = LONG) -> ConcurrencyLimiter:
    """A gate, by default with one slot and patient people."""
    return ConcurrencyLimiter(limit=limit, queue=queue, patience=patience)


async def settled() -> None:
    """Lets everybody who can go on go on."""
    for _ in range(5):
        await asyncio.sleep(0)


async def line_up(gate: ConcurrencyLimiter, count: int, entered: list[int]) -> list[asyncio.Task[None]]:
    """So many who want to enter, one after the other; `entered` lists those who have."""

    async def come(number: int) -> None:
        await gate.enter()
        entered.append(number)

    tasks = []
    for number in range(count):
        tasks.append(asyncio.create_task(come(number)))
        await settled()
    return tasks


async def test_the_limit_holds_and_slots_come_back() -> None:
    """As many as the limit enter without waiting, the next one when one of them has left."""
    busy = gate(limit=2)

    entered = [busy.try_enter() for _ in range(3)]
    busy.leave()

    assert entered == [True, True, False]
    assert busy.try_enter()
    assert (busy.in_flight, busy.waiting) == (2, 0)


async def test_who_waits_enters_in_order() -> None:
    """A slot goes to the one who has waited longest, and nobody passes the queue."""
    busy, entered = gate(), list[int]()
    busy.try_enter()
    tasks = await line_up(busy, 3, entered)

    busy.leave()
    passed = busy.try_enter()
    await settled()
    first = list(entered)
    busy.leave()
    busy.leave()
    await asyncio.gather(*tasks)

    assert (first, entered, passed) == ([0], [0, 1, 2], False)
    assert (busy.in_flight, busy.waiting) == (1, 0)


async def test_a_full_queue_refuses_at_once() -> None:
    """One more than the queue holds hears it without waiting, and takes no place."""
    busy = gate(queue=2)
    busy.try_enter()
    tasks = await line_up(busy, 2, [])

    with pytest.raises(AtCapacity):
        await busy.enter()

    assert (busy.in_flight, busy.waiting) == (1, 2)
    busy.leave()
    busy.leave()
    await asyncio.gather(*tasks)


async def test_no_queue_at_all() -> None:
    """A queue of none is allowed: whoever finds no slot is refused."""
    busy = gate(queue=0)
    busy.try_enter()

    with pytest.raises(AtCapacity):
        await busy.enter()


async def test_a_wait_ends() -> None:
    """Whoever has waited long enough is refused and leaves the queue; slots are as many as before."""
    busy = gate(patience=AT_ONCE)
    busy.try_enter()

    results = await asyncio.gather(*(busy.enter() for _ in range(3)), return_exceptions=True)
    waiting = busy.waiting
    busy.leave()

    assert [type(result) for result in results] == [AtCapacity] * 3
    assert (waiting, busy.in_flight) == (0, 0)


async def test_a_slot_survives_who_is_cancelled_while_waiting() -> None:
    """The next in line enters in the place of one who left the queue."""
    busy, entered = gate(), list[int]()
    busy.try_enter()
    leaver, stayer = await line_up(busy, 2, entered)

    leaver.cancel()
    await settled()
    busy.leave()
    await stayer

    assert (leaver.cancelled(), entered) == (True, [1])
    assert (busy.in_flight, busy.waiting) == (1, 0)


@pytest.mark.parametrize("cancel_first", [True, False], ids=["cancelled, then given", "given, then cancelled"])
async def test_a_slot_survives_who_is_cancelled_as_it_comes(cancel_first: bool) -> None:
    """A slot that is handed over in the very moment of a cancellation goes on to the next in line."""
    busy, entered = gate(), list[int]()
    busy.try_enter()
    leaver, stayer = await line_up(busy, 2, entered)

    steps: list[Callable[[], object]] = [leaver.cancel, busy.leave]
    for step in steps if cancel_first else reversed(steps):
        step()
    await stayer
    await settled()

    assert (leaver.cancelled(), entered) == (True, [1])
    assert (busy.in_flight, busy.waiting) == (1, 0)


async def test_slots_survive_any_mix() -> None:
    """However many come, wait, are cancelled and leave, the limit holds and at the end every slot is back."""
    busy, most = gate(limit=3, queue=50), 0

    async def visit(number: int) -> None:
        nonlocal most
        await busy.enter()
        try:
            most = max(most, busy.in_flight)
            for _ in range(number % 4):
                await asyncio.sleep(0)
        finally:
            busy.leave()

    tasks = [asyncio.create_task(visit(number)) for number in range(50)]
    for number, task in enumerate(tasks):
        await asyncio.sleep(0)
        if number % 3 == 0:
            task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)

    assert most == 3
    assert (busy.in_flight, busy.waiting) == (0, 0)


async def test_calls_a_minute_are_counted_exactly() -> None:
    """Of calls that come at once, as many as allowed pass."""
    rate, time = RateLimiter(100, now=(time := Time()).now), time

    async def call() -> bool:
        try:
            rate.take()
        except RateCapped:
            return False
        return True

    passed = await asyncio.gather(*(call() for _ in range(150)))

    assert passed.count(True) == 100


def passes(rate: RateLimiter, count: int) -> int:
    """How many of so many calls pass."""
    passed = 0
    for _ in range(count):
        try:
            rate.take()
        except RateCapped:
            continue
        passed += 1
    return passed


@pytest.mark.parametrize(
    ("wait", "expected"),
    [
        pytest.param(30.0, 0, id="half a minute"),
        pytest.param(59.9, 0, id="not quite a minute"),
        pytest.param(61.0, 10, id="a minute"),
        pytest.param(1e6, 10, id="days"),
    ],
)
def test_no_minute_has_more_than_allowed(wait: float, expected: int) -> None:
    """A burst uses the minute up wherever it begins; a long pause saves nothing up."""
    time = Time()
    time.seconds = 100.7
    rate = RateLimiter(10, now=time.now)
    passes(rate, 20)

    time.seconds += wait

    assert passes(rate, 20) == expected


def test_any_window_of_a_minute_holds_the_limit() -> None:
    """With calls all the time, no minute has more than allowed, and the rate is used up."""
    time, passed = Time(), list[float]()
    rate = RateLimiter(30, now=time.now)

    for _ in range(3000):
        time.seconds += 0.1
        passed += [time.seconds] * passes(rate, 1)

    assert max(sum(start <= moment < start + 60 for moment in passed) for start in passed) == 30
    assert len(passed) == 5 * 30


def test_the_refusal_says_when_one_more_fits() -> None:
    """After exactly that wait a call passes; a refused one did not count."""
    time = Time()
    time.seconds = 100.25
    rate = RateLimiter(1, now=time.now)
    rate.take()
    time.seconds += 10

    with pytest.raises(RateCapped) as caught:
        rate.take()
    wait = caught.value.retry_after or 0.0
    time.seconds += wait

    assert 49 < wait <= 51
    rate.take()
