"""What becomes of the sums when the database breaks, without one: lost replies, lost races, lost time."""

import asyncio
from collections.abc import Sequence
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any, Literal, cast

import pytest
from pymongo.errors import AutoReconnect, DuplicateKeyError, NetworkTimeout, ServerSelectionTimeoutError
from structlog.testing import capture_logs

from shared.adapters.mongo_spending import MongoSpendingCaps
from shared.clock import Clock
from shared.database import Collection, Database, Document
from shared.errors import DatabaseUnavailable
from shared.llm.errors import OverBudget
from shared.llm.spending import Hold

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
Fate = Literal["works", "reply lost", "request lost", "no server", "timed out", "another was first", "defect"]


class UnsteadyCollection:
    """One document, and what becomes of each attempt to change it, in turn; later ones work."""

    def __init__(self, *fates: Fate) -> None:
        self.document: Document | None = None
        self.fates = list(fates)
        self.writes = 0
        # Of a client that has connected to nobody.
        self.database = Database("mongodb://127.0.0.1:9", "career_coach", timeout=1).collection("any").database

    async def find_one(self, _filter: Document) -> Document | None:
        """Reads it, where there is a server."""
        await asyncio.sleep(0)
        if self.fates and self.fates[0] == "no server":
            self.fates.pop(0)
            raise ServerSelectionTimeoutError("nobody answers")
        return deepcopy(self.document)

    async def insert_one(self, document: Document) -> None:
        """Stores the first version."""
        with_fate = await self._meet_fate()
        if self.document is not None:
            raise DuplicateKeyError("it is there")
        self.document = deepcopy(document)
        with_fate()

    async def find_one_and_update(self, where: Document, change: Any, _fields: Any) -> Document | None:
        """Stores a later version in the place of the one that was read."""
        with_fate = await self._meet_fate()
        if self.document is None or self.document["version"] != where["version"]:
            return None
        self.document |= deepcopy(change["$set"])
        with_fate()
        return {"_id": self.document["_id"]}

    async def _meet_fate(self) -> Any:
        await asyncio.sleep(0)
        self.writes += 1
        fate = self.fates.pop(0) if self.fates else "works"
        if fate == "request lost":
            raise AutoReconnect("connection closed")
        if fate == "timed out":
            raise NetworkTimeout("timed out")
        if fate == "defect":
            raise ZeroDivisionError
        if fate == "another was first":
            first = {"version": (self.document or {}).get("version", 0) + 1}
            self.document = {"_id": "s/202611", "spent": 0, "day": 0, "day_spent": 0, "holds": []} | (
                self.document or {}
            )
            self.document |= first

        def lose_reply() -> None:
            if fate == "reply lost":
                raise AutoReconnect("connection closed")

        return lose_reply


def keeper(collection: UnsteadyCollection) -> MongoSpendingCaps:
    """Caps of a dollar a day."""
    return MongoSpendingCaps(
        cast(Collection, collection), daily_usd=1.0, monthly_usd=None, clock=Clock(now=lambda: NOW)
    )


def sums(collection: UnsteadyCollection) -> tuple[int, int, Sequence[int]]:
    """Spent in the month and on the day, and the amounts that are held."""
    document = collection.document or {"spent": 0, "day_spent": 0, "holds": []}
    return document["spent"], document["day_spent"], [hold["amount"] for hold in document["holds"]]


@pytest.mark.parametrize("fate", ["reply lost", "request lost", "another was first"])
async def test_a_reservation_is_made_once(fate: Fate) -> None:
    """Whether the change was stored before the connection broke or not, and whoever came first."""
    collection = UnsteadyCollection(fate, "works", fate)
    caps = keeper(collection)

    await caps.reserve(0.25, seconds=60)
    await caps.reserve(0.5, seconds=60)

    assert sums(collection) == (0, 0, [250_000, 500_000])


@pytest.mark.parametrize("fate", ["reply lost", "request lost", "another was first"])
async def test_a_settlement_is_made_once(fate: Fate) -> None:
    """No cost is counted twice, and none is lost."""
    collection = UnsteadyCollection("works", fate)
    caps = keeper(collection)
    hold = await caps.reserve(0.5, seconds=60)

    await caps.settle(hold, 0.25)

    assert sums(collection) == (250_000, 250_000, [])


@pytest.mark.parametrize("fate", ["no server", "timed out"])
async def test_nothing_is_reserved_without_the_database(fate: Fate) -> None:
    """Where nobody knows what is spent, nobody spends; and a timeout is not waited for twice."""
    collection = UnsteadyCollection(fate)
    caps = keeper(collection)

    with pytest.raises(DatabaseUnavailable):
        await caps.reserve(0.5, seconds=60)

    assert collection.writes <= 1
    assert isinstance(await caps.reserve(0.5, seconds=60), Hold)


@pytest.mark.parametrize("made_up", ["with the next reservation", "at the end"])
async def test_a_settlement_that_is_owed_is_made_up_for(made_up: str) -> None:
    """It fails no answer that came, and counts before anything else is reserved."""
    collection = UnsteadyCollection("works", "no server")
    caps = keeper(collection)
    hold = await caps.reserve(0.75, seconds=60)

    with capture_logs() as lines:
        await caps.settle(hold, 0.5)
    before = sums(collection)
    if made_up == "at the end":
        await caps.close()
    else:
        with pytest.raises(OverBudget):
            await caps.reserve(0.75, seconds=60)

    assert before == (0, 0, [750_000])
    assert sums(collection) == (500_000, 500_000, [])
    assert {"event": "llm.settlements_owed", "log_level": "warning", "count": 1} in lines


async def test_a_race_that_is_never_won_ends() -> None:
    """Whoever is always second hears that the database is not available, and holds nothing."""
    fates: list[Fate] = ["another was first"] * 50
    collection = UnsteadyCollection(*fates)
    caps = keeper(collection)

    with pytest.raises(DatabaseUnavailable):
        await caps.reserve(0.5, seconds=60)

    assert sums(collection) == (0, 0, [])


async def test_calls_of_one_process_share_their_changes() -> None:
    """Fifty at once are no fifty changes of the document, and each hears its own answer."""
    collection = UnsteadyCollection()
    caps = keeper(collection)

    results = await asyncio.gather(*(caps.reserve(0.05, seconds=60) for _ in range(50)), return_exceptions=True)

    assert [isinstance(result, Hold) for result in results] == [True] * 20 + [False] * 30
    assert all(isinstance(result, OverBudget) for result in results[20:])
    assert collection.writes == 1


async def test_what_comes_back_makes_room_for_what_is_asked() -> None:
    """Of a settlement and a reservation that come together the settlement is first, in whatever order they came."""
    caps = keeper(UnsteadyCollection())
    hold = await caps.reserve(1.0, seconds=60)

    admitted, _ = await asyncio.gather(caps.reserve(1.0, seconds=60), caps.settle(hold, 0.0))

    assert isinstance(admitted, Hold)


@pytest.mark.parametrize("turns", range(8))
async def test_who_is_cancelled_holds_nothing(turns: int) -> None:
    """At each of the moments of a reservation."""
    collection = UnsteadyCollection()
    caps = keeper(collection)
    task = asyncio.create_task(caps.reserve(0.5, seconds=60))

    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    (result,) = await asyncio.gather(task, return_exceptions=True)
    await caps.close()

    assert sums(collection) == (0, 0, [500_000] if isinstance(result, Hold) else [])


async def test_a_settlement_is_made_though_its_caller_leaves() -> None:
    """What is spent is spent."""
    collection = UnsteadyCollection()
    caps = keeper(collection)
    hold = await caps.reserve(0.5, seconds=60)
    task = asyncio.create_task(caps.settle(hold, 0.5))

    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await caps.close()

    assert task.cancelled()
    assert sums(collection) == (500_000, 500_000, [])


async def test_a_defect_is_heard_by_whoever_waits() -> None:
    """Nobody waits for ever for a change that broke, and the next one is made."""
    caps = keeper(UnsteadyCollection("defect"))

    with pytest.raises(ZeroDivisionError):
        await caps.reserve(0.5, seconds=60)

    assert isinstance(await caps.reserve(0.5, seconds=60), Hold)
