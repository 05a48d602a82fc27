"""Both services that stream, each in this process over any providers, and what a reader makes of a stream."""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import grpc.aio

from career.interview.v1 import interview_service_pb2 as interview
from career.interview.v1.interview_service_pb2_grpc import InterviewServiceStub, add_InterviewServiceServicer_to_server
from career.learning.v1 import learning_service_pb2 as learning
from career.learning.v1.learning_service_pb2_grpc import LearningServiceStub, add_LearningServiceServicer_to_server
from services.interview.local_writer import write_questions
from services.interview.servicer import SERVICE_NAME as INTERVIEW
from services.learning.local_writer import write_path
from services.learning.servicer import SERVICE_NAME as LEARNING
from shared.clock import Clock
from shared.generation.composition import LocalWriter
from shared.llm.registry import LLMRegistry
from shared.rpc.server import Service
from tests.support.derived import SwitchableDatabase
from tests.support.generation import KEY, Resumes, written
from tests.support.rpc import running
from tests.support.servicers import interview_servicer, learning_servicer


@dataclass(frozen=True)
class Streaming:
    """One of the services; `of` gives the items of a whole answer."""

    name: str
    write: LocalWriter
    servicer: Callable[[Resumes, LLMRegistry, Clock], Any]
    register: Callable[[Any, grpc.aio.Server], None]
    stub: Callable[[grpc.aio.Channel], Any]
    stream_name: str
    stream_request: Callable[..., Any]
    generate_name: str
    generate_request: Callable[..., Any]
    list_name: str
    list_request: Callable[..., Any]
    of: Callable[[Any], Sequence[Any]]
    listed: Callable[[Any], Sequence[Any]]

    @property
    def good(self) -> str:
        """A good answer about the documented resume, as a vendor would send it."""
        return written(self.write)

    @asynccontextmanager
    async def over(self, registry: LLMRegistry, clock: Clock, resumes: Resumes | None = None) -> AsyncIterator["Open"]:
        """Runs the service over these providers, and closes both."""
        servicer = self.servicer(resumes or Resumes(), registry, clock)
        service = Service((self.name,), lambda server: self.register(servicer, server), SwitchableDatabase().ping)
        async with registry, running(service) as channel:
            yield Open(self, self.stub(channel))


@dataclass(frozen=True)
class Open:
    """A running service and its typed client."""

    kind: Streaming
    client: Any

    def stream(self, *, timeout: float | None = None, request_id: str = "", **fields: Any) -> Any:
        """Asks for a stream about the documented resume."""
        request = self.kind.stream_request(**({"unique_key": KEY} | fields))
        return getattr(self.client, self.kind.stream_name)(request, timeout=timeout, metadata=_with_id(request_id))

    def generate(self, *, request_id: str = "", **fields: Any) -> Any:
        """Asks for a whole answer about the documented resume."""
        request = self.kind.generate_request(**({"unique_key": KEY} | fields))
        return getattr(self.client, self.kind.generate_name)(request, metadata=_with_id(request_id))

    async def stored(self) -> list[Any]:
        """All answers about the documented resume."""
        page = await getattr(self.client, self.kind.list_name)(self.kind.list_request(unique_key=KEY))
        return list(self.kind.listed(page))


def kinds_of(events: Iterable[Any]) -> list[str]:
    """The names of the events."""
    return [event.WhichOneof("event") for event in events]


def replay(events: Iterable[Any]) -> list[Any]:
    """The items that a reader has who does as the events say."""
    shown: dict[int, Any] = {}
    seen = 0
    for event in events:
        if event.HasField("item"):
            assert event.index == seen
            shown[event.index] = event.item
            seen += 1
        elif event.HasField("restarted"):
            shown = {index: shown[index] for index in event.restarted.kept_indexes}
    return list(shown.values())


def by_text(items: Iterable[Any]) -> list[str]:
    """Items in an order of their own."""
    return sorted(map(str, items))


def _with_id(request_id: str) -> tuple[tuple[str, str], ...]:
    return (("x-request-id", request_id),) if request_id else ()


STREAMING = {
    "interview": Streaming(
        INTERVIEW,
        write_questions,
        interview_servicer,
        add_InterviewServiceServicer_to_server,
        InterviewServiceStub,
        "StreamQuestions",
        interview.StreamQuestionsRequest,
        "GenerateQuestions",
        interview.GenerateQuestionsRequest,
        "ListQuestionSets",
        interview.ListQuestionSetsRequest,
        attrgetter("questions"),
        attrgetter("question_sets"),
    ),
    "learning": Streaming(
        LEARNING,
        write_path,
        learning_servicer,
        add_LearningServiceServicer_to_server,
        LearningServiceStub,
        "StreamLearningPath",
        learning.StreamLearningPathRequest,
        "GenerateLearningPath",
        learning.GenerateLearningPathRequest,
        "ListLearningPaths",
        learning.ListLearningPathsRequest,
        attrgetter("learning_paths"),
        attrgetter("learning_paths"),
    ),
}
