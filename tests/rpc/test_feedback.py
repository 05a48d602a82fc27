"""Rating what was written, and comparing the prompts that wrote it."""

from __future__ import annotations  # the typed clients have their names in the stubs alone

from typing import TYPE_CHECKING, Any

import grpc
import pytest

from career.erasure.v1.erasure_service_pb2 import EraseResumeDataRequest
from career.erasure.v1.erasure_service_pb2_grpc import ErasureServiceStub
from career.interview.v1 import interview_service_pb2 as messages
from career.interview.v1.interview_service_pb2_grpc import InterviewServiceStub
from services.interview.local_writer import write_questions
from services.interview.task import load_tasks
from shared.clock import Clock
from shared.generation.experiment import Experiment, newest
from shared.llm.messages import Completion, Usage
from tests.support.failures import failure_of
from tests.support.generation import KEY, Resumes, written
from tests.support.interview_service import interview_service

if TYPE_CHECKING:
    from career.interview.v1.interview_service_pb2_grpc import InterviewServiceAsyncStub

GOOD = written(write_questions)


async def generated(client: InterviewServiceAsyncStub, **fields: Any) -> Any:
    """A set about the documented resume."""
    return await client.GenerateQuestions(messages.GenerateQuestionsRequest(unique_key=KEY, **fields))


def opinion_on(question_set_id: str, **fields: Any) -> messages.CreateFeedbackRequest:
    """An opinion that is good but for `fields`."""
    values: dict[str, Any] = {"unique_key": KEY, "question_set_id": question_set_id, "rating": 4} | fields
    return messages.CreateFeedbackRequest(**values)


async def test_feedback_is_stored_listed_and_erased_with_its_resume(clock: Clock) -> None:
    """On a set or one question of it; newest first; nothing is left when the resume is erased."""
    async with interview_service(clock, Resumes()) as channel:
        client: InterviewServiceAsyncStub = InterviewServiceStub(channel)
        rated, other = await generated(client), await generated(client)
        first = await client.CreateFeedback(opinion_on(rated.question_set_id))
        second = await client.CreateFeedback(
            opinion_on(rated.question_set_id, rating=1, reason="too_easy", comment="너무 쉬워요", item=0)
        )
        await client.CreateFeedback(opinion_on(other.question_set_id))
        asked = messages.ListFeedbackRequest(unique_key=KEY, question_set_id=rated.question_set_id)
        listed = await client.ListFeedback(asked)

        erased = await ErasureServiceStub(channel).EraseResumeData(EraseResumeDataRequest(unique_key=KEY))
        failure = await failure_of(client.ListFeedback(asked))

    assert list(listed.feedback) == [second, first]
    assert (second.item, second.HasField("item"), first.HasField("item")) == (0, True, False)
    assert (second.answer_id, second.prompt_version, second.comment) == (rated.question_set_id, "local", "너무 쉬워요")
    assert erased.erased_documents == 2
    assert (failure.code, failure.reason) == (grpc.StatusCode.NOT_FOUND, "QUESTION_SET_NOT_FOUND")


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        pytest.param({"rating": 0}, {"rating": "must be 1 to 5"}, id="no-rating"),
        pytest.param({"rating": 6}, {"rating": "must be 1 to 5"}, id="beyond-the-scale"),
        pytest.param({"item": 5}, {"item": "must be 0 to 4"}, id="no-such-question"),
        pytest.param({"item": -1}, {"item": "must not be negative"}, id="negative"),
        pytest.param({"comment": "a" * 2001}, {"comment": "must have at most 2000 characters"}, id="long"),
        pytest.param({"comment": "a\x00b"}, {"comment": "must not hold control characters"}, id="control"),
        pytest.param(
            {"reason": "bad", "rating": 9, "unique_key": "docs"},
            {
                "unique_key": "is a reserved word",
                "rating": "must be 1 to 5",
                "reason": "must be empty or one of relevant, irrelevant, too_easy, too_hard, repetitive, unclear, "
                "incorrect, other",
            },
            id="all-at-once",
        ),
    ],
)
async def test_what_makes_no_sense_is_refused(clock: Clock, fields: dict[str, Any], refused: dict[str, str]) -> None:
    """Every offending field is named with its rule."""
    async with interview_service(clock, Resumes()) as channel:
        client: InterviewServiceAsyncStub = InterviewServiceStub(channel)
        rated = await generated(client)

        failure = await failure_of(client.CreateFeedback(opinion_on(rated.question_set_id, **fields)))

    assert (failure.code, failure.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST")
    assert failure.fields == refused


async def test_only_what_is_there_can_be_rated(clock: Clock) -> None:
    """A set that is unknown, or another resume's, is not found."""
    async with interview_service(clock, Resumes()) as channel:
        client: InterviewServiceAsyncStub = InterviewServiceStub(channel)
        rated = await generated(client)

        failures = [
            await failure_of(client.CreateFeedback(opinion_on("nope"))),
            await failure_of(client.CreateFeedback(opinion_on(rated.question_set_id, unique_key="lee"))),
        ]

    assert [failure.reason for failure in failures] == ["QUESTION_SET_NOT_FOUND"] * 2


async def test_prompts_are_compared(clock: Clock) -> None:
    """Each version by what was written with it: answers, checks, ratings, tokens, cost; and its share."""
    bad = GOOD.replace("하셨", "했").replace("나요?", "다.").replace("까요?", "다.").replace("세요.", "다.")
    scripts = {
        "gemini": [
            Completion(bad, "gemini", "gemini-1", Usage(1000, 0, 500, 100, 0.01)),
            Completion(GOOD, "gemini", "gemini-1", Usage(1000, 0, 500, 100, 0.01)),
        ]
    }
    tasks = load_tasks()
    old, new = sorted(tasks)[:2]
    async with interview_service(clock, Resumes(), scripts, tasks=Experiment(tasks, {old: 0, new: 1})) as channel:
        client: InterviewServiceAsyncStub = InterviewServiceStub(channel)
        rated = await generated(client)
        await generated(client, provider="local", fallback=False)
        for rating in (5, 4):
            await client.CreateFeedback(opinion_on(rated.question_set_id, rating=rating, reason="relevant"))

        answered = await client.GetPromptStats(messages.GetPromptStatsRequest())

    stats = {each.prompt_version: each for each in answered.prompts}
    ours = stats[new]
    assert list(stats) == ["local", new]
    assert rated.prompt_version == new
    assert (ours.share, ours.answers, ours.failures, ours.checked, ours.pass_rate) == (1, 1, 0, 2, 0.5)
    assert {check.check: (check.pass_rate, check.failed) for check in ours.checks} == {"polite": (0.5, 1)}
    assert (ours.mean_input_tokens, ours.mean_output_tokens) == (2000, 1200)
    assert ours.mean_cost_usd == pytest.approx(0.02)
    assert (ours.ratings.count, ours.ratings.mean, ours.ratings.mean_high) == (2, 4.5, 5)
    assert [(reason.reason, reason.count) for reason in ours.ratings.reasons] == [("relevant", 2)]
    assert (stats["local"].share, stats["local"].answers, stats["local"].pass_rate) == (0, 1, 1)
    assert ours.HasField("median_ms")


async def test_a_request_that_all_providers_failed_counts_against_the_prompt(clock: Clock) -> None:
    """It is a failure of the version that was used, with what the checks said."""
    tasks = load_tasks()
    version = newest(tasks)
    scripts = {"gemini": ["no answer", "no answer"]}
    async with interview_service(clock, Resumes(), scripts, tasks=Experiment(tasks, {version: 1})) as channel:
        client: InterviewServiceAsyncStub = InterviewServiceStub(channel)
        await failure_of(generated(client))

        answered = await client.GetPromptStats(messages.GetPromptStatsRequest())

    (stats,) = answered.prompts
    assert (stats.prompt_version, stats.answers, stats.failures, stats.pass_rate) == (version, 0, 1, 0)
    assert {check.check for check in stats.checks} == {"readable"}
