"""Requests that are repeated with their idempotency key, through the typed clients."""

from __future__ import annotations  # the typed clients have their names in the stubs alone

import asyncio
from typing import TYPE_CHECKING, Any

import grpc
import pytest

from career.erasure.v1.erasure_service_pb2 import EraseResumeDataRequest
from career.erasure.v1.erasure_service_pb2_grpc import ErasureServiceStub
from career.interview.v1 import interview_service_pb2 as messages
from career.interview.v1.interview_service_pb2_grpc import InterviewServiceStub
from career.resume.v1 import resume_pb2
from career.resume.v1 import resume_service_pb2 as resume_messages
from services.interview.local_writer import write_questions
from shared.clock import Clock
from tests.support.failures import failure_of
from tests.support.generation import KEY, Resumes, written
from tests.support.interview_service import interview_service

if TYPE_CHECKING:
    from career.interview.v1.interview_service_pb2_grpc import InterviewServiceAsyncStub
    from career.resume.v1.resume_service_pb2_grpc import ResumeServiceAsyncStub

GOOD = written(write_questions)
ONCE = (("idempotency-key", "8e03978e-40d5-43dd-bc93-6894a57f9324"),)


def generate(client: InterviewServiceAsyncStub, *, metadata: Any = ONCE, **fields: Any) -> Any:
    """Asks for a set about the documented resume."""
    values: dict[str, Any] = {"unique_key": KEY} | fields
    return client.GenerateQuestions(messages.GenerateQuestionsRequest(**values), metadata=metadata)


async def test_fifty_at_once_ask_one_vendor_once(clock: Clock) -> None:
    """All are answered with the same set, and one is stored; the script of the vendor has one line."""
    async with interview_service(clock, Resumes(), {"gemini": [GOOD]}) as channel:
        client: InterviewServiceAsyncStub = InterviewServiceStub(channel)

        answers = await asyncio.gather(*(generate(client) for _ in range(50)))
        listed = await client.ListQuestionSets(messages.ListQuestionSetsRequest(unique_key=KEY))

    assert all(answer == answers[0] for answer in answers)
    assert list(listed.question_sets) == [answers[0]]


async def test_without_a_key_each_request_is_a_new_one(clock: Clock) -> None:
    """A second set is another set."""
    async with interview_service(clock, Resumes()) as channel:
        client: InterviewServiceAsyncStub = InterviewServiceStub(channel)

        first, second = await generate(client, metadata=()), await generate(client, metadata=())

    assert first.question_set_id != second.question_set_id


async def test_a_key_is_for_one_body(clock: Clock) -> None:
    """Another one with it is refused, and names the key."""
    async with interview_service(clock, Resumes()) as channel:
        client: InterviewServiceAsyncStub = InterviewServiceStub(channel)
        await generate(client)

        failure = await failure_of(generate(client, language="en"))

    assert (failure.code, failure.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "IDEMPOTENCY_KEY_REUSED")
    assert list(failure.fields) == ["idempotency-key"]


async def test_a_failure_may_be_tried_again_with_its_key(clock: Clock) -> None:
    """What failed was not done: the same request asks the providers anew."""
    async with interview_service(clock, Resumes(), {"gemini": ["no answer", "no answer", GOOD]}) as channel:
        client: InterviewServiceAsyncStub = InterviewServiceStub(channel)
        failure = await failure_of(generate(client))

        answer = await generate(client)

    assert failure.reason == "ALL_PROVIDERS_FAILED"
    assert answer.provider == "gemini"


async def test_a_stream_is_answered_with_what_is_stored(clock: Clock) -> None:
    """Whether it was streamed before or answered as a whole."""
    async with interview_service(clock, Resumes(), {"gemini": [GOOD]}) as channel:
        client: InterviewServiceAsyncStub = InterviewServiceStub(channel)
        answer = await generate(client)

        asked = messages.StreamQuestionsRequest(unique_key=KEY)
        events = [event async for event in client.StreamQuestions(asked, metadata=ONCE)]

    assert [event.WhichOneof("event") for event in events] == ["completed"]
    assert events[0].completed == answer


async def test_feedback_is_counted_once(clock: Clock) -> None:
    """However often it is sent."""
    async with interview_service(clock, Resumes()) as channel:
        client: InterviewServiceAsyncStub = InterviewServiceStub(channel)
        rated = await generate(client)
        opinion = messages.CreateFeedbackRequest(
            unique_key=KEY, question_set_id=rated.question_set_id, rating=5, comment="좋아요"
        )

        given = [await client.CreateFeedback(opinion, metadata=ONCE) for _ in range(3)]
        stats = await client.GetPromptStats(messages.GetPromptStatsRequest())

    assert given == [given[0]] * 3
    assert sum(each.ratings.count for each in stats.prompts) == 1


async def test_what_was_erased_is_not_made_anew(clock: Clock) -> None:
    """A late retry finds its key used."""
    async with interview_service(clock, Resumes()) as channel:
        client: InterviewServiceAsyncStub = InterviewServiceStub(channel)
        await generate(client)
        await ErasureServiceStub(channel).EraseResumeData(EraseResumeDataRequest(unique_key=KEY))

        failure = await failure_of(generate(client))

    assert failure.reason == "IDEMPOTENCY_KEY_REUSED"


@pytest.mark.parametrize(
    "keys",
    [
        pytest.param([""], id="empty"),
        pytest.param(["a" * 256], id="long"),
        pytest.param(["a b"], id="blank"),
        pytest.param(["a", "b"], id="two"),
    ],
)
async def test_a_key_that_is_none(clock: Clock, keys: list[str]) -> None:
    """It is refused before anything is done."""
    async with interview_service(clock, Resumes()) as channel:
        client: InterviewServiceAsyncStub = InterviewServiceStub(channel)

        failure = await failure_of(generate(client, metadata=tuple(("idempotency-key", key) for key in keys)))

    assert (failure.code, failure.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_IDEMPOTENCY_KEY")
    assert list(failure.fields) == ["idempotency-key"]


async def test_a_resume_is_stored_once(resumes: ResumeServiceAsyncStub) -> None:
    """Under the key that the first request was given; another person's body is refused."""
    asked = resume_messages.CreateResumeRequest(resume=resume_pb2.Resume(name="김개발"))

    stored = await asyncio.gather(*(resumes.CreateResume(asked, metadata=ONCE) for _ in range(20)))
    asked.resume.name = "이개발"
    failure = await failure_of(resumes.CreateResume(asked, metadata=ONCE))
    listed = await resumes.ListResumes(resume_messages.ListResumesRequest())

    assert all(resume == stored[0] for resume in stored)
    assert [resume.unique_key for resume in listed.resumes] == [stored[0].unique_key]
    assert failure.reason == "IDEMPOTENCY_KEY_REUSED"


async def test_a_deleted_resume_is_not_stored_again(resumes: ResumeServiceAsyncStub) -> None:
    """By a retry that was late."""
    asked = resume_messages.CreateResumeRequest(resume=resume_pb2.Resume(name="김개발", unique_key="kim"))
    await resumes.CreateResume(asked, metadata=ONCE)
    await resumes.DeleteResume(resume_messages.DeleteResumeRequest(unique_key="kim"))

    failure = await failure_of(resumes.CreateResume(asked, metadata=ONCE))

    assert failure.reason == "IDEMPOTENCY_KEY_REUSED"
