"""Work that tells how it goes, as an iterator: over real connections to vendors, and by itself."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from typing import Any

import pytest

from shared.llm.continuation import ListContinuation
from shared.llm.fallback import FallbackClient
from shared.llm.messages import Answer
from shared.llm.progress import Item, Started
from shared.llm.relay import relay
from tests.support.vendors import End, answer, cut, status
from tests.unit.llm.conftest import PROMPT, Vendor, start_vendor
from tests.unit.llm.numbered import CONTINUATION, WHOLE, read


async def test_a_reader_who_leaves_ends_the_request(vendor: Vendor) -> None:
    """The first items are there while the vendor is still writing, and its connection is closed with the iterator."""
    # Given
    vendor.fake.script(cut(WHOLE, end=End.STALLED, share=0.7))
    chain = FallbackClient.of([vendor.client])

    # When
    async with aclosing(chain.follow(PROMPT, read, timeout=60, continuation=CONTINUATION)) as events:
        seen = [await anext(events) for _ in range(3)]

    # Then
    assert seen == [Started(vendor.client.provider, "some-model"), Item(0, {"n": 1}), Item(1, {"n": 2})]
    await vendor.fake.abandoned.wait()
    assert vendor.fake.hanging_calls == 0


@pytest.mark.parametrize("names", [("openai", "claude"), ("gemini", "openai"), ("claude", "gemini")], ids="-".join)
async def test_the_next_vendor_goes_on(names: tuple[str, str]) -> None:
    """A stream that breaks is gone on with by another vendor, and the answer is the last of the events."""
    # Given
    async with start_vendor(names[0]) as first, start_vendor(names[1]) as second:
        first.fake.script(cut(WHOLE, end=status(500), share=0.7))
        second.fake.script(answer({"items": [{"n": 8}, {"n": 9}]}))
        chain = FallbackClient.of([first.client, second.client])

        # When
        events = [event async for event in chain.follow(PROMPT, read, timeout=60, continuation=CONTINUATION)]

    # Then
    *_, last = events
    assert isinstance(last, Answer)
    assert last.value == [1, 2, 3, 8, 9]
    assert [event.entry["n"] for event in events if isinstance(event, Item)] == [1, 2, 3, 8, 9]


async def test_work_does_not_wait_for_its_reader() -> None:
    """What it told meanwhile is held in its order, with the result behind it."""
    # Given
    ended = asyncio.Event()

    async def count(tell: Callable[[int], None]) -> str:
        for number in range(100):
            tell(number)
        ended.set()
        return "done"

    # When
    events = relay(count)
    first = await anext(events)
    await ended.wait()
    rest = [event async for event in events]

    # Then
    assert [first, *rest] == [*range(100), "done"]


async def test_a_failure_comes_behind_what_was_told() -> None:
    """Nothing that was told before it is lost."""

    # Given
    async def fail(tell: Callable[[int], None]) -> None:
        tell(1)
        raise ZeroDivisionError

    events = relay(fail)

    # When
    first = await anext(events)

    # Then
    assert first == 1
    with pytest.raises(ZeroDivisionError):
        await anext(events)


async def test_no_work_outlives_its_iterator() -> None:
    """Closing waits until the work has said its last words."""
    # Given
    last_words: list[str] = []

    async def hang(tell: Callable[[Any], None]) -> None:
        tell("begun")
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            last_words.append("ended")

    # When
    async with aclosing(relay(hang)) as events:
        await anext(events)

    # Then
    assert last_words == ["ended"]


def test_lists_of_anything_have_items() -> None:
    """The default continuation takes every entry of its list for an item."""
    # Given
    continuation = ListContinuation("rivers", 2)

    # When
    found = continuation.items({"rivers": ["Han", "Nile", "Po"], "lakes": ["Baikal"]})

    # Then
    assert found == ["Han", "Nile", "Po"]
    assert continuation.is_sound("Nile", ["Han"], {}, None)
    assert not continuation.is_sound("Po", ["Han", "Nile"], {}, None)
