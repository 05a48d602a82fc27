"""What is shown of an answer while it is written: one request at a time, each item once it is good, who took over."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import pytest
from structlog.testing import capture_logs

from shared.llm.continuation import ListContinuation
from shared.llm.errors import AllProvidersFailed, CallsExceeded, ConnectionFailed, ContentFiltered, Overloaded
from shared.llm.progress import Broadcast, Item, Progress
from shared.llm.scripted import HANG
from tests.unit.llm.chains import PacedClient, Step, chain, client, race
from tests.unit.llm.conftest import PROMPT
from tests.unit.llm.numbered import CHOOSY, HALF, WHOLE, items, read
from tests.unit.llm.telling import shown, told

# Scripts by provider, in their order.
Scripts = dict[str, list[list[Step]]]


async def watch(scripts: Scripts, continuation: ListContinuation | None = CHOOSY) -> tuple[list[str], list[int]]:
    """What is told of a call, and its answer; empty where there is none."""
    events: list[Progress] = []
    clients = [PacedClient(name, *script) for name, script in scripts.items()]
    # Where nobody hangs, nobody is to be late, however busy the machine is.
    hangs = any(HANG in steps for script in scripts.values() for steps in script)
    providers = race(*clients)[0] if hangs else chain(*clients)
    try:
        answer = await providers.answer(PROMPT, read, timeout=60, continuation=continuation, on_progress=events.append)
    except AllProvidersFailed:
        return told(events), []
    return told(events), answer.value


SITUATIONS: dict[str, tuple[Scripts, list[str]]] = {
    "one answers": ({"a": [[WHOLE[:20], WHOLE[20:]]]}, ["a starts", *shown(0, 1, 2, 3, 4, 5)]),
    "one item too many": ({"a": [[items(1, 2, 3, 4, 5, 6)]]}, ["a starts", *shown(0, 1, 2, 3, 4, 5)]),
    "cut, and the next one goes on": (
        {"a": [[HALF, ConnectionFailed()]], "b": [[items(7, 8)]]},
        ["a starts", *shown(0, 1, 2, 3), "b after CONNECTION_FAILED, keeps 0,1,2", *shown(3, 7, 8)],
    ),
    "cut twice": (
        {
            "a": [[items(1, 2)[:-2], ConnectionFailed()]],
            "b": [[items(6, 7)[:-2], ConnectionFailed()]],
            "c": [[items(9)]],
        },
        [
            "a starts",
            *shown(0, 1, 2),
            "b after CONNECTION_FAILED, keeps 0,1",
            *shown(2, 6, 7),
            "c after CONNECTION_FAILED, keeps 0,1,2,3",
            "4: 9",
        ],
    ),
    "an item that fails its check is repaired": (
        {"a": [[items(1, 13, 3, 4, 5)], [items(9)]]},
        ["a starts", *shown(0, 1, 3, 4, 5), "a after ANSWER_REJECTED, keeps 0,1,2,3", "4: 9"],
    ),
    "nothing came of the first": (
        {"a": [[ContentFiltered()]], "b": [[WHOLE]]},
        ["a starts", "b after CONTENT_FILTERED, keeps nothing", *shown(0, 1, 2, 3, 4, 5)],
    ),
    "all anew behind what was kept": (
        {"a": [[HALF, ConnectionFailed()]], "b": [[items(6, 7, 8, 9, 10)]]},
        [
            "a starts",
            *shown(0, 1, 2, 3),
            "b after CONNECTION_FAILED, keeps 0,1,2",
            *shown(3, 6, 7),
            "b after OK, keeps 3,4",
            *shown(5, 8, 9, 10),
        ],
    ),
    "the rest is refused": (
        {"a": [[HALF, ConnectionFailed()]], "b": [[items(3, 3)], [items(3)], [items(3)]], "c": [[items(7, 8)]]},
        [
            "a starts",
            *shown(0, 1, 2, 3),
            "b after CONNECTION_FAILED, keeps 0,1,2",
            "b after ANSWER_REJECTED, keeps 0,1,2",
            "b after ANSWER_REJECTED, keeps 0,1,2",
            "c after ANSWER_REJECTED, keeps 0,1,2",
            *shown(3, 7, 8),
        ],
    ),
    "one that says nothing": (
        {"a": [[HANG]], "b": [[WHOLE]]},
        ["a starts", "b after OVERTAKEN, keeps nothing", *shown(0, 1, 2, 3, 4, 5)],
    ),
    "one that says no more": (
        {"a": [[HALF, HANG]], "b": [[items(7, 8)]]},
        ["a starts", *shown(0, 1, 2, 3), "b after OVERTAKEN, keeps 0,1,2", *shown(3, 7, 8)],
    ),
    "all that is needed, and no end": (
        {"a": [[WHOLE[:-1], HANG]], "b": [[WHOLE]]},
        ["a starts", *shown(0, 1, 2, 3, 4, 5)],
    ),
    "nobody has an answer": (
        {"a": [[HALF, ContentFiltered()]], "b": [[ContentFiltered()]]},
        ["a starts", *shown(0, 1, 2, 3), "b after CONTENT_FILTERED, keeps 0,1,2"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("scripts", "expected"), SITUATIONS.values(), ids=SITUATIONS)
async def test_what_is_told(scripts: Scripts, expected: list[str]) -> None:
    """Items come as they are written; another request says what stays of them, and goes on from there."""
    # Given
    given = scripts

    # When
    events, _ = await watch(given)

    # Then
    assert events == expected


async def test_the_late_one_may_come_back() -> None:
    """Who was overtaken and wins all the same is shown again, from what is there of both."""
    # Given
    second = PacedClient("b", [items(6)[:-2], HANG])
    overtaken = asyncio.Event()
    first = PacedClient("a", [overtaken, WHOLE])
    providers, _ = race(first, second)
    events: list[Progress] = []

    def note(event: Progress) -> None:
        events.append(event)
        if isinstance(event, Item) and event.entry == {"n": 6}:
            overtaken.set()

    # When
    await providers.answer(PROMPT, read, timeout=60, continuation=CHOOSY, on_progress=note)

    # Then
    assert told(events) == [
        "a starts",
        "b after OVERTAKEN, keeps nothing",
        "0: 6",
        "a after OVERTAKEN, keeps nothing",
        *shown(1, 1, 2, 3, 4, 5),
    ]


async def test_without_a_continuation_it_is_told_who_is_asked() -> None:
    """What an item is, nobody has said."""
    # Given
    scripts: Scripts = {"a": [[HALF, ConnectionFailed()]], "b": [[WHOLE]]}

    # When
    events, value = await watch(scripts, continuation=None)

    # Then
    assert events == ["a starts", "b after CONNECTION_FAILED, keeps nothing"]
    assert value == [1, 2, 3, 4, 5]


async def test_a_second_chance_goes_on_where_the_first_ended() -> None:
    """There is one start, whatever is tried."""
    # Given
    events: list[Progress] = []
    providers = chain(client("a", Overloaded(), WHOLE))

    # When
    await providers.answer(PROMPT, read, timeout=60, continuation=CHOOSY, on_progress=events.append)

    # Then
    assert told(events) == ["a starts", "a after OVERLOADED, keeps nothing", *shown(0, 1, 2, 3, 4, 5)]


async def test_who_is_not_asked_is_not_told_of() -> None:
    """Before the first request nothing is told, so that a call that may ask nobody fails as a whole."""
    # Given
    events: list[Progress] = []
    providers, _ = race(client("a", WHOLE), client("b", WHOLE), rate=1)
    await providers.complete(PROMPT, timeout=60)

    # When
    with pytest.raises(CallsExceeded):
        await providers.answer(PROMPT, read, timeout=60, continuation=CHOOSY, on_progress=events.append)

    # Then
    assert events == []


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
async def test_items_come_whatever_the_pieces(size: int) -> None:
    """An item is shown with the piece that ends it, and not only at the end of the answer."""
    # Given
    done = asyncio.Event()
    text = items(*range(1, 6))
    pieces: list[Step] = [text[start : start + size] for start in range(0, len(text) - 2, size)]
    providers, _ = race(PacedClient("a", [*pieces, done, text[len("".join(map(str, pieces))) :]]))
    events: list[Progress] = []

    def note(event: Progress) -> None:
        events.append(event)
        if len(events) == 5:  # the start and four of five
            done.set()

    # When
    await providers.answer(PROMPT, read, timeout=60, continuation=CHOOSY, on_progress=note)

    # Then
    assert told(events) == ["a starts", *shown(0, 1, 2, 3, 4, 5)]


@pytest.mark.parametrize(
    ("written", "early"),
    [
        ('{"rivers": ["Han", "Nile", "Rhi', ["Han", "Nile"]),
        ('{"rivers": [1, 22, 33', [1, 22]),
        ('{"note": "a } in a text", "rivers": [["Han"], ["Nile"], ["Rhi', [["Han"], ["Nile"]]),
        ('Here it is:\n```json\n{"rivers": [{"n": "Han"}, {"n": "Nile"}, {"n', [{"n": "Han"}, {"n": "Nile"}]),
        ('{"rivers": ["Han", "Han", "Nile", ', ["Han", "Nile"]),
        ('{"rivers": "Han", ', []),
    ],
    ids=["texts", "numbers", "lists", "objects in a fence", "the same twice", "no list"],
)  # fmt: skip
def test_entries_of_every_kind_are_read_along(written: str, early: list[Any]) -> None:
    """Letter by letter, each once."""
    # Given
    events: list[Progress] = []
    reading = Broadcast(events.append, ListContinuation("rivers", 5)).open("a", "a-1", None)
    assert reading is not None
    reading.begin()

    # When
    for letter in written:
        reading.read(letter)

    # Then
    assert [event.entry for event in events if isinstance(event, Item)] == early


class Broken(ListContinuation):
    """A continuation with a defect."""

    def items(self, answer: Any) -> Sequence[Any]:
        """Breaks, with a text that must not be seen."""
        raise ZeroDivisionError(json.dumps(answer))


async def test_a_defect_in_what_is_shown_does_not_cost_the_answer() -> None:
    """The log names its kind and none of the text."""
    # Given
    events: list[Progress] = []
    providers, _ = race(PacedClient("a", [WHOLE]))

    # When
    with capture_logs() as logs:
        answer = await providers.answer(
            PROMPT, read, timeout=60, continuation=Broken("items", 5), on_progress=events.append
        )

    # Then
    assert answer.value == [1, 2, 3, 4, 5]
    assert told(events) == ["a starts"]
    assert {(entry["event"], entry["kind"]) for entry in logs} == {("llm.reading_broke", "ZeroDivisionError")}
    assert "items" not in str(logs)
