"""Whose answer is shown where several are under way, and how often one is looked at."""

from collections.abc import Sequence
from typing import Any

import pytest

from shared.llm.continuation import ListContinuation
from shared.llm.progress import Broadcast, Progress
from tests.unit.llm.numbered import CHOOSY, WHOLE, items
from tests.unit.llm.telling import shown, told


def test_a_long_answer_is_read_in_time() -> None:
    """However many entries a text has and however small its pieces, it is looked at a bounded number of times."""
    # Given
    looks = 0

    class Counting(ListContinuation):
        def items(self, answer: Any) -> Sequence[Any]:
            nonlocal looks
            looks += 1
            return super().items(answer)

    reading = Broadcast(lambda _event: None, Counting("items", 5)).open("a", "a-1", None)
    assert reading is not None
    reading.begin()

    # When
    reading.read('{"items": [')
    for number in range(2000):
        reading.read(f"{number},")

    # Then
    assert looks < 600


def test_who_is_under_way_takes_over_at_once() -> None:
    """Where the one that was shown fails, what another beside it has is shown without waiting for more of it."""
    # Given
    events: list[Progress] = []
    broadcast = Broadcast(events.append, CHOOSY)
    first, second = broadcast.open("a", "a-1", None), broadcast.open("b", "b-1", None)
    assert first is not None
    assert second is not None
    first.begin()
    second.begin()
    first.read(items(1, 2)[:-2])
    second.read(items(2)[:-2])

    # When
    broadcast.end(first, "OVERLOADED")

    # Then
    assert told(events) == ["a starts", *shown(0, 1, 2), "b after OVERLOADED, keeps 1"]


@pytest.mark.parametrize("end", ["left", "failed", "won"])
def test_who_does_not_heed_the_end_is_not_told_of(end: str) -> None:
    """A client that goes on after it was given up changes nothing that is shown."""
    # Given
    events: list[Progress] = []
    broadcast = Broadcast(events.append, CHOOSY)
    reading = broadcast.open("a", "a-1", None)
    assert reading is not None
    reading.begin()
    if end == "failed":
        broadcast.end(reading, "TIMEOUT")
    elif end == "won":
        broadcast.finish(reading, WHOLE)
    else:
        broadcast.stop()
    before = list(events)

    # When
    reading.read(items(6, 7))
    reading.begin()

    # Then
    assert events == before


def test_without_a_watcher_nothing_is_read() -> None:
    """What nobody looks at costs nothing."""
    # Given
    broadcast = Broadcast(None, CHOOSY)

    # When
    reading = broadcast.open("a", "a-1", None)

    # Then
    assert reading is None
