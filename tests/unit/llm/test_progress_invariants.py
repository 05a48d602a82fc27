"""What is shown of calls over providers that do anything at all: whoever applies it has the answer in the end."""

import asyncio
import random
from collections.abc import Sequence

import pytest

from shared.llm.errors import (
    AllProvidersFailed,
    AnswerTruncated,
    ConnectionFailed,
    ContentFiltered,
    Overloaded,
    ProviderTimeout,
)
from shared.llm.messages import Answer
from shared.llm.progress import Item, Progress, Restarted, Started
from shared.llm.scripted import HANG
from shared.llm.settings import Limits
from tests.unit.llm.chains import PacedClient, Step, race
from tests.unit.llm.conftest import PROMPT
from tests.unit.llm.numbered import CHOOSY, COUNT, items, read

CALLS = 80
FAILURES = (Overloaded, ConnectionFailed, ProviderTimeout, ContentFiltered, AnswerTruncated, ZeroDivisionError)


def replay(events: Sequence[Progress]) -> dict[int, int]:
    """What somebody has who does as the events say; refuses events that make no sense."""
    shown: dict[int, int] = {}
    used: set[int] = set()
    for number, event in enumerate(events):
        assert isinstance(event, Started) == (number == 0)
        if isinstance(event, Item):
            assert event.index == len(used)
            used.add(event.index)
            shown[event.index] = event.entry["n"]
        elif isinstance(event, Restarted):
            assert set(event.kept_indexes) <= set(shown)
            shown = {index: shown[index] for index in event.kept_indexes}
    return shown


def any_steps(chance: random.Random) -> list[Step]:
    """An answer of any items, good and bad, in pieces; it may break off, hang, be damaged or have remarks around it."""
    numbers = [chance.choice([*range(1, 12), 13]) for _ in range(chance.choice([1, 2, COUNT, COUNT, COUNT, COUNT + 1]))]
    text = chance.choice(["", "", 'Like {"items": [{"n": 1}]}, so: ']) + items(*numbers)
    length = round(len(text) * chance.choice([0, 0.3, 0.6, 0.9, 1, 1, 1]))
    size = chance.choice([1, 5, 20, 1000])
    pieces: list[Step] = [text[start : min(start + size, length)] for start in range(0, length, size)]
    end: list[Step] = [] if length == len(text) else [chance.choice([HANG, *(failure() for failure in FAILURES)])]
    return [*pieces, *end]


@pytest.mark.parametrize("seed", range(3), ids=lambda seed: f"seed {seed}")
async def test_applying_what_is_told_gives_the_answer(seed: int) -> None:
    """One start; indexes that count up; what stays was there; and behind the last event the items of the answer."""
    # Given
    chance = random.Random(seed)
    clients = [PacedClient(name, *(any_steps(chance) for _ in range(9 * CALLS))) for name in "abc"]
    chain, _ = race(*clients, percent=100, limits=Limits(concurrency=60, queue=200, queue_seconds=0.3))
    told: list[list[Progress]] = [[] for _ in range(CALLS)]

    async def call(number: int) -> Answer[list[int]]:
        timeout = chance.choice([0.4, 0.8])
        return await chain.answer(PROMPT, read, timeout=timeout, continuation=CHOOSY, on_progress=told[number].append)

    # When
    calls = [asyncio.create_task(call(number)) for number in range(CALLS)]
    ends: list[list[Progress]] = [[] for _ in range(CALLS)]
    for number, task in enumerate(calls):
        task.add_done_callback(lambda _task, number=number: ends[number].extend(told[number]))  # type: ignore[misc] # this turn's
    results = await asyncio.gather(*calls, return_exceptions=True)

    # Then
    assert told == ends, "something was told after the end"
    for events, result in zip(told, results, strict=True):
        shown = replay(events)
        if isinstance(result, Answer):
            assert sorted(shown.values()) == sorted(result.value)
        else:
            assert isinstance(result, AllProvidersFailed)
    assert any(isinstance(result, Answer) for result in results)
    assert any(isinstance(event, Restarted) and event.kept_indexes for events in told for event in events)
