"""What holds between processes that keep their spending caps in one database."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from shared.adapters.mongo_spending import MongoSpendingCaps
from shared.database import Database
from shared.llm.errors import OverBudget
from shared.llm.spending import Hold
from tests.support.resumes import ROOT
from tests.support.spending import MINUTE, Calendar, what_is_left


@pytest.fixture
def calendar() -> Calendar:
    """It is noon."""
    return Calendar()


@pytest.fixture
async def keepers(mongodb_url: str, database: Database, calendar: Calendar) -> AsyncIterator[list[MongoSpendingCaps]]:
    """Four, each over a connection of its own."""
    databases = [Database(mongodb_url, database.collection("x").database.name, timeout=10) for _ in range(4)]
    keepers = [
        MongoSpendingCaps(other.collection("spending"), daily_usd=1.0, monthly_usd=2.0, clock=calendar.clock)
        for other in databases
    ]
    yield keepers
    for keeper, other in zip(keepers, databases, strict=True):
        await keeper.close()
        other.close()


async def test_the_edge_holds(keepers: list[MongoSpendingCaps]) -> None:
    """Of 50 over four connections with room for 20, exactly 20 are admitted, again and again."""
    admitted = []
    for _ in range(5):
        calls = [keepers[number % 4].reserve(0.05, seconds=MINUTE) for number in range(50)]
        results = await asyncio.gather(*calls, return_exceptions=True)
        assert all(isinstance(result, Hold | OverBudget) for result in results)
        holds = [result for result in results if isinstance(result, Hold)]
        admitted.append(len(holds))
        await asyncio.gather(*(keepers[number % 4].settle(hold, 0.0) for number, hold in enumerate(holds)))

    assert admitted == [20] * 5


async def test_a_mix_of_all_adds_up(keepers: list[MongoSpendingCaps]) -> None:
    """Reserving, settling and refusing at once over four connections loses and invents no cent."""
    spent = 0

    async def call(number: int) -> None:
        nonlocal spent
        keeper = keepers[number % 4]
        try:
            hold = await keeper.reserve(0.05, seconds=MINUTE)
        except OverBudget:
            return
        cost = number % 3 / 100
        await keeper.settle(hold, cost)
        spent += number % 3

    await asyncio.gather(*(call(number) for number in range(100)))

    assert spent > 0
    assert await what_is_left(keepers[0]) == pytest.approx(1.0 - spent / 100)


async def test_processes_that_are_killed_leave_nothing_behind(
    mongodb_url: str, database: Database, keepers: list[MongoSpendingCaps], calendar: Calendar
) -> None:
    """Two processes come to the edge together and die at work: they held no more than fits, and it comes back."""
    arguments = ("-m", "tests.support.spending", mongodb_url, database.collection("x").database.name)
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            *arguments,
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'protos' / 'gen'}"},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        for _ in range(2)
    ]
    try:
        for process in processes:
            assert await read_line(process) == "ready"
        for process in processes:
            write_line(process)
        admitted = [int(await read_line(process)) for process in processes]
        for process in processes:
            write_line(process)
        # They give back and reserve without end by now.
        for process in processes:
            assert await read_line(process) == "at work"
    finally:
        for process in processes:
            if process.returncode is None:
                process.kill()
            await process.wait()

    document = await database.collection("spending").find_one({"_id": "s/202611"})
    calendar.now += timedelta(minutes=1)

    assert sum(admitted) == 20
    assert document is not None
    assert document["spent"] == 0
    assert sum(hold["amount"] for hold in document["holds"]) <= 1_000_000
    assert await what_is_left(keepers[0]) == 1.0


async def read_line(process: asyncio.subprocess.Process) -> str:
    """The next line that a process writes."""
    assert process.stdout is not None
    return (await asyncio.wait_for(process.stdout.readline(), 30)).decode().strip()


def write_line(process: asyncio.subprocess.Process) -> None:
    """Has a process go on."""
    assert process.stdin is not None
    process.stdin.write(b"\n")
