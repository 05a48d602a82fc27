"""What every store of sums by prompt version promises."""

import asyncio

import pytest

from shared.adapters.memory import MemoryPromptSums
from shared.adapters.mongo_sums import MongoPromptSums
from shared.database import Database
from shared.generation.ports import PromptSums


@pytest.fixture(params=["memory", "mongo"])
def sums(request: pytest.FixtureRequest, database: Database) -> PromptSums:
    """One implementation after the other."""
    return MemoryPromptSums() if request.param == "memory" else MongoPromptSums(database.collection("sums"))


async def test_numbers_add_up_by_version(sums: PromptSums) -> None:
    """Whole and broken numbers, under any name, each version by itself."""
    await sums.add("questions/1", {"answers": 1, "failed:invented-tech": 2, "cost_usd": 0.25})
    await sums.add("questions/2", {"answers": 1})
    await sums.add("questions/1", {"answers": 1, "failed:open": 1, "cost_usd": 0.5})

    found = await sums.read()

    assert {name: dict(numbers) for name, numbers in found.items()} == {
        "questions/1": {"answers": 2, "failed:invented-tech": 2, "failed:open": 1, "cost_usd": 0.75},
        "questions/2": {"answers": 1},
    }


async def test_nothing_is_lost_under_concurrency(sums: PromptSums) -> None:
    """What is added at once all counts."""
    await asyncio.gather(*(sums.add("q/1", {"answers": 1, "within_ms:60": 1}) for _ in range(50)))

    assert dict(await sums.read()) == {"q/1": {"answers": 50, "within_ms:60": 50}}
