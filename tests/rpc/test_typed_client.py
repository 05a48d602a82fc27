"""The blocking typed client that the README shows, against a channel that a test answers by hand."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import grpc
import grpc_testing
import pytest

from career.interview.v1 import interview_service_pb2
from career.interview.v1.interview_pb2 import Question, QuestionSet
from career.interview.v1.interview_service_pb2 import GenerateQuestionsRequest
from career.interview.v1.interview_service_pb2_grpc import InterviewServiceStub

SERVICE = interview_service_pb2.DESCRIPTOR.services_by_name["InterviewService"]
METHOD = SERVICE.methods_by_name["GenerateQuestions"]
REQUEST = GenerateQuestionsRequest(unique_key="kim-dev", language="ko")


@pytest.fixture
def channel() -> grpc_testing.Channel:
    """A channel whose other end is the test, at a time that stands still."""
    return grpc_testing.channel([SERVICE], grpc_testing.strict_fake_time(0))


@pytest.fixture
def asked(channel: grpc_testing.Channel) -> Iterator[Future[QuestionSet]]:
    """A call that waits for its answer in a thread of its own."""
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(InterviewServiceStub(channel).GenerateQuestions, REQUEST, timeout=75)


def test_what_is_asked_and_answered(channel: grpc_testing.Channel, asked: Future[QuestionSet]) -> None:
    """The request arrives as it was written, and the answer as it was sent."""
    answer = QuestionSet(questions=[Question(question="Kafka 토픽 설계 기준은?", difficulty="중급")])

    _, request, call = channel.take_unary_unary(METHOD)
    call.send_initial_metadata(())
    call.terminate(answer, (), grpc.StatusCode.OK, "")

    assert request == REQUEST
    assert not request.HasField("fallback")
    assert [(q.difficulty, q.question) for q in asked.result(10).questions] == [("중급", "Kafka 토픽 설계 기준은?")]


def test_how_a_failure_arrives(channel: grpc_testing.Channel, asked: Future[QuestionSet]) -> None:
    """A failure is an exception with code, message and details."""
    details = (("grpc-status-details-bin", b"details"),)

    _, _, call = channel.take_unary_unary(METHOD)
    call.terminate(None, details, grpc.StatusCode.NOT_FOUND, "no resume has the unique_key 'kim-dev'")
    error = asked.exception(10)

    assert isinstance(error, grpc.RpcError)
    assert isinstance(error, grpc.Call)
    assert (error.code(), error.details()) == (grpc.StatusCode.NOT_FOUND, "no resume has the unique_key 'kim-dev'")
    assert dict(error.trailing_metadata())["grpc-status-details-bin"] == b"details"
