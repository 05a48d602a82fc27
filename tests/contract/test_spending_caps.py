"""What every keeper of spending caps promises."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest

from shared.adapters.mongo_spending import MongoSpendingCaps
from shared.database import Database
from shared.llm.errors import OverBudget
from shared.llm.spending import Hold, MemorySpendingCaps, SpendingCaps
from tests.support.spending import MINUTE, Calendar, fits, what_is_left

NEW_YEARS_EVE = datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)

Factory = Callable[..., SpendingCaps]


@pytest.fixture
def calendar() -> Calendar:
    """It is noon."""
    return Calendar()


@pytest.fixture(params=["memory", "mongo"])
async def make(request: pytest.FixtureRequest, database: Database, calendar: Calendar) -> AsyncIterator[Factory]:
    """Makes caps of one implementation after the other; those of one test share their database."""
    made: list[MongoSpendingCaps] = []

    def in_memory(*, daily: float | None = None, monthly: float | None = None) -> SpendingCaps:
        return MemorySpendingCaps(daily_usd=daily, monthly_usd=monthly, clock=calendar.clock)

    def in_database(*, daily: float | None = None, monthly: float | None = None) -> SpendingCaps:
        collection = database.collection("spending")
        made.append(MongoSpendingCaps(collection, daily_usd=daily, monthly_usd=monthly, clock=calendar.clock))
        return made[-1]

    yield in_memory if request.param == "memory" else in_database
    for caps in made:
        await caps.close()


CAPS = pytest.mark.parametrize("caps", [{"daily": 1.0}, {"monthly": 1.0}], ids=["of the day", "of the month"])


@CAPS
async def test_a_hold_counts_until_it_is_settled(make: Factory, caps: dict[str, float]) -> None:
    """What is set aside is not there for others; the exact rest is."""
    keeper = make(**caps)

    await keeper.reserve(0.93, seconds=MINUTE)

    assert not await fits(keeper, 0.08)
    assert await fits(keeper, 0.07)


@CAPS
@pytest.mark.parametrize(
    ("cost", "left"),
    [
        pytest.param(0.25, 0.75, id="less than was held"),
        pytest.param(0.0, 1.0, id="nothing"),
        pytest.param(None, 0.5, id="unknown: all that was held"),
        pytest.param(0.75, 0.25, id="more than was held"),
    ],
)
async def test_the_cost_takes_the_place_of_the_hold(
    make: Factory, caps: dict[str, float], cost: float | None, left: float
) -> None:
    """After the settlement the cost counts, and nothing of the hold."""
    keeper = make(**caps)
    hold = await keeper.reserve(0.5, seconds=MINUTE)

    await keeper.settle(hold, cost)

    assert await what_is_left(keeper) == left


async def test_a_hold_is_settled_once(make: Factory) -> None:
    """A second settlement changes nothing."""
    keeper = make(daily=1.0)
    hold = await keeper.reserve(0.5, seconds=MINUTE)

    await keeper.settle(hold, 0.25)
    await keeper.settle(hold, 0.25)

    assert await what_is_left(keeper) == 0.75


@CAPS
async def test_what_nobody_settles_ends(make: Factory, calendar: Calendar, caps: dict[str, float]) -> None:
    """The hold of a process that died counts until its end and not after it."""
    keeper = make(**caps)
    await keeper.reserve(1.0, seconds=MINUTE)

    calendar.now += timedelta(seconds=59)
    before = await fits(keeper, 0.01)
    calendar.now += timedelta(seconds=1)

    assert not before
    assert await fits(keeper, 1.0)


async def test_a_late_settlement_counts(make: Factory, calendar: Calendar) -> None:
    """What a call did cost is spent, though its hold had ended and others have reserved since."""
    keeper = make(daily=1.0)
    late = await keeper.reserve(0.5, seconds=MINUTE)
    calendar.now += timedelta(minutes=2)
    other = await keeper.reserve(0.25, seconds=MINUTE)

    await keeper.settle(late, 0.5)
    await keeper.settle(other, 0.25)

    assert await what_is_left(keeper) == 0.25


async def test_a_new_day_has_its_own_cap(make: Factory, calendar: Calendar) -> None:
    """What was spent and held yesterday counts for yesterday; settling it today takes nothing from today."""
    keeper = make(daily=1.0)
    spent = await keeper.reserve(0.5, seconds=MINUTE)
    await keeper.settle(spent, 0.5)
    held = await keeper.reserve(0.5, seconds=24 * 60 * MINUTE)

    calendar.now += timedelta(hours=12)
    today = await what_is_left(keeper)
    await keeper.settle(held, 0.5)

    assert today == 1.0
    assert await what_is_left(keeper) == 1.0


async def test_a_month_counts_all_its_days(make: Factory, calendar: Calendar) -> None:
    """Spent and held of every day count under the cap of the month, however they are settled."""
    keeper = make(daily=1.0, monthly=1.0)
    held = await keeper.reserve(0.5, seconds=24 * 60 * MINUTE)

    calendar.now += timedelta(hours=12)
    while_held = await what_is_left(keeper)
    await keeper.settle(held, 0.25)

    assert while_held == 0.5
    assert await what_is_left(keeper) == 0.75


async def test_a_new_month_begins_with_nothing(make: Factory, calendar: Calendar) -> None:
    """A hold of the last second of a year is settled in its own month."""
    calendar.now = NEW_YEARS_EVE
    keeper = make(daily=1.0, monthly=1.0)
    hold = await keeper.reserve(1.0, seconds=MINUTE)

    calendar.now += timedelta(seconds=2)
    before = await what_is_left(keeper)
    await keeper.settle(hold, 1.0)
    after = await what_is_left(keeper)
    calendar.now = NEW_YEARS_EVE

    assert (before, after) == (1.0, 1.0)
    assert not await fits(keeper, 0.01)


async def test_a_day_does_not_come_back(make: Factory, calendar: Calendar) -> None:
    """A clock that is behind by a moment does not forget what today has spent."""
    calendar.now = datetime(2026, 11, 21, 0, 0, 1, tzinfo=UTC)
    keeper = make(daily=1.0)
    await keeper.settle(await keeper.reserve(1.0, seconds=MINUTE), 1.0)

    calendar.now -= timedelta(seconds=2)
    yesterday = await fits(keeper, 0.01)
    calendar.now += timedelta(seconds=2)

    assert not yesterday
    assert not await fits(keeper, 0.01)


@pytest.mark.parametrize(
    ("cap", "amount", "expected"),
    [
        pytest.param(0.00123, 0.000123, 10, id="an amount whose float is a little more"),
        pytest.param(0.000249, 0.000249, 1, id="a cap whose float is a little less"),
        pytest.param(0.000010, 0.0000015, 5, id="rounded up to the millionth"),
        pytest.param(0.0, 0.000001, 0, id="nothing may be spent"),
        pytest.param(1.0, 1.1, 0, id="more than the cap"),
    ],
)
async def test_sums_are_whole_millionths(make: Factory, cap: float, amount: float, expected: int) -> None:
    """As many fit as by the arithmetic of school, and what is finer than a millionth is rounded up."""
    keeper = make(daily=cap)

    holds = await asyncio.gather(*(keeper.reserve(amount, seconds=MINUTE) for _ in range(12)), return_exceptions=True)

    assert sum(isinstance(hold, Hold) for hold in holds) == expected


async def test_the_edge_of_a_cap_holds_under_concurrency(make: Factory) -> None:
    """Of 50 that come at once with room for 20, 20 are admitted; when they have paid half, 20 more."""
    keeper = make(daily=1.0, monthly=5.0)

    async def call() -> Hold | None:
        try:
            return await keeper.reserve(0.05, seconds=MINUTE)
        except OverBudget:
            return None

    first = [hold for hold in await asyncio.gather(*(call() for _ in range(50))) if hold]
    await asyncio.gather(*(keeper.settle(hold, 0.025) for hold in first))
    second = [hold for hold in await asyncio.gather(*(call() for _ in range(50))) if hold]

    assert (len(first), len(second)) == (20, 10)


async def test_who_is_cancelled_has_reserved_nothing(make: Factory) -> None:
    """At whatever moment a caller leaves, what was meant for it is there for others."""
    keeper = make(daily=1.0)

    for turns in range(40):
        task = asyncio.create_task(keeper.reserve(1.0, seconds=MINUTE))
        for _ in range(turns % 4):
            await asyncio.sleep(0)
        await asyncio.sleep(turns / 20_000)
        task.cancel()
        (result,) = await asyncio.gather(task, return_exceptions=True)
        if isinstance(result, Hold):
            await keeper.settle(result, 0.0)

    assert await fits(keeper, 1.0)
