"""Services that behave as no real stack does on demand: they fail first, stay silent, or send given events."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event

import grpc

from career.interview.v1.interview_pb2 import Question, QuestionSet
from career.interview.v1.interview_service_pb2 import (
    GenerateQuestionsRequest,
    StreamQuestionsRequest,
    StreamQuestionsResponse,
)
from career.interview.v1.interview_service_pb2_grpc import (
    InterviewServiceServicer,
    add_InterviewServiceServicer_to_server,
)
from career.resume.v1.resume_pb2 import Resume
from career.resume.v1.resume_service_pb2 import (
    CreateResumeRequest,
    DeleteResumeRequest,
    DeleteResumeResponse,
    GetResumeRequest,
)
from career.resume.v1.resume_service_pb2_grpc import ResumeServiceServicer, add_ResumeServiceServicer_to_server


@dataclass
class Interview:
    """An interview service that is unavailable `failures` times, or is `silent`, and streams `events`.

    Of each request for questions it notes the idempotency key and the seconds that are left.
    """

    failures: int = 0
    silent: bool = False
    events: list[StreamQuestionsResponse] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    deadlines: list[float] = field(default_factory=list)
    released: Event = field(default_factory=Event)


class InterviewServicer(InterviewServiceServicer):
    """Does as it is told."""

    def __init__(self, interview: Interview) -> None:
        self._interview = interview

    def GenerateQuestions(self, request: GenerateQuestionsRequest, context: grpc.ServicerContext) -> QuestionSet:
        """Answers with one question that names what it was asked."""
        told = self._interview
        told.keys.append(str(dict(context.invocation_metadata()).get("idempotency-key", "")))
        told.deadlines.append(context.time_remaining())
        if told.silent:
            told.released.wait()
        if len(told.keys) <= told.failures:
            context.abort(grpc.StatusCode.UNAVAILABLE, "being restarted")
        return QuestionSet(
            questions=[Question(difficulty="중급", question=f"{request.unique_key} {request.language}?")]
        )

    def StreamQuestions(
        self, _request: StreamQuestionsRequest, _context: grpc.ServicerContext
    ) -> Iterator[StreamQuestionsResponse]:
        """Sends the events."""
        yield from self._interview.events


class Resumes(ResumeServiceServicer):
    """Takes any resume under the key `kim`, and has none."""

    def CreateResume(self, _request: CreateResumeRequest, _context: grpc.ServicerContext) -> Resume:
        """Gives the key."""
        return Resume(unique_key="kim")

    def GetResume(self, _request: GetResumeRequest, context: grpc.ServicerContext) -> Resume:
        """Finds nothing, and says so without details."""
        context.abort(grpc.StatusCode.NOT_FOUND, "no resume")
        raise AssertionError

    def DeleteResume(self, request: DeleteResumeRequest, _context: grpc.ServicerContext) -> DeleteResumeResponse:
        """Says that two sets went with it."""
        return DeleteResumeResponse(unique_key=request.unique_key, erased_documents=2)


@contextmanager
def serving(interview: Interview) -> Iterator[str]:
    """Both services on one free port; the address of it. Stopped at the end."""
    server = grpc.server(ThreadPoolExecutor(4))
    # What the clients call is enough.
    add_InterviewServiceServicer_to_server(InterviewServicer(interview), server)  # type: ignore[abstract]
    add_ResumeServiceServicer_to_server(Resumes(), server)  # type: ignore[abstract]
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        interview.released.set()
        server.stop(0).wait()
