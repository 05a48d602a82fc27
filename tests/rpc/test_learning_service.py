"""The learning service through its typed client: what it makes of the use cases that every generator has."""

from __future__ import annotations  # the typed clients have their names in the stubs alone

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import grpc
import grpc.aio
import pytest

from career.erasure.v1.erasure_service_pb2 import EraseResumeDataRequest
from career.erasure.v1.erasure_service_pb2_grpc import ErasureServiceStub, add_ErasureServiceServicer_to_server
from career.learning.v1 import learning_service_pb2 as messages
from career.learning.v1.learning_service_pb2_grpc import LearningServiceStub, add_LearningServiceServicer_to_server
from services.learning.durations import duration_bounds, parse_duration
from services.learning.local_writer import write_path
from services.learning.servicer import ERASURE_NAME, SERVICE_NAME
from shared.clock import Clock
from shared.llm.errors import Overloaded
from shared.llm.scripted import Line
from shared.resume_profile.model import Level
from shared.rpc.server import Service
from tests.support.derived import SwitchableDatabase
from tests.support.failures import failure_of
from tests.support.generation import KEY, Resumes, scripted_registry, written
from tests.support.rpc import running
from tests.support.servicers import learning_servicer

if TYPE_CHECKING:
    from career.learning.v1.learning_service_pb2_grpc import LearningServiceAsyncStub

GOOD = written(write_path)


@asynccontextmanager
async def started(clock: Clock, scripts: Mapping[str, Sequence[Line]]) -> AsyncIterator[grpc.aio.Channel]:
    """The service over memory and scripted providers."""
    servicer = learning_servicer(Resumes(), scripted_registry(scripts, write_path), clock)

    def register(server: grpc.aio.Server) -> None:
        add_LearningServiceServicer_to_server(servicer, server)
        add_ErasureServiceServicer_to_server(servicer, server)

    async with running(Service((SERVICE_NAME, ERASURE_NAME), register, SwitchableDatabase().ping)) as channel:
        yield channel


async def test_a_path_is_written_listed_read_and_erased(clock: Clock) -> None:
    """A path has five to eight steps that serve the analysis, and lives until its resume is erased."""
    async with started(clock, {}) as channel:
        client: LearningServiceAsyncStub = LearningServiceStub(channel)
        answered = await client.GenerateLearningPath(messages.GenerateLearningPathRequest(unique_key=KEY))
        path_id = answered.learning_path_id
        read = await client.GetLearningPath(messages.GetLearningPathRequest(unique_key=KEY, learning_path_id=path_id))
        listed = await client.ListLearningPaths(messages.ListLearningPathsRequest(unique_key=KEY))
        erased = await ErasureServiceStub(channel).EraseResumeData(EraseResumeDataRequest(unique_key=KEY))
        failure = await failure_of(
            client.GetLearningPath(messages.GetLearningPathRequest(unique_key=KEY, learning_path_id=path_id))
        )

    points = {point.point for point in (*answered.analysis.strengths, *answered.analysis.weaknesses)}
    assert 5 <= len(answered.learning_paths) <= 8
    assert {step.analysis_point for step in answered.learning_paths} == points
    assert (read, list(listed.learning_paths)) == (answered, [answered])
    assert (erased.erased_documents, failure.reason) == (1, "LEARNING_PATH_NOT_FOUND")
    assert failure.metadata == {"unique_key": KEY, "learning_path_id": path_id}


async def test_the_next_provider_answers(clock: Clock) -> None:
    """An answer without steps is a failed attempt like an overloaded provider; the third one's is given."""
    empty = '{"analysis": {"strengths": [], "weaknesses": []}, "learning_paths": [], "summary": "요약입니다."}'
    async with started(clock, {"gemini": [Overloaded()], "openai": [empty], "claude": [GOOD]}) as channel:
        client: LearningServiceAsyncStub = LearningServiceStub(channel)
        answered = await client.GenerateLearningPath(messages.GenerateLearningPathRequest(unique_key=KEY))
        usage = await client.GetUsage(messages.GetUsageRequest())

    assert [(a.provider, a.outcome) for a in answered.attempts] == [
        ("gemini", "OVERLOADED"),
        ("openai", "ANSWER_REJECTED"),
        ("claude", "OK"),
    ]
    assert "count" in answered.attempts[1].failed_checks
    assert [(u.provider, u.failures) for u in usage.providers] == [("claude", 0), ("gemini", 1), ("openai", 1)]


@pytest.mark.parametrize("weekly_hours", [None, 8, 12], ids=str)
async def test_durations_fit_the_hours_of_a_week(clock: Clock, weekly_hours: int | None) -> None:
    """Whoever says how much time there is gets steps that can be done in it; silence is no fault."""
    shortest, longest = duration_bounds(Level.MIDDLE, weekly_hours)
    async with started(clock, {}) as channel:
        client: LearningServiceAsyncStub = LearningServiceStub(channel)
        request = messages.GenerateLearningPathRequest(unique_key=KEY, weekly_hours=weekly_hours)
        answered = await client.GenerateLearningPath(request)

    days = [parse_duration(step.estimated_duration) or 0 for step in answered.learning_paths]
    assert min(days) >= shortest
    assert max(days) <= longest


async def test_an_answer_that_does_not_fit_the_hours_is_rejected(clock: Clock) -> None:
    """The check holds for every provider: a path for somebody with all the time is none for one hour a week."""
    async with started(clock, {"gemini": [GOOD]}) as channel:
        client: LearningServiceAsyncStub = LearningServiceStub(channel)
        request = messages.GenerateLearningPathRequest(
            unique_key=KEY, weekly_hours=1, provider="gemini", fallback=False
        )
        failure = await failure_of(client.GenerateLearningPath(request))

    assert failure.reason == "ALL_PROVIDERS_FAILED"


@pytest.mark.parametrize("weekly_hours", [0, -1, 81], ids=str)
async def test_hours_that_no_week_has_are_refused(clock: Clock, weekly_hours: int) -> None:
    """A field out of bounds is named beside all others that are wrong, and nobody is asked."""
    async with started(clock, {"gemini": [GOOD]}) as channel:
        client: LearningServiceAsyncStub = LearningServiceStub(channel)
        request = messages.GenerateLearningPathRequest(unique_key=KEY, weekly_hours=weekly_hours, language="fr")
        failure = await failure_of(client.GenerateLearningPath(request))
        usage = await client.GetUsage(messages.GetUsageRequest())

    assert (failure.code, failure.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST")
    assert failure.fields == {"weekly_hours": "must be 1 to 80", "language": "must be one of ko, en"}
    assert not usage.providers


async def test_a_step_is_rated(clock: Clock) -> None:
    """Any step of the path, and none beyond its last."""
    async with started(clock, {}) as channel:
        client: LearningServiceAsyncStub = LearningServiceStub(channel)
        path = await client.GenerateLearningPath(messages.GenerateLearningPathRequest(unique_key=KEY))
        steps = len(path.learning_paths)
        asked = messages.CreateFeedbackRequest(
            unique_key=KEY, learning_path_id=path.learning_path_id, rating=5, item=steps - 1
        )
        given = await client.CreateFeedback(asked)
        asked.item = steps
        failure = await failure_of(client.CreateFeedback(asked))
        listed = await client.ListFeedback(
            messages.ListFeedbackRequest(unique_key=KEY, learning_path_id=path.learning_path_id)
        )
        stats = await client.GetPromptStats(messages.GetPromptStatsRequest())

    assert failure.fields == {"item": f"must be 0 to {steps - 1}"}
    assert list(listed.feedback) == [given]
    assert [(each.prompt_version, each.ratings.count) for each in stats.prompts] == [("local", 1), ("test/1", 0)]
