"""gRPC clients, through the gateway and straight to a service."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc
import grpc.aio
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from career.erasure.v1 import erasure_service_pb2
from career.erasure.v1.erasure_service_pb2_grpc import ErasureServiceStub
from career.interview.v1 import interview_service_pb2
from career.interview.v1.interview_service_pb2_grpc import InterviewServiceStub
from career.learning.v1 import learning_service_pb2
from career.learning.v1.learning_service_pb2_grpc import LearningServiceStub
from career.resume.v1 import resume_service_pb2
from career.resume.v1.resume_service_pb2_grpc import ResumeServiceStub
from shared.rpc.probe import is_serving
from tests.support.resumes import example_message
from tests.support.stack import Stack

NAMES = {
    "resume": {"career.resume.v1.ResumeService"},
    "interview": {"career.interview.v1.InterviewService", "career.erasure.v1.ErasureService"},
    "learning": {"career.learning.v1.LearningService", "career.erasure.v1.ErasureService"},
}


@pytest.fixture
async def gateway(stack: Stack) -> AsyncIterator[grpc.aio.Channel]:
    """A channel to the gateway's one port."""
    async with grpc.aio.insecure_channel(f"127.0.0.1:{stack.settings.gateway_port}") as channel:
        yield channel


async def test_the_gateway_serves_grpc_beside_rest(gateway: grpc.aio.Channel) -> None:
    """All three services on one port, errors with their own status."""
    resumes, interview, learning = (
        ResumeServiceStub(gateway),
        InterviewServiceStub(gateway),
        LearningServiceStub(gateway),
    )
    request = resume_service_pb2.CreateResumeRequest(resume=example_message())

    resume = await resumes.CreateResume(request)
    questions = await interview.GenerateQuestions(
        interview_service_pb2.GenerateQuestionsRequest(unique_key=resume.unique_key)
    )
    path = await learning.GenerateLearningPath(
        learning_service_pb2.GenerateLearningPathRequest(unique_key=resume.unique_key)
    )

    assert len(questions.questions) == 5
    assert 5 <= len(path.learning_paths) <= 8
    with pytest.raises(grpc.aio.AioRpcError, check=lambda error: error.code() is grpc.StatusCode.NOT_FOUND):
        await resumes.GetResume(resume_service_pb2.GetResumeRequest(unique_key="nobody"))


async def test_erasure_is_for_the_resume_service_alone(gateway: grpc.aio.Channel, stack: Stack) -> None:
    """The gateway has no route to it; a service of the inner network has."""
    request = erasure_service_pb2.EraseResumeDataRequest(unique_key="nobody")

    with pytest.raises(grpc.aio.AioRpcError, check=lambda error: error.code() is grpc.StatusCode.UNIMPLEMENTED):
        await ErasureServiceStub(gateway).EraseResumeData(request)

    async with grpc.aio.insecure_channel(f"127.0.0.1:{stack.settings.interview_port}") as direct:
        assert (await ErasureServiceStub(direct).EraseResumeData(request)).erased_documents == 0


@pytest.mark.parametrize("service", NAMES)
async def test_every_service_lists_itself(stack: Stack, service: str) -> None:
    """Reflection, so that grpcurl needs no contract files."""
    question = reflection_pb2.ServerReflectionRequest(list_services="")

    async with grpc.aio.insecure_channel(f"127.0.0.1:{stack.settings.port(service)}") as channel:
        stub: Any = reflection_pb2_grpc.ServerReflectionStub(channel)  # type: ignore[arg-type] # its types know no aio
        answers = stub.ServerReflectionInfo(iter([question]))
        listed = {entry.name async for answer in answers for entry in answer.list_services_response.service}

    assert listed == NAMES[service] | {"grpc.health.v1.Health", "grpc.reflection.v1alpha.ServerReflection"}


@pytest.mark.parametrize("service", NAMES)
async def test_every_service_tells_its_health(stack: Stack, service: str) -> None:
    """As a whole and by name; a container's health check says the same."""
    address = f"127.0.0.1:{stack.settings.port(service)}"

    async with grpc.aio.insecure_channel(address) as channel:
        stub: Any = health_pb2_grpc.HealthStub(channel)  # its types know no methods
        answers = [await stub.Check(health_pb2.HealthCheckRequest(service=name)) for name in ("", *NAMES[service])]

    assert {answer.status for answer in answers} == {health_pb2.HealthCheckResponse.SERVING}
    assert is_serving(address)


@pytest.mark.parametrize("service", NAMES)
async def test_the_gateway_leads_to_each_services_reflection_and_health(
    gateway: grpc.aio.Channel, service: str
) -> None:
    """By a header, which `grpcurl -H` sends; a call that would stay open is not let in."""
    metadata = (("career-service", service),)
    question = reflection_pb2.ServerReflectionRequest(list_services="")
    reflection: Any = reflection_pb2_grpc.ServerReflectionStub(gateway)  # type: ignore[arg-type] # its types know no aio
    health: Any = health_pb2_grpc.HealthStub(gateway)  # its types know no methods

    answers = reflection.ServerReflectionInfo(iter([question]), metadata=metadata)
    listed = {entry.name async for answer in answers for entry in answer.list_services_response.service}
    checks = [health_pb2.HealthCheckRequest(service=name) for name in NAMES[service]]
    states = [await health.Check(check, metadata=metadata) for check in checks]

    assert listed > NAMES[service]
    assert {state.status for state in states} == {health_pb2.HealthCheckResponse.SERVING}
    with pytest.raises(grpc.aio.AioRpcError, check=lambda error: error.code() is grpc.StatusCode.UNIMPLEMENTED):
        await anext(aiter(health.Watch(checks[0], metadata=metadata)))


async def test_reflection_answers_while_its_stream_is_open(gateway: grpc.aio.Channel) -> None:
    """As command-line clients ask: their next question depends on the answer."""
    answered = asyncio.Event()

    async def questions() -> AsyncIterator[reflection_pb2.ServerReflectionRequest]:
        yield reflection_pb2.ServerReflectionRequest(list_services="")
        await answered.wait()

    reflection: Any = reflection_pb2_grpc.ServerReflectionStub(gateway)  # type: ignore[arg-type] # its types know no aio
    answers = reflection.ServerReflectionInfo(questions(), timeout=5)
    first = await anext(aiter(answers))
    answered.set()

    assert first.list_services_response.service


async def test_a_clients_own_deadline_is_respected(gateway: grpc.aio.Channel) -> None:
    """The gateway's default is only for calls without one."""
    request = resume_service_pb2.GetResumeRequest(unique_key="nobody")

    with pytest.raises(grpc.aio.AioRpcError, check=lambda e: e.code() is grpc.StatusCode.DEADLINE_EXCEEDED):
        await ResumeServiceStub(gateway).GetResume(request, timeout=0.000_001)
