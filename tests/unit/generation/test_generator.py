"""What holds around the providers: the caller's time, what an answer cost, and that nothing outlives its resume."""

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from structlog.testing import capture_logs

from services.interview.adapters.memory import memory_question_sets
from services.interview.local_writer import write_questions
from services.interview.model import QuestionSet
from services.interview.task import load_task
from services.interview.use_cases import assemble_set
from shared.adapters.memory import MemoryDerivedRepository, MemoryPromptSums
from shared.clock import Clock
from shared.errors import DatabaseUnavailable
from shared.generation.books import Books
from shared.generation.errors import ResumeNotFound, ResumeServiceUnavailable
from shared.generation.experiment import Experiment
from shared.generation.generator import Generator
from shared.generation.model import GenerationRequest, ProviderSums
from shared.generation.ports import DerivedRepository
from shared.idempotency import carry_key
from shared.llm.messages import Completion, Usage
from shared.llm.registry import LLMRegistry
from shared.llm.scripted import ScriptedClient
from shared.llm.settings import LLMSettings
from shared.pages import PageRequest
from tests.support.derived import SwitchableDatabase
from tests.support.generation import KEY, Resumes, parts_of, scripted_registry, written
from tests.support.resumes import load_example

GOOD = written(write_questions)
REQUEST = GenerationRequest(KEY)


class AwayLedger:
    """A `UsageLedger` whose database is away."""

    async def record(self, *_arguments: object) -> None:
        """Cannot."""
        raise DatabaseUnavailable

    async def read(self, *_arguments: object) -> list[ProviderSums]:
        """Cannot."""
        raise DatabaseUnavailable


class SlowSets:
    """A repository whose writes are committed at once and confirmed only when `confirmed` is set."""

    def __init__(self) -> None:
        self.sets: MemoryDerivedRepository[QuestionSet] = memory_question_sets()
        self.get, self.find, self.list = self.sets.get, self.sets.find, self.sets.list
        self.show, self.erase, self.sweep = self.sets.show, self.sets.erase, self.sets.sweep
        self.drop = self.sets.drop
        self.committed, self.confirmed = asyncio.Event(), asyncio.Event()

    async def add(self, item: QuestionSet, now: datetime) -> QuestionSet:
        """Stores a set."""
        stored = await self.sets.add(item, now)
        self.committed.set()
        await self.confirmed.wait()
        return stored


def scripted(*lines: str | Completion) -> tuple[ScriptedClient, LLMRegistry]:
    """A provider and a registry that knows it alone."""
    client = ScriptedClient(lines, provider="gemini", model="gemini-1")
    registry = LLMRegistry(LLMSettings(order=("gemini",), providers={}))
    registry.register("gemini", lambda _settings: client)
    return client, registry


def use_cases_over(sets: DerivedRepository[QuestionSet], resumes: Resumes, registry: LLMRegistry, clock: Clock) -> Any:
    """The use cases over these parts."""
    return parts_of(
        load_task(),
        assemble_set,
        sets,
        resumes=resumes,
        registry=registry,
        clock=clock,
        database=SwitchableDatabase(),
    ).use_cases


async def test_the_time_that_the_resume_took_is_not_given_to_a_provider(clock: Clock) -> None:
    """Of ten seconds, four are gone with the resume and half a one is kept for storing: the provider has the rest."""
    seconds = [100.0]
    resumes = Resumes()
    resumes.on_get = lambda _number: seconds.append(104.0)
    client, registry = scripted(GOOD)
    use_cases = use_cases_over(memory_question_sets(), resumes, registry, clock)
    timed = replace(use_cases, generator=replace(use_cases.generator, deadline=60.0, now=lambda: seconds[-1]))

    await timed.generate(REQUEST, time_left=10.0)

    assert client.timeouts == [pytest.approx(5.5, abs=0.5)]


async def test_usage_that_cannot_be_stored_is_in_the_log(clock: Clock) -> None:
    """The answer is given; one line for each attempt holds what the day's sums lack."""
    _, registry = scripted(Completion(GOOD, "gemini", "gemini-1", Usage(120, 20, 80, 30, 0.5)))
    books = Books(AwayLedger(), MemoryPromptSums(), clock)
    generator = Generator(Experiment.of("test/1", load_task()), registry, books, clock, 60.0)

    with capture_logs() as lines:
        draft = await generator.write(REQUEST, load_example(), generator.end_of(None))
        await generator.settle(draft, stored=True)

    lost = [line for line in lines if line["event"] == "usage.lost"]
    assert len(draft.content) == 5
    assert [(line["provider"], line["outcome"], line["input_tokens"], line["cost_usd"]) for line in lost] == [
        ("gemini", "OK", 120, 0.5)
    ]


async def test_an_accepted_answer_is_stored_when_its_caller_has_left(clock: Clock) -> None:
    """It was paid for: the same request with its key finds it, and no provider is asked again."""
    sets, resumes = memory_question_sets(), Resumes()
    _, registry = scripted(GOOD)
    use_cases = use_cases_over(sets, resumes, registry, clock)
    carry_key("k-1")
    # The second read of the resume is made once the answer is stored.

    def leave(number: int) -> None:
        if number == 2:
            task.cancel()

    resumes.on_get = leave
    task = asyncio.create_task(use_cases.generate(REQUEST, None))
    with pytest.raises(asyncio.CancelledError):
        await task

    found = await use_cases.generate(REQUEST, None)

    assert list((await sets.list(KEY, PageRequest())).items) == [found]
    assert found.provenance.provider == "gemini"


async def test_a_resume_that_was_made_anew_does_not_inherit(clock: Clock) -> None:
    """Deleted and created again under its key meanwhile: the answer about the old one is taken back, no other is."""
    resumes, sets = Resumes(), memory_question_sets()
    registry = scripted_registry({"gemini": [GOOD, GOOD]}, write_questions)
    use_cases = use_cases_over(sets, resumes, registry, clock)
    kept = await use_cases.generate(REQUEST, None)

    def make_anew(number: int) -> None:
        if number == 4:
            resumes.resumes[KEY] = {**resumes.resumes[KEY], "created_at": {"seconds": 2}}

    resumes.on_get = make_anew
    with pytest.raises(ResumeNotFound):
        await use_cases.generate(REQUEST, None)

    assert list((await sets.list(KEY, PageRequest())).items) == [kept]


async def test_an_answer_is_taken_back_when_nobody_can_say_whether_its_resume_is_there(clock: Clock) -> None:
    """A caller that was told of a failure finds nothing half-done."""
    resumes, sets = Resumes(), memory_question_sets()
    use_cases = use_cases_over(sets, resumes, scripted_registry({"gemini": [GOOD]}, write_questions), clock)

    def go_away(number: int) -> None:
        if number == 2:
            raise ResumeServiceUnavailable

    resumes.on_get = go_away
    with pytest.raises(ResumeServiceUnavailable):
        await use_cases.generate(REQUEST, None)

    assert (await sets.list(KEY, PageRequest())).items == []


async def test_what_comes_after_the_deletion_is_dropped_at_once(clock: Clock) -> None:
    """Stored when the resume is gone: nobody reads it, and it does not wait for the sweep."""
    resumes, sets = Resumes(), SlowSets()
    registry = scripted_registry({"gemini": [GOOD]}, write_questions)
    use_cases = use_cases_over(sets, resumes, registry, clock)
    call: asyncio.Task[QuestionSet] = asyncio.create_task(use_cases.generate(REQUEST, None))
    await sets.committed.wait()

    resumes.resumes.clear()
    sets.confirmed.set()
    with pytest.raises(ResumeNotFound):
        await call

    assert sets.sets._items == {}


async def test_a_caller_that_leaves_leaves_no_answer_of_a_deleted_resume(clock: Clock) -> None:
    """The resume is deleted and the caller leaves while the answer is being stored: the answer is erased too."""
    resumes, sets = Resumes(), SlowSets()
    registry = scripted_registry({"gemini": [GOOD]}, write_questions)
    use_cases = use_cases_over(sets, resumes, registry, clock)
    call: asyncio.Task[QuestionSet] = asyncio.create_task(use_cases.generate(REQUEST, None))
    await sets.committed.wait()

    resumes.resumes.clear()
    call.cancel()
    sets.confirmed.set()
    with pytest.raises(asyncio.CancelledError):
        await call

    assert (await sets.list(KEY, PageRequest())).items == []


async def test_a_late_answer_about_a_deleted_resume_is_not_even_written(clock: Clock) -> None:
    """What a provider took long for is stored only where the resume is still there: nothing comes after its erasure."""
    resumes, sets = Resumes(), SlowSets()
    registry = scripted_registry({"gemini": [GOOD]}, write_questions)
    use_cases = use_cases_over(sets, resumes, registry, clock)
    took_long = replace(use_cases.generator, now=iter([0.0, 11.0]).__next__)

    def go_away(number: int) -> None:
        if number == 2:
            resumes.resumes.clear()

    resumes.on_get = go_away
    with pytest.raises(ResumeNotFound):
        await replace(use_cases, generator=took_long).generate(REQUEST, None)

    assert not sets.committed.is_set()
