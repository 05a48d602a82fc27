"""What every server has: errors without their text, request ids, health, reflection, metrics."""

from __future__ import annotations  # calls have type parameters in the stubs alone

import asyncio
from collections.abc import AsyncIterator, Iterator
from itertools import chain, repeat
from typing import Any

import grpc
import grpc.aio
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from prometheus_client import CollectorRegistry

from career.interview.v1 import interview_pb2
from career.interview.v1 import interview_service_pb2 as messages
from career.interview.v1.interview_service_pb2_grpc import (
    InterviewServiceServicer,
    InterviewServiceStub,
    add_InterviewServiceServicer_to_server,
)
from career.resume.v1.resume_service_pb2 import ListResumesRequest
from career.resume.v1.resume_service_pb2_grpc import ResumeServiceStub
from shared.errors import NotFound
from shared.rpc.calls import Context
from shared.rpc.server import Service, build_server
from tests.support.derived import SwitchableDatabase
from tests.support.failures import failure_of
from tests.support.rpc import running

INTERVIEW = "career.interview.v1.InterviewService"
SECRET = "010-1234-5678"


class SetNotFound(NotFound):
    """A failure of a made-up service."""

    reason = "SET_NOT_FOUND"
    message = "no set '{set_id}'"


class FaultyServicer(InterviewServiceServicer):
    """Fails in the way that each method is told by its key."""

    def __init__(self) -> None:
        self.cancelled = asyncio.Event()
        self.started = asyncio.Event()

    async def GetQuestionSet(
        self, request: messages.GetQuestionSetRequest, _context: Context
    ) -> interview_pb2.QuestionSet:
        """Fails, hangs or answers with something else."""
        if request.unique_key == "defect":
            raise ValueError(SECRET)
        if request.unique_key == "missing":
            raise SetNotFound(set_id=request.question_set_id or "s")
        if request.unique_key == "hang":
            self.started.set()
            try:
                await asyncio.Event().wait()
            finally:
                self.cancelled.set()
        if request.unique_key == "wrong":
            return object()  # type: ignore[return-value] # on purpose
        return interview_pb2.QuestionSet()

    async def StreamQuestions(
        self, request: messages.StreamQuestionsRequest, _context: Context
    ) -> AsyncIterator[messages.StreamQuestionsResponse]:
        """Answers once, then fails."""
        yield messages.StreamQuestionsResponse()
        if request.unique_key == "defect":
            raise ValueError(SECRET)


@pytest.fixture
def servicer() -> FaultyServicer:
    """The servicer behind the channel."""
    return FaultyServicer()  # type: ignore[abstract] # what it lacks answers UNIMPLEMENTED


@pytest.fixture
async def faulty(servicer: FaultyServicer) -> AsyncIterator[grpc.aio.Channel]:
    """A channel to a service that fails on demand."""

    def register(server: grpc.aio.Server) -> None:
        add_InterviewServiceServicer_to_server(servicer, server)

    async with running(Service((INTERVIEW,), register, SwitchableDatabase().ping)) as channel:
        yield channel


def get(
    channel: grpc.aio.Channel, key: str, **options: Any
) -> grpc.aio.UnaryUnaryCall[messages.GetQuestionSetRequest, interview_pb2.QuestionSet]:
    """Calls the faulty method."""
    stub = InterviewServiceStub(channel)
    return stub.GetQuestionSet(messages.GetQuestionSetRequest(unique_key=key), **options)


@pytest.mark.parametrize("key", ["defect", "wrong"], ids=["handler raises", "answer cannot be written"])
async def test_no_text_of_a_defect_reaches_the_caller(faulty: grpc.aio.Channel, key: str) -> None:
    """What was not foreseen becomes INTERNAL with a request id and nothing else."""
    failure = await failure_of(get(faulty, key))

    assert (failure.code, failure.reason, failure.message) == (
        grpc.StatusCode.INTERNAL,
        "INTERNAL_ERROR",
        "internal error",
    )
    assert failure.request_id
    assert SECRET not in str(failure)


async def test_no_text_of_a_defect_reaches_the_reader_of_a_stream(faulty: grpc.aio.Channel) -> None:
    """A stream that breaks ends like any other failed call."""
    call = InterviewServiceStub(faulty).StreamQuestions(messages.StreamQuestionsRequest(unique_key="defect"))

    first = await call.read()
    failure = await failure_of(call.read())

    assert isinstance(first, messages.StreamQuestionsResponse)
    assert (failure.code, failure.message) == (grpc.StatusCode.INTERNAL, "internal error")


async def test_foreseen_failure(faulty: grpc.aio.Channel) -> None:
    """A failure of ours carries its code, reason, metadata and message."""
    failure = await failure_of(get(faulty, "missing"))

    assert (failure.code, failure.reason) == (grpc.StatusCode.NOT_FOUND, "SET_NOT_FOUND")
    assert (failure.metadata, failure.message) == ({"set_id": "s"}, "no set 's'")


@pytest.mark.parametrize("character", ["x", "김", "😀"], ids=["ASCII", "Hangul", "emoji"])
async def test_a_failure_fits_whatever_was_asked_for(faulty: grpc.aio.Channel, character: str) -> None:
    """An id of any length comes back cut, with the code and reason that any other one gets."""
    request = messages.GetQuestionSetRequest(unique_key="missing", question_set_id=character * 20_000)

    failure = await failure_of(InterviewServiceStub(faulty).GetQuestionSet(request))

    assert (failure.code, failure.reason) == (grpc.StatusCode.NOT_FOUND, "SET_NOT_FOUND")
    assert failure.metadata["set_id"].endswith(f"{character}…")


@pytest.mark.parametrize("body", [b"\xff\xff\xff", b"\x0a\x02\xc3\x28"], ids=["not a message", "not UTF-8"])
async def test_malformed_request(faulty: grpc.aio.Channel, body: bytes) -> None:
    """Bytes that are not the message are refused as such."""
    call: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = faulty.unary_unary(
        "/career.interview.v1.InterviewService/GetQuestionSet"
    )

    failure = await failure_of(call(body))

    assert (failure.code, failure.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "MALFORMED_REQUEST")


async def test_unknown_method(faulty: grpc.aio.Channel) -> None:
    """A method that nobody serves is UNIMPLEMENTED."""
    failure = await failure_of(ResumeServiceStub(faulty).ListResumes(ListResumesRequest()))

    assert failure.code is grpc.StatusCode.UNIMPLEMENTED


async def test_a_caller_that_leaves_ends_the_handler(servicer: FaultyServicer, faulty: grpc.aio.Channel) -> None:
    """Cancelling a call cancels what it had begun."""
    call = get(faulty, "hang")
    await servicer.started.wait()

    call.cancel()

    await asyncio.wait_for(servicer.cancelled.wait(), 5)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        pytest.param("abc-123", True, id="sane"),
        pytest.param("a b", False, id="space"),
        pytest.param("x" * 129, False, id="long"),
        pytest.param("", False, id="empty"),
    ],
)
async def test_request_id(faulty: grpc.aio.Channel, given: str, *, kept: bool) -> None:
    """A sane id is taken over, another one is replaced; the caller gets it back either way."""
    call = get(faulty, "", metadata=(("x-request-id", given),))
    await call

    answered = dict(await call.trailing_metadata())["x-request-id"]

    assert (answered == given) is kept
    assert answered


async def test_health_follows_the_database(channel: grpc.aio.Channel, database: SwitchableDatabase) -> None:
    """Health says SERVING by name while the database answers, NOT_SERVING while it does not, and SERVING again."""
    watch: Any = health_pb2_grpc.HealthStub(channel).Watch(  # type: ignore[attr-defined] # not in the library's stubs
        health_pb2.HealthCheckRequest(service="career.resume.v1.ResumeService")
    )
    serving, away = health_pb2.HealthCheckResponse.SERVING, health_pb2.HealthCheckResponse.NOT_SERVING

    async def wait_for(status: object) -> None:
        while (await watch.read()).status != status:
            pass

    await asyncio.wait_for(wait_for(serving), 10)
    database.on = False
    await asyncio.wait_for(wait_for(away), 10)
    database.on = True
    await asyncio.wait_for(wait_for(serving), 10)
    watch.cancel()


async def test_health_outlives_a_check_that_breaks() -> None:
    """A defect in the check means NOT_SERVING, for as long as it lasts and no longer."""
    answers: Iterator[bool | Exception] = chain([ValueError(SECRET)], repeat(True))

    async def check() -> bool:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async with running(Service((), lambda _server: None, check)) as channel:
        watch: Any = health_pb2_grpc.HealthStub(channel).Watch(  # type: ignore[attr-defined] # not in the library's stubs
            health_pb2.HealthCheckRequest(service="")
        )
        async with asyncio.timeout(10):
            while (await watch.read()).status != health_pb2.HealthCheckResponse.SERVING:
                pass
        watch.cancel()


async def test_reflection_lists_the_services(channel: grpc.aio.Channel) -> None:
    """A client without contracts finds out what is served."""
    stub: Any = reflection_pb2_grpc.ServerReflectionStub(channel)  # type: ignore[arg-type] # stubs know no aio
    call = stub.ServerReflectionInfo(iter([reflection_pb2.ServerReflectionRequest(list_services="")]))

    response = await call.read()

    names = {service.name for service in response.list_services_response.service}
    assert {"career.resume.v1.ResumeService", "grpc.health.v1.Health"} <= names


async def test_metrics_count_calls_by_code() -> None:
    """Every call is counted and timed by method and code, and is no longer in flight when it has ended."""
    registry = CollectorRegistry()
    servicer = FaultyServicer()  # type: ignore[abstract] # what it lacks answers UNIMPLEMENTED

    def register(server: grpc.aio.Server) -> None:
        add_InterviewServiceServicer_to_server(servicer, server)

    server, _ = build_server(Service((INTERVIEW,), register, SwitchableDatabase().ping), registry)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as open_channel:
        await get(open_channel, "")
        await failure_of(get(open_channel, "missing"))
        await failure_of(get(open_channel, "defect"))
    await server.stop(1)

    def value(name: str, **labels: str) -> float | None:
        service = {"grpc_service": INTERVIEW, "grpc_method": "GetQuestionSet"}
        return registry.get_sample_value(name, service | labels)

    assert [value("grpc_server_handled_total", grpc_code=code) for code in ("OK", "NOT_FOUND", "INTERNAL")] == [1, 1, 1]
    assert value("grpc_server_handling_seconds_count", grpc_code="OK") == 1
    assert (value("grpc_server_started_total"), value("grpc_server_in_flight")) == (3, 0)
