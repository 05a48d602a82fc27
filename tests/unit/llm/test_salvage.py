"""What arrived whole of a broken answer is kept, and the next provider writes only the rest."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from shared.llm.continuation import ListContinuation
from shared.llm.errors import (
    AllProvidersFailed,
    AnswerMalformed,
    AnswerRejected,
    AnswerTruncated,
    ConnectionFailed,
    ContentFiltered,
    ProviderError,
)
from shared.llm.messages import Completion, Prompt
from shared.llm.scripted import HANG
from tests.unit.llm.chains import PacedClient, Step, outcomes, race
from tests.unit.llm.conftest import PROMPT

COUNT = 5


def ask(prompt: Prompt, kept: Any) -> Prompt:
    """Asks for so many more."""
    return Prompt(prompt.system, f"{COUNT - kept.items} more", prompt.schema_name, prompt.schema, prompt.version)


CONTINUATION = ListContinuation("items", COUNT, ask)


def items(*numbers: int) -> str:
    """An answer with these."""
    return json.dumps({"items": [{"n": number} for number in numbers]})


def cut(text: str, share: float) -> str:
    """The first part of a text."""
    return text[: int(len(text) * share)]


def read(completion: Completion) -> list[int]:
    """Five different numbers."""
    try:
        numbers = [item["n"] for item in json.loads(completion.text)["items"]]
    except ValueError:
        raise AnswerMalformed from None
    if len(numbers) != COUNT or len(set(numbers)) != COUNT or 13 in numbers:
        raise AnswerRejected(["count"])
    return numbers


WHOLE = items(1, 2, 3, 4, 5)
HALF = cut(WHOLE, 0.65)  # three are whole, the fourth is not


@pytest.mark.parametrize(
    ("steps", "outcome"),
    [
        ([HALF, ConnectionFailed()], "CONNECTION_FAILED"),
        ([HALF, AnswerTruncated()], "ANSWER_TRUNCATED"),
        ([HALF, HANG], "OVERTAKEN"),
        ([f"{HALF} and then something else"], "ANSWER_MALFORMED"),
        ([items(1, 2, 3)], "ANSWER_REJECTED"),
    ],
    ids=["cut", "truncated", "stalled", "malformed", "too few"],
)
async def test_only_what_is_missing_is_asked_for(steps: Sequence[Step], outcome: str) -> None:
    """The answer is made of both, and the ledger tells how much the first one gave."""
    broken, spare = PacedClient("a", steps), PacedClient("b", [items(7, 8)])
    chain, _ = race(broken, spare)

    answer = await chain.answer(PROMPT, read, timeout=60, continuation=CONTINUATION)

    assert answer.value == [1, 2, 3, 7, 8]
    assert outcomes(answer.attempts) == [("a", outcome), ("b", "OK")]
    assert [attempt.kept_items for attempt in answer.attempts] == [3, 0]
    assert [prompt.user for prompt in spare.prompts] == ["2 more"]


async def test_what_several_brought_adds_up() -> None:
    """A second answer that breaks off is kept together with the first."""
    clients = (
        PacedClient("a", [cut(WHOLE, 0.5), ConnectionFailed()]),
        PacedClient("b", ['{"items": [{"n": 6}, {"n": 7}, {"n', ConnectionFailed()]),
        PacedClient("c", [items(9)]),
    )
    chain, _ = race(*clients)

    answer = await chain.answer(PROMPT, read, timeout=60, continuation=CONTINUATION)

    assert answer.value == [1, 2, 6, 7, 9]
    assert [attempt.kept_items for attempt in answer.attempts] == [2, 2, 0]
    assert clients[2].prompts[0].user == "1 more"


@pytest.mark.parametrize("failure", [ConnectionFailed(), HANG], ids=["cut", "stalled"])
async def test_an_answer_cut_behind_its_last_item_is_whole(failure: Step) -> None:
    """Nobody is asked for what is there."""
    spare = PacedClient("b", [WHOLE])
    chain, _ = race(PacedClient("a", [WHOLE[:-1], failure]), spare)

    answer = await chain.answer(PROMPT, read, timeout=60, continuation=CONTINUATION)

    assert (answer.value, answer.completion.provider) == ([1, 2, 3, 4, 5], "a")
    assert spare.prompts == []


async def test_one_item_too_many_is_left_out() -> None:
    """Nobody is asked again where enough of an answer is good."""
    spare = PacedClient("b", [WHOLE])
    chain, _ = race(PacedClient("a", [items(1, 2, 3, 4, 5, 6)]), spare)

    answer = await chain.answer(PROMPT, read, timeout=60, continuation=CONTINUATION)

    assert (answer.value, answer.completion.provider) == ([1, 2, 3, 4, 5], "a")
    assert outcomes(answer.attempts) == [("a", "ANSWER_REJECTED")]
    assert spare.prompts == []


async def test_a_rest_that_does_not_fit_is_not_held_against_the_next() -> None:
    """Where kept and new items do not make a good answer together, the next one writes all of it."""
    last = PacedClient("c", [WHOLE])
    chain, _ = race(PacedClient("a", [HALF, ConnectionFailed()]), PacedClient("b", [items(13, 9)]), last)

    answer = await chain.answer(PROMPT, read, timeout=60, continuation=CONTINUATION)

    assert answer.value == [1, 2, 3, 4, 5]
    assert last.prompts == [PROMPT]


@pytest.mark.parametrize("failure", [ConnectionFailed(), ContentFiltered()], ids=lambda error: error.reason)
async def test_nothing_is_invented(failure: ProviderError) -> None:
    """Half an answer is never an answer: where nobody writes the rest the call fails."""
    chain, _ = race(PacedClient("a", [HALF, ContentFiltered()]), PacedClient("b", [failure], [failure]))

    with pytest.raises(AllProvidersFailed):
        await chain.answer(PROMPT, read, timeout=60, continuation=CONTINUATION)


async def test_without_a_continuation_nothing_is_kept() -> None:
    """The next one is asked for everything."""
    spare = PacedClient("b", [WHOLE])
    chain, _ = race(PacedClient("a", [HALF, ConnectionFailed()]), spare)

    answer = await chain.answer(PROMPT, read, timeout=60)

    assert answer.value == [1, 2, 3, 4, 5]
    assert spare.prompts == [PROMPT]
    assert [attempt.kept_items for attempt in answer.attempts] == [0, 0]
