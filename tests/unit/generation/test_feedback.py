"""Feedback whose answer goes away, or whose sums do."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from services.interview.adapters.memory import memory_question_sets
from services.interview.errors import QuestionSetNotFound
from services.interview.local_writer import write_questions
from services.interview.model import QuestionSet
from services.interview.task import load_task
from services.interview.use_cases import assemble_set
from shared.adapters.memory import MemoryClaimStore, MemoryDerivedRepository, MemoryDerivedStore, MemoryPromptSums
from shared.claims import ClaimRecord
from shared.clock import Clock
from shared.errors import DatabaseUnavailable
from shared.generation.feedback import Feedback, FeedbackUseCases, Opinion
from shared.generation.model import GenerationRequest
from shared.idempotency import Idempotency, carry_key
from shared.pages import PageRequest
from tests.support.derived import SwitchableDatabase
from tests.support.generation import KEY, Resumes, memory_feedback, parts_of, scripted_registry
from tests.support.idempotency import memory_idempotency


class ErasingStore(MemoryDerivedStore[Feedback]):
    """A store that is told to keep something just when the resume's answers have been erased."""

    def __init__(self, answers: Any) -> None:
        super().__init__(id_of=lambda each: each.path, key_of=lambda each: each.unique_key)
        self._answers = answers

    async def add(self, item: Feedback, now: datetime) -> Feedback:
        """Stores what is late."""
        await self._answers.erase(item.unique_key)
        return await super().add(item, now)


class AwaySums(MemoryPromptSums):
    """Sums whose database is away."""

    async def add(self, *_arguments: object) -> None:
        """Cannot."""
        raise DatabaseUnavailable


async def answer_in(sets: MemoryDerivedRepository[QuestionSet], clock: Clock) -> QuestionSet:
    """A stored set about the documented resume."""
    parts = parts_of(
        load_task(),
        assemble_set,
        sets,
        resumes=Resumes(),
        registry=scripted_registry({}, write_questions),
        clock=clock,
        database=SwitchableDatabase(),
    )
    return await parts.use_cases.generate(GenerationRequest(KEY), None)


async def test_feedback_does_not_outlive_its_answer(clock: Clock) -> None:
    """Erased while the feedback was on its way: it is taken back, and the caller is told that the set is gone."""
    sets = memory_question_sets()
    answer = await answer_in(sets, clock)
    store, sums = ErasingStore(sets), MemoryPromptSums()
    use_cases = FeedbackUseCases(sets, store, sums, memory_idempotency(), {}, clock, lambda _set: 5)

    with pytest.raises(QuestionSetNotFound):
        await use_cases.create(KEY, answer.question_set_id, Opinion(5, comment="좋아요"))

    assert list((await store.list(KEY, PageRequest())).items) == []
    assert store._items == {}
    assert await sums.read() == {}


class BrokenClaims(MemoryClaimStore):
    """Claims that cannot be ended while they are `broken`, as when a process is killed just before."""

    broken = True

    async def finish(self, record: ClaimRecord) -> None:
        """Cannot."""
        if self.broken:
            raise DatabaseUnavailable
        await super().finish(record)

    async def extend(self, record: ClaimRecord, lease_until: int) -> None:
        """Lets go of what was not ended."""
        await super().extend(record, 0 if self.broken else lease_until)


async def test_feedback_that_is_sent_again_is_counted_once(clock: Clock) -> None:
    """Also where the first time was not noted as done."""
    sets, store, sums, claims = memory_question_sets(), memory_feedback(), MemoryPromptSums(), BrokenClaims()
    answer = await answer_in(sets, clock)
    times = iter(range(0, 1000, 100))
    late = Clock(now=lambda: clock.now() + timedelta(seconds=next(times)))
    use_cases = FeedbackUseCases(sets, store, sums, Idempotency(claims, late), {}, clock, lambda _set: 5)
    carry_key("k-1")

    given = [await use_cases.create(KEY, answer.question_set_id, Opinion(5)) for _ in range(2)]

    assert given[0] == given[1]
    assert list((await store.list(KEY, PageRequest())).items) == [given[0]]
    assert [numbers["ratings"] for numbers in (await sums.read()).values()] == [1]


async def test_feedback_that_cannot_be_counted_is_stored(clock: Clock) -> None:
    """Whoever gave it is not asked again; the log says what the sums lack, and nothing that a person wrote."""
    sets, store = memory_question_sets(), memory_feedback()
    answer = await answer_in(sets, clock)
    use_cases = FeedbackUseCases(sets, store, AwaySums(), memory_idempotency(), {}, clock, lambda _set: 5)

    with capture_logs() as lines:
        given = await use_cases.create(KEY, answer.question_set_id, Opinion(2, "unclear", "비밀 의견"))

    assert list((await store.list(KEY, PageRequest())).items) == [given]
    assert [line["event"] for line in lines] == ["rating.not_counted"]
    assert "비밀" not in str(lines)
