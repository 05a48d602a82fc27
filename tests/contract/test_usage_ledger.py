"""What every usage ledger promises."""

import asyncio
from datetime import date

import pytest

from shared.adapters.memory import MemoryUsageLedger
from shared.adapters.mongo_sums import MongoUsageLedger
from shared.database import Database
from shared.generation.ports import UsageLedger
from shared.llm.messages import Attempt, Usage

DAY = date(2026, 11, 20)
PAID = Attempt("openai", "a.b/c:d", "OK", 1, (), Usage(10, 2, 5, 1, 0.25))
REJECTED = Attempt("openai", "a.b/c:d", "ANSWER_REJECTED", 1, ("count",), Usage(10, 0, 5, 0, 0.25))
UNKNOWN = Attempt("gemini", "g", "OK", 1, (), Usage(7, 0, 3, 0, None))
REFUSED = Attempt("gemini", "g", "RATE_LIMITED", 1)
HUNG = Attempt("gemini", "g", "TIMEOUT", 1)


@pytest.fixture(params=["memory", "mongo"])
async def ledger(request: pytest.FixtureRequest, database: Database) -> UsageLedger:
    """One implementation after the other."""
    if request.param == "memory":
        return MemoryUsageLedger()
    mongo = MongoUsageLedger(database.collection("usage"))
    await mongo.prepare()
    return mongo


async def test_sums_per_provider_and_model(ledger: UsageLedger) -> None:
    """Calls, failures, tokens and cost add up; rejected answers are paid for; unknown cost is counted, not guessed."""
    await ledger.record(DAY, [PAID, UNKNOWN, REFUSED])
    await ledger.record(DAY, [REJECTED, HUNG])

    gemini, openai = await ledger.read(DAY)

    assert (openai.calls, openai.failures, openai.calls_of_unknown_cost) == (2, 1, 0)
    assert openai.usage == Usage(20, 2, 10, 1, 0.5)
    assert (gemini.calls, gemini.failures, gemini.calls_of_unknown_cost) == (3, 2, 2)
    assert gemini.usage == Usage(7, 0, 3, 0, 0.0)


async def test_days_are_apart(ledger: UsageLedger) -> None:
    """A day has its own sums, and one without attempts has none."""
    await ledger.record(DAY, [PAID])

    assert list(await ledger.read(date(2026, 11, 21))) == []
    assert len(await ledger.read(DAY)) == 1


async def test_nothing_is_lost_under_concurrency(ledger: UsageLedger) -> None:
    """Attempts that are recorded at once all count."""
    await asyncio.gather(*(ledger.record(DAY, [PAID]) for _ in range(50)))

    (sums,) = await ledger.read(DAY)

    assert (sums.calls, sums.usage.input_tokens, sums.usage.cost_usd) == (50, 500, 12.5)
