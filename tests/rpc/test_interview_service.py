"""The interview service through its typed client: generating, reading, erasing, summing up."""

from __future__ import annotations  # the typed clients have their names in the stubs alone

import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import TYPE_CHECKING, Any

import grpc
import grpc.aio
import pytest

from career.erasure.v1.erasure_service_pb2 import EraseResumeDataRequest
from career.erasure.v1.erasure_service_pb2_grpc import ErasureServiceStub
from career.interview.v1 import interview_service_pb2 as messages
from career.interview.v1.interview_service_pb2_grpc import InterviewServiceStub
from services.interview.local_writer import write_questions
from services.interview.servicer import SERVICE_NAME
from shared.clock import Clock
from shared.llm.errors import ContentFiltered, CredentialsRejected, Overloaded, ProviderTimeout
from shared.llm.messages import Completion, Usage
from shared.llm.scripted import HANG, Line
from shared.llm.settings import Limits
from tests.support.failures import failure_of
from tests.support.generation import KEY, Resumes, written
from tests.support.interview_service import interview_service

if TYPE_CHECKING:
    from career.interview.v1.interview_service_pb2_grpc import InterviewServiceAsyncStub

Start = Callable[..., AbstractAsyncContextManager[grpc.aio.Channel]]
GOOD = written(write_questions)


@pytest.fixture
def resumes() -> Resumes:
    """The resumes that the service can read."""
    return Resumes()


@pytest.fixture
def start(clock: Clock, resumes: Resumes) -> Start:
    """Starts the service with scripted providers."""
    return partial(interview_service, clock, resumes)


def generate(channel: grpc.aio.Channel, **fields: Any) -> Any:
    """Asks for a set about the documented resume."""
    client: InterviewServiceAsyncStub = InterviewServiceStub(channel)
    return client.GenerateQuestions(messages.GenerateQuestionsRequest(**({"unique_key": KEY} | fields)))


async def test_without_a_key_local_answers(start: Start) -> None:
    """Five questions come from our own rules, are stored, and are read as they were answered."""
    async with start() as channel:
        answered = await generate(channel)
        client: InterviewServiceAsyncStub = InterviewServiceStub(channel)
        read = await client.GetQuestionSet(
            messages.GetQuestionSetRequest(unique_key=KEY, question_set_id=answered.question_set_id)
        )

    assert (len(answered.questions), answered.provider, answered.language) == (5, "local", "ko")
    assert (answered.usage.HasField("cost_usd"), answered.usage.cost_usd) == (True, 0.0)
    assert [attempt.outcome for attempt in answered.attempts] == ["OK"]
    assert read == answered


@pytest.mark.parametrize(
    ("first", "outcome"),
    [
        pytest.param(Overloaded(status=500), "OVERLOADED", id="500"),
        pytest.param(ContentFiltered(), "CONTENT_FILTERED", id="refused"),
        pytest.param("no JSON at all", "ANSWER_MALFORMED", id="no JSON"),
        pytest.param('{"questions": []}', "ANSWER_REJECTED", id="no questions"),
    ],
)
async def test_the_next_provider_answers(start: Start, first: Line, outcome: str) -> None:
    """Whatever the first provider does wrong, the second one's answer is given, and the ledger says both."""
    async with start({"gemini": [first], "openai": [GOOD]}) as channel:
        answered = await generate(channel)

    assert (answered.provider, answered.model) == ("openai", "openai-1")
    assert [(a.provider, a.outcome) for a in answered.attempts] == [("gemini", outcome), ("openai", "OK")]


async def test_a_rejected_answer_names_its_checks(start: Start) -> None:
    """An answer that fails our checks is a failed attempt, by the names of the checks."""
    async with start({"gemini": ['{"questions": []}'], "openai": [GOOD]}) as channel:
        answered = await generate(channel)

    assert "count" in answered.attempts[0].failed_checks


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(calls_per_minute=1), "TOO_MANY_CALLS"),
        (Limits(daily_cap_usd=0.05), "BUDGET_EXHAUSTED"),
        (Limits(monthly_cap_usd=0.05), "BUDGET_EXHAUSTED"),
    ],
    ids=["a minute", "a day", "a month"],
)
async def test_a_limit_of_the_operator_is_not_the_providers_failure(start: Start, limits: Limits, reason: str) -> None:
    """It is RESOURCE_EXHAUSTED and says when to return; `local`, which costs nothing, still writes."""
    paid = Completion(GOOD, "gemini", "gemini-1", Usage(1000, 0, 1000, 0, 0.04))
    async with start({"gemini": [paid, paid]}, limits) as channel:
        await generate(channel)

        failure = await failure_of(generate(channel, allow_repeats=True))
        free = await generate(channel, provider="local")

    assert (failure.code, failure.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, reason)
    assert failure.retry_seconds
    assert free.provider == "local"


async def test_the_same_answer_twice_is_refused_the_second_time(start: Start) -> None:
    """What a model repeats is no new set, and who is to blame is told by question; who wants repeats says so."""
    async with start({"gemini": [GOOD] * 5}) as channel:
        await generate(channel)

        failure = await failure_of(generate(channel))
        allowed = await generate(channel, allow_repeats=True)

    assert failure.reason == "ALL_PROVIDERS_FAILED"
    assert failure.metadata["attempt_1"] == "gemini gemini-1 ANSWER_REJECTED (repeat)"
    assert len(allowed.questions) == 5


async def test_the_ledger_says_why_each_question_fell(start: Start) -> None:
    """A refused question is named by its index and its check, and only that one is asked for again."""
    bad = json.loads(GOOD)
    bad["questions"][3]["question"] += " 99%"
    async with start({"gemini": [json.dumps(bad), json.dumps({"questions": json.loads(GOOD)["questions"][3:4]})]}) as c:
        answered = await generate(c)

    first, second = answered.attempts
    assert {rejection.item for rejection in first.rejections} == {3}
    assert (first.outcome, first.kept_items, second.outcome) == ("ANSWER_REJECTED", 4, "OK")
    assert len(answered.questions) == 5


async def test_all_providers_failed(start: Start) -> None:
    """With nobody left the call fails, says why each failed, stores nothing, and invents nothing."""
    scripts = {"gemini": [Overloaded(status=503)], "openai": ["x", "y"], "claude": [CredentialsRejected()]}
    async with start(scripts) as channel:
        failure = await failure_of(generate(channel))
        client: InterviewServiceAsyncStub = InterviewServiceStub(channel)
        stored = await client.ListQuestionSets(messages.ListQuestionSetsRequest(unique_key=KEY))

    assert (failure.code, failure.reason) == (grpc.StatusCode.INTERNAL, "ALL_PROVIDERS_FAILED")
    assert failure.metadata == {
        "attempts": "4",
        "attempt_1": "gemini gemini-1 OVERLOADED",
        "attempt_2": "openai openai-1 ANSWER_MALFORMED",
        "attempt_3": "claude claude-1 CREDENTIALS_REJECTED",
        "attempt_4": "openai openai-1 ANSWER_MALFORMED",
    }
    assert len(stored.question_sets) == 0


async def test_a_wish_is_first_and_backed(start: Start) -> None:
    """The provider that a caller wishes for is asked first; the rest of the chain backs it."""
    async with start({"gemini": [GOOD], "openai": [Overloaded()]}) as channel:
        answered = await generate(channel, provider="openai")

    assert [attempt.provider for attempt in answered.attempts] == ["openai", "gemini"]


async def test_a_wish_without_fallback_stands_alone(start: Start) -> None:
    """With fallback off nobody else is asked."""
    async with start({"gemini": [GOOD], "openai": [ContentFiltered()]}) as channel:
        failure = await failure_of(generate(channel, provider="openai", fallback=False))

    assert (failure.reason, failure.metadata["attempts"]) == ("ALL_PROVIDERS_FAILED", "1")


async def test_local_by_name(start: Start) -> None:
    """`local` answers beside configured providers when it is asked for."""
    async with start({"gemini": []}) as channel:
        answered = await generate(channel, provider="local", language="en")

    assert (answered.provider, answered.language) == ("local", "en")


@pytest.mark.parametrize(
    ("fields", "reason", "named"),
    [
        pytest.param({"language": "fr"}, "INVALID_REQUEST", {"language"}, id="language"),
        pytest.param({"unique_key": ""}, "INVALID_REQUEST", {"unique_key"}, id="no key"),
        pytest.param({"unique_key": "a/b"}, "INVALID_REQUEST", {"unique_key"}, id="bad key"),
        pytest.param(
            {"unique_key": "a/b", "language": "fr", "provider": "a b"},
            "INVALID_REQUEST",
            {"unique_key", "language", "provider"},
            id="everything",
        ),
        pytest.param({"provider": "claude"}, "PROVIDER_NOT_AVAILABLE", {"provider"}, id="provider without key"),
    ],
)
async def test_bad_request(start: Start, fields: dict[str, str], reason: str, named: set[str]) -> None:
    """A refusal names the field, and what there is instead."""
    async with start({"gemini": []}) as channel:
        failure = await failure_of(generate(channel, **fields))

    assert (failure.code, failure.reason) == (grpc.StatusCode.INVALID_ARGUMENT, reason)
    assert set(failure.fields) == named


async def test_unknown_resume(start: Start) -> None:
    """There are no questions about a resume that is not there."""
    async with start() as channel:
        failure = await failure_of(generate(channel, unique_key="nope"))

    assert (failure.code, failure.reason) == (grpc.StatusCode.NOT_FOUND, "RESUME_NOT_FOUND")


async def test_a_resume_that_is_deleted_meanwhile_leaves_nothing(start: Start, resumes: Resumes) -> None:
    """An answer about a resume that went away while it was written is not kept."""

    def go_away(number: int) -> None:
        if number == 2:
            resumes.resumes.clear()

    resumes.on_get = go_away
    async with start() as channel:
        failure = await failure_of(generate(channel))
        client: InterviewServiceAsyncStub = InterviewServiceStub(channel)
        stored = await client.ListQuestionSets(messages.ListQuestionSetsRequest(unique_key=KEY))

    assert failure.reason == "RESUME_NOT_FOUND"
    assert len(stored.question_sets) == 0


async def test_lists_and_erasure(start: Start) -> None:
    """Sets are listed newest first in pages, and erased together."""
    async with start() as channel:
        client: InterviewServiceAsyncStub = InterviewServiceStub(channel)
        ids = [(await generate(channel)).question_set_id for _ in range(3)]
        first = await client.ListQuestionSets(messages.ListQuestionSetsRequest(unique_key=KEY, page_size=2))
        second = await client.ListQuestionSets(
            messages.ListQuestionSetsRequest(unique_key=KEY, page_size=2, page_token=first.next_page_token)
        )
        erased = await ErasureServiceStub(channel).EraseResumeData(EraseResumeDataRequest(unique_key=KEY))
        left = await client.ListQuestionSets(messages.ListQuestionSetsRequest(unique_key=KEY))

    listed = [entry.question_set_id for entry in (*first.question_sets, *second.question_sets)]
    assert listed == ids[::-1]
    assert (erased.erased_documents, len(left.question_sets)) == (3, 0)


async def test_usage_counts_every_attempt(start: Start) -> None:
    """Sums of the day tell calls and failures of each provider, failed generations included."""
    async with start({"gemini": [Overloaded(), ProviderTimeout()], "openai": [GOOD, ContentFiltered()]}) as channel:
        client: InterviewServiceAsyncStub = InterviewServiceStub(channel)
        await generate(channel)
        await failure_of(generate(channel))
        today = await client.GetUsage(messages.GetUsageRequest())
        other = await client.GetUsage(messages.GetUsageRequest(day="2026-11-19"))
        failure = await failure_of(client.GetUsage(messages.GetUsageRequest(day="20261119")))

    assert [(u.provider, u.calls, u.failures) for u in today.providers] == [("gemini", 2, 2), ("openai", 2, 1)]
    assert (today.day, len(other.providers)) == ("2026-11-20", 0)
    assert set(failure.fields) == {"day"}


async def test_a_deadline_ends_the_call_and_is_counted(start: Start) -> None:
    """A caller's deadline bounds the providers; what they were asked is in the day's sums."""
    async with start({"gemini": [HANG], "openai": [HANG]}) as channel:
        client: InterviewServiceAsyncStub = InterviewServiceStub(channel)
        request = messages.GenerateQuestionsRequest(unique_key=KEY)
        failure = await failure_of(client.GenerateQuestions(request, timeout=1.5))
        usage = await client.GetUsage(messages.GetUsageRequest())

    assert failure.reason in ("ALL_PROVIDERS_FAILED", "")
    assert failure.code in (grpc.StatusCode.INTERNAL, grpc.StatusCode.DEADLINE_EXCEEDED)
    assert [(u.provider, u.calls, u.failures) for u in usage.providers] == [("gemini", 1, 1), ("openai", 1, 1)]


async def test_health_names_the_providers(start: Start) -> None:
    """Health lists who can be asked for, in order."""
    async with start({"gemini": [], "openai": []}) as channel:
        client: InterviewServiceAsyncStub = InterviewServiceStub(channel)
        health = await client.Health(messages.HealthRequest())

    assert [entry.provider for entry in health.providers] == ["gemini", "openai", "local"]
    assert health.service == SERVICE_NAME
