"""Questions are asked together, and each gets its own answer."""

import asyncio
from collections.abc import Sequence

import pytest

from shared.batches import Batches


class Oracle:
    """Answers a number with its double, when it is let; odd ones above ten with an error."""

    def __init__(self) -> None:
        self.trips: list[list[int]] = []
        self.began = asyncio.Event()
        self.open = asyncio.Event()
        self.broken: Exception | None = None

    async def answer(self, questions: Sequence[int]) -> list[int | Exception]:
        """One trip."""
        self.trips.append(list(questions))
        self.began.set()
        await self.open.wait()
        if self.broken is not None:
            raise self.broken
        return [LookupError(str(each)) if each > 10 and each % 2 else 2 * each for each in questions]


async def ask_in_turn(batches: Batches[int, int], oracle: Oracle, numbers: Sequence[int]) -> list[asyncio.Task[int]]:
    """Has the first number under way and the others waiting."""
    first = asyncio.create_task(batches.ask(numbers[0]))
    await oracle.began.wait()
    others = [asyncio.create_task(batches.ask(number)) for number in numbers[1:]]
    await asyncio.sleep(0)
    return [first, *others]


async def test_those_who_wait_go_together() -> None:
    """One question goes alone and at once; what comes meanwhile is asked in one trip, and answered in order."""
    oracle = Oracle()
    batches = Batches(oracle.answer)
    tasks = await ask_in_turn(batches, oracle, [1, 2, 3, 4])

    oracle.open.set()
    answers = await asyncio.gather(*tasks)

    assert answers == [2, 4, 6, 8]
    assert oracle.trips == [[1], [2, 3, 4]]


async def test_a_batch_has_a_greatest_size() -> None:
    """More than one trip can carry wait for the next one, and nobody is forgotten."""
    oracle = Oracle()
    batches = Batches(oracle.answer, largest=2)
    tasks = await ask_in_turn(batches, oracle, [1, 2, 3, 4, 5, 6])

    oracle.open.set()
    answers = await asyncio.gather(*tasks)

    assert answers == [2, 4, 6, 8, 10, 12]
    assert oracle.trips == [[1], [2, 3], [4, 5], [6]]


async def test_an_error_is_for_its_own_question() -> None:
    """One question of a batch that fails fails alone."""
    oracle = Oracle()
    batches = Batches(oracle.answer)
    tasks = await ask_in_turn(batches, oracle, [1, 12, 13, 14])

    oracle.open.set()
    answers = await asyncio.gather(*tasks, return_exceptions=True)

    assert [answers[0], answers[1], answers[3]] == [2, 24, 28]
    assert isinstance(answers[2], LookupError)


async def test_a_trip_that_breaks_is_everybodys() -> None:
    """Whoever was on the way is told; the next question is asked as if nothing had been."""
    oracle = Oracle()
    batches = Batches(oracle.answer)
    oracle.broken = ConnectionError("gone")
    tasks = await ask_in_turn(batches, oracle, [1, 2, 3])
    oracle.open.set()

    answers = await asyncio.gather(*tasks, return_exceptions=True)
    oracle.broken = None
    later = await batches.ask(4)

    assert [type(answer) for answer in answers] == [ConnectionError] * 3
    assert later == 8


async def test_whoever_leaves_is_not_asked_for() -> None:
    """A caller that left while waiting is not on the trip, and those beside it are answered."""
    oracle = Oracle()
    batches = Batches(oracle.answer)
    tasks = await ask_in_turn(batches, oracle, [1, 2, 3])
    tasks[1].cancel()

    oracle.open.set()
    answers = await asyncio.gather(*tasks, return_exceptions=True)

    assert isinstance(answers[1], asyncio.CancelledError)
    assert [answers[0], answers[2]] == [2, 6]
    assert oracle.trips == [[1], [3]]


async def test_where_all_have_left_nobody_goes() -> None:
    """No trip is made for nobody, and the next question is asked as ever."""
    oracle = Oracle()
    batches = Batches(oracle.answer)
    tasks = await ask_in_turn(batches, oracle, [1, 2, 3])
    for task in tasks[1:]:
        task.cancel()

    oracle.open.set()
    await asyncio.gather(*tasks, return_exceptions=True)
    later = await batches.ask(4)

    assert later == 8
    assert oracle.trips == [[1], [4]]


async def test_a_trip_that_forgets_a_question_is_a_failure() -> None:
    """A defect of whoever asks: nobody waits forever for an answer that does not come."""

    async def forget(questions: Sequence[int]) -> list[int | Exception]:
        return [2 * each for each in questions[1:]]

    batches = Batches(forget)

    async with asyncio.timeout(5):
        answers = await asyncio.gather(*(batches.ask(number) for number in (1, 2)), return_exceptions=True)

    assert [type(answer) for answer in answers] == [ValueError] * 2


async def test_a_caller_that_leaves_on_the_way_ends_nothing() -> None:
    """The one who asked first is cancelled during the trip: the trip goes on, and so do the others."""
    oracle = Oracle()
    batches = Batches(oracle.answer)
    tasks = await ask_in_turn(batches, oracle, [1, 2])
    tasks[0].cancel()

    oracle.open.set()

    assert await tasks[1] == 4
    with pytest.raises(asyncio.CancelledError):
        await tasks[0]
