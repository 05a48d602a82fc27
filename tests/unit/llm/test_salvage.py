"""What arrived whole of a broken answer is kept, and the next provider writes only the rest."""

from collections.abc import Sequence

import pytest

from shared.llm.errors import (
    AllProvidersFailed,
    AnswerTruncated,
    ConnectionFailed,
    ContentFiltered,
    ProviderError,
)
from shared.llm.scripted import HANG
from tests.unit.llm.chains import PacedClient, Step, outcomes, race
from tests.unit.llm.conftest import PROMPT
from tests.unit.llm.numbered import CHOOSY, CONTINUATION, HALF, WHOLE, cut, items, read


@pytest.mark.parametrize(
    ("steps", "outcome"),
    [
        ([HALF, ConnectionFailed()], "CONNECTION_FAILED"),
        ([HALF, HANG], "OVERTAKEN"),
    ],
    ids=["cut", "stalled"],
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


@pytest.mark.parametrize(
    ("steps", "outcome", "asked"),
    [
        ([HALF, AnswerTruncated()], "ANSWER_TRUNCATED", "2 more"),
        ([f"{HALF} and then something else"], "ANSWER_MALFORMED", "2 more"),
        ([items(1, 2, 3)], "ANSWER_REJECTED", "2 more count"),
    ],
    ids=["truncated", "malformed", "too few"],
)
async def test_who_answered_in_part_repairs_it(steps: Sequence[Step], outcome: str, asked: str) -> None:
    """The same provider is asked for the rest, and told what was refused; nobody else hears of it."""
    first, spare = PacedClient("a", steps, [items(7, 8)]), PacedClient("b")
    chain, _ = race(first, spare)

    answer = await chain.answer(PROMPT, read, timeout=60, continuation=CONTINUATION)

    assert answer.value == [1, 2, 3, 7, 8]
    assert outcomes(answer.attempts) == [("a", outcome), ("a", "OK")]
    assert [prompt.user for prompt in first.prompts[1:]] == [asked]
    assert spare.prompts == []


async def test_the_next_one_fills_what_two_repairs_did_not() -> None:
    """Three answers of one provider are enough; what is good of them is not lost."""
    first = PacedClient("a", [items(1, 2)], [items(13)], [items(3, 13)])
    chain, _ = race(first, PacedClient("b", [items(4, 5)]))

    answer = await chain.answer(PROMPT, read, timeout=60, continuation=CHOOSY)

    assert answer.value == [1, 2, 3, 4, 5]
    assert outcomes(answer.attempts) == [*[("a", "ANSWER_REJECTED")] * 3, ("b", "OK")]
    assert [attempt.kept_items for attempt in answer.attempts] == [2, 0, 1, 0]


async def test_repairs_end_where_the_tokens_do() -> None:
    """An answer that has taken its tokens is not repaired: the next provider fills what is missing."""
    first = PacedClient("a", [items(1, 2, 3)])
    chain, _ = race(first, PacedClient("b", [items(4, 5)]), tokens_per_answer=15)

    answer = await chain.answer(PROMPT, read, timeout=60, continuation=CONTINUATION)

    assert outcomes(answer.attempts) == [("a", "ANSWER_REJECTED"), ("b", "OK")]


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
    assert outcomes(answer.attempts) == [("a", "OK")]
    assert spare.prompts == []


async def test_one_item_too_many_is_left_out() -> None:
    """Nobody is asked again where enough of an answer is good."""
    spare = PacedClient("b", [WHOLE])
    chain, _ = race(PacedClient("a", [items(1, 2, 3, 4, 5, 6)]), spare)

    answer = await chain.answer(PROMPT, read, timeout=60, continuation=CONTINUATION)

    assert (answer.value, answer.completion.provider) == ([1, 2, 3, 4, 5], "a")
    assert outcomes(answer.attempts) == [("a", "OK")]
    assert answer.attempts[0].failed_checks == ("count",)
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
