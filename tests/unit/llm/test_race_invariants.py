"""Many calls at once over providers that do anything at all: whatever happens, nothing is left behind."""

import asyncio
import random

import pytest

from shared.llm.breaker import Circuit
from shared.llm.errors import (
    AllProvidersFailed,
    AnswerTruncated,
    ConnectionFailed,
    ContentFiltered,
    Overloaded,
    ProviderTimeout,
    RateLimited,
)
from shared.llm.messages import OK, Answer, Attempt
from shared.llm.scripted import HANG
from shared.llm.settings import Limits
from tests.unit.llm.chains import PacedClient, Step, race, read
from tests.unit.llm.conftest import PROMPT

CALLS = 150
FAILURES = (
    Overloaded,
    RateLimited,
    ConnectionFailed,
    ProviderTimeout,
    ContentFiltered,
    AnswerTruncated,
    ZeroDivisionError,
)


def any_steps(chance: random.Random) -> list[Step]:
    """A good answer, a bad one, a failure before or after the first token, a hang, or a stall."""
    failure = chance.choice(FAILURES)()
    return chance.choice(
        [["1"], ["1"], ["1"], ['"bad"'], ["no", " json"], [failure], ["1", failure], [HANG], ["1", HANG], []]
    )


@pytest.mark.parametrize("seed", range(6), ids=lambda seed: f"seed {seed}")
async def test_nothing_is_left_behind(seed: int) -> None:
    """Every place and probe is given back, every call ends in one way, and each attempt is told of once."""
    chance = random.Random(seed)
    clients = [PacedClient(name, *(any_steps(chance) for _ in range(5 * CALLS))) for name in "abc"]
    chain, endpoints = race(*clients, percent=50, limits=Limits(concurrency=20, queue=40, queue_seconds=0.2))
    seen: list[list[Attempt]] = [[] for _ in range(CALLS)]

    async def call(number: int) -> Answer[object]:
        watch = seen[number].append
        return await chain.answer(PROMPT, read, timeout=chance.choice([0.1, 0.3, 0.6]), on_attempt=watch)

    calls = [asyncio.create_task(call(number)) for number in range(CALLS)]
    leaving = [task for task in calls if chance.random() < 0.2]
    for task in leaving:
        asyncio.get_running_loop().call_later(chance.random() / 4, task.cancel)
    results = await asyncio.gather(*calls, return_exceptions=True)

    told = [attempt for attempts in seen for attempt in attempts]
    assert [endpoint.gate.in_flight for endpoint in endpoints] == [0, 0, 0]
    assert [endpoint.gate.waiting for endpoint in endpoints] == [0, 0, 0]
    assert all(endpoint.breaker.state is not Circuit.HALF_OPEN for endpoint in endpoints)
    for number, result in enumerate(results):
        if isinstance(result, Answer):
            assert sorted(map(repr, result.attempts)) == sorted(map(repr, seen[number]))
            assert [attempt.outcome for attempt in result.attempts].count(OK) == 1
        elif isinstance(result, AllProvidersFailed):
            assert sorted(map(repr, result.attempts)) == sorted(map(repr, seen[number]))
            assert OK not in {attempt.outcome for attempt in result.attempts}
        else:
            assert isinstance(result, asyncio.CancelledError)
            assert calls[number] in leaving
            # The answer may have been there when the caller left.
            assert [attempt.outcome for attempt in seen[number]].count(OK) <= 1
    assert {attempt.outcome for attempt in told} >= {OK, "ANSWER_REJECTED"}


async def test_no_task_outlives_its_call() -> None:
    """What was overtaken or given up is not running any more when the answer is there."""
    before = asyncio.all_tasks()
    chain, _ = race(PacedClient("a", [HANG]), PacedClient("b", ["1", HANG]), PacedClient("c", ["3"]))

    await chain.answer(PROMPT, read, timeout=60)

    assert asyncio.all_tasks() == before
