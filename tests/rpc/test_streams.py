"""Streams of both services through their typed clients: items as they are written, failures, and who leaves."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import grpc
import grpc.aio
import pytest
from google.rpc.error_details_pb2 import ErrorInfo
from google.rpc.status_pb2 import Status
from structlog.testing import capture_logs

from career.interview.v1 import interview_service_pb2 as messages
from career.interview.v1.interview_pb2 import Question
from career.interview.v1.interview_service_pb2_grpc import (
    InterviewServiceServicer,
    InterviewServiceStub,
    add_InterviewServiceServicer_to_server,
)
from shared.clock import Clock
from shared.llm.errors import ContentFiltered
from shared.llm.registry import LLMRegistry
from shared.llm.scripted import Line
from shared.llm.settings import Limits, LLMSettings, ProviderSettings
from shared.rpc.calls import Context
from shared.rpc.server import Service
from tests.rpc.streams import STREAMING, Streaming, by_text, kinds_of, replay
from tests.support.derived import SwitchableDatabase
from tests.support.failures import failure_of
from tests.support.generation import KEY, Resumes, scripted_registry
from tests.support.rpc import running
from tests.support.vendors import End, FakeClaude, FakeOpenAI, answer, cut, hang, status

SECRET = "010-1234-5678"


@pytest.fixture(params=STREAMING)
def kind(request: pytest.FixtureRequest) -> Streaming:
    """Each service in turn."""
    return STREAMING[request.param]


@pytest.fixture
async def vendors() -> AsyncIterator[dict[str, Any]]:
    """Two vendors over real sockets, many pieces to an answer."""
    async with AsyncExitStack() as stack:
        fakes = {"openai": FakeOpenAI(pieces=60), "claude": FakeClaude(pieces=60)}
        yield {name: await stack.enter_async_context(fake) for name, fake in fakes.items()}


def registry_of(vendors: dict[str, Any], *names: str) -> LLMRegistry:
    """The real clients of these vendors, in this order."""
    settings = {
        name: ProviderSettings(name, model="m", api_key="k", base_url=vendors[name].base_url, timeout=20.0)
        for name in names
    }
    return LLMRegistry(LLMSettings(order=names, providers=settings))


def scripted(kind: Streaming, *lines: Line, limits: Limits | None = None) -> LLMRegistry:
    """A provider that replays these lines."""
    return scripted_registry({"gemini": lines}, kind.write, limits=limits)


def reason_of(status: Status) -> str:
    """The reason that a status gives."""
    info = ErrorInfo()
    assert any(detail.Unpack(info) for detail in status.details)
    return str(info.reason)


async def test_local_streams(kind: Streaming, clock: Clock) -> None:
    """Who is asked, each item with its index, and at the end the answer as it is stored."""
    # Given
    registry = scripted_registry({}, kind.write)

    # When
    async with kind.over(registry, clock) as service:
        events = [event async for event in service.stream()]
        stored = await service.stored()

    # Then
    *shown, last = events
    count = len(kind.of(last.completed))
    assert kinds_of(events) == ["started", *["item"] * count, "completed"]
    assert (shown[0].started.provider, shown[0].started.model) == ("local", last.completed.model)
    assert [event.index for event in shown[1:]] == list(range(count))
    assert by_text(replay(shown)) == by_text(kind.of(last.completed))
    assert stored == [last.completed]


async def test_items_come_while_the_model_writes(kind: Streaming, clock: Clock, vendors: dict[str, Any]) -> None:
    """They are there before its answer is; a reader who hangs up then ends the request, and nothing is stored."""
    # Given
    vendor = vendors["openai"]
    vendor.script(cut(kind.good, end=End.STALLED, share=0.85))

    # When
    async with kind.over(registry_of(vendors, "openai"), clock) as service:
        call = service.stream(timeout=60)
        events = [await call.read() for _ in range(3)]
        is_writing = not vendor.abandoned.is_set()
        call.cancel()
        await vendor.abandoned.wait()
        stored = await service.stored()

    # Then
    assert kinds_of(events) == ["started", "item", "item"]
    assert is_writing
    assert stored == []


async def test_the_next_provider_goes_on(kind: Streaming, clock: Clock, vendors: dict[str, Any]) -> None:
    """A stream that breaks loses nothing that was good: it stays, and only the rest is written by the next one."""
    # Given
    vendors["openai"].script(cut(kind.good, end=status(500), share=0.85))
    vendors["claude"].script(answer(kind.good))

    # When
    async with kind.over(registry_of(vendors, "openai", "claude"), clock) as service:
        events = [event async for event in service.stream(timeout=60)]

    # Then
    *shown, last = events
    restarts = [event.restarted for event in events if event.HasField("restarted")]
    assert [(each.provider, each.cause) for each in restarts] == [("claude", "OVERLOADED")]
    assert list(restarts[0].kept_indexes) == list(range(kinds_of(events).index("restarted") - 1))
    assert len(restarts[0].kept_indexes) >= 2
    assert by_text(replay(shown)) == by_text(kind.of(last.completed))
    assert [attempt.outcome for attempt in last.completed.attempts] == ["OVERLOADED", "OK"]


async def test_a_failure_after_the_start_is_the_last_event(kind: Streaming, clock: Clock) -> None:
    """It is word for word the status of a call that is no stream; for whoever observes the call it has failed."""
    # Given
    registry = scripted(kind, *[ContentFiltered()] * 2)

    # When
    async with kind.over(registry, clock) as service:
        with capture_logs() as logs:
            events = [event async for event in service.stream(request_id="r-1")]
        failure = await failure_of(service.generate(request_id="r-1"))
        stored = await service.stored()

    # Then
    assert kinds_of(events) == ["started", "failed"]
    assert reason_of(events[-1].failed) == "ALL_PROVIDERS_FAILED"
    assert events[-1].failed.SerializeToString() == failure.trailers["grpc-status-details-bin"]
    assert [entry["code"] for entry in logs if entry["event"] == "rpc.handled"] == ["INTERNAL"]
    assert stored == []


@pytest.mark.parametrize(
    ("fields", "code", "reason"),
    [
        ({"unique_key": "nope"}, grpc.StatusCode.NOT_FOUND, "RESUME_NOT_FOUND"),
        ({"language": "fr"}, grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST"),
        ({"unique_key": "a/b"}, grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST"),
        ({"provider": "claude"}, grpc.StatusCode.INVALID_ARGUMENT, "PROVIDER_NOT_AVAILABLE"),
        ({}, grpc.StatusCode.RESOURCE_EXHAUSTED, "TOO_MANY_CALLS"),
    ],
    ids=["no resume", "language", "key", "provider", "too many"],
)
async def test_what_is_known_before_the_start_fails_the_call(
    kind: Streaming, clock: Clock, fields: dict[str, Any], code: grpc.StatusCode, reason: str
) -> None:
    """Nobody has to look into a stream for it."""
    # Given
    registry = scripted(kind, kind.good, limits=Limits(calls_per_minute=1))

    # When
    async with kind.over(registry, clock) as service:
        await service.generate()
        failure = await failure_of(service.stream(**fields).read())

    # Then
    assert (failure.code, failure.reason) == (code, reason)


async def test_a_resume_that_is_deleted_meanwhile_leaves_nothing(kind: Streaming, clock: Clock) -> None:
    """All items were shown, and yet there is no answer about a resume that is gone."""
    # Given
    resumes = Resumes()

    def go_away(number: int) -> None:
        if number == 2:
            resumes.resumes.clear()

    resumes.on_get = go_away

    # When
    async with kind.over(scripted(kind, kind.good), clock, resumes) as service:
        events = [event async for event in service.stream()]
        stored = await service.stored()

    # Then
    assert kinds_of(events) == ["started", *["item"] * 5, "failed"]
    assert (events[-1].failed.code, reason_of(events[-1].failed)) == (
        grpc.StatusCode.NOT_FOUND.value[0],
        "RESUME_NOT_FOUND",
    )
    assert stored == []


async def test_no_text_of_a_defect_is_in_a_stream(kind: Streaming, clock: Clock) -> None:
    """What was not foreseen becomes INTERNAL in the last event too, and its kind is in the log."""
    # Given
    resumes = Resumes()

    def break_down(number: int) -> None:
        if number == 2:
            raise ValueError(SECRET)

    resumes.on_get = break_down

    # When
    async with kind.over(scripted(kind, kind.good), clock, resumes) as service:
        with capture_logs() as logs:
            events = [event async for event in service.stream()]

    # Then
    failed = events[-1].failed
    assert (failed.code, failed.message, reason_of(failed)) == (13, "internal error", "INTERNAL_ERROR")
    assert SECRET not in str(failed)
    defects = [entry for entry in logs if entry["event"] == "rpc.defect"]
    assert [entry["method"].split("/")[1] for entry in defects] == [kind.name]


async def test_the_readers_deadline_ends_the_requests(kind: Streaming, clock: Clock, vendors: dict[str, Any]) -> None:
    """Shortly before it the reader hears that there was no time, and the vendor is left."""
    # Given
    vendors["openai"].script(hang())

    # When
    async with kind.over(registry_of(vendors, "openai"), clock) as service:
        call = service.stream(timeout=1.5)
        events = [event async for event in call]

    # Then
    assert kinds_of(events) == ["started", "failed"]
    assert reason_of(events[-1].failed) == "ALL_PROVIDERS_FAILED"
    assert vendors["openai"].abandoned.is_set()


async def test_a_slow_reader_holds_nothing_up(kind: Streaming, clock: Clock) -> None:
    """The answer is written and stored whether or not somebody reads along; all events are there for him then."""
    # Given
    resumes, confirmed = Resumes(), asyncio.Event()
    resumes.on_get = lambda number: confirmed.set() if number == 2 else None

    # When
    async with kind.over(scripted(kind, kind.good), clock, resumes) as service:
        call = service.stream()
        await confirmed.wait()
        events = [event async for event in call]

    # Then
    assert kinds_of(events) == ["started", *["item"] * 5, "completed"]


class Endless(InterviewServiceServicer):
    """Sends more than anybody reads, and notes who ends it."""

    def __init__(self) -> None:
        self.begun_by: list[asyncio.Task[Any] | None] = []
        self.ended_by: list[asyncio.Task[Any] | None] = []
        self.ended = asyncio.Event()

    async def StreamQuestions(
        self, _request: messages.StreamQuestionsRequest, _context: Context
    ) -> AsyncIterator[messages.StreamQuestionsResponse]:
        """Never waits for anything but its reader."""
        self.begun_by.append(asyncio.current_task())
        try:
            while True:
                yield messages.StreamQuestionsResponse(item=Question(question="?" * 50_000))
        finally:
            self.ended_by.append(asyncio.current_task())
            self.ended.set()


async def test_a_stream_that_waits_for_its_reader_ends_with_the_call() -> None:
    """In the task of the call, so that a server that stops has waited for it."""
    # Given
    servicer = Endless()  # type: ignore[abstract] # what it lacks answers UNIMPLEMENTED
    service = Service(
        (STREAMING["interview"].name,),
        lambda server: add_InterviewServiceServicer_to_server(servicer, server),
        SwitchableDatabase().ping,
    )

    # When
    async with running(service) as channel:
        call: Any = InterviewServiceStub(channel).StreamQuestions(messages.StreamQuestionsRequest())
        await call.read()
        call.cancel()
        await servicer.ended.wait()

    # Then
    assert servicer.ended_by == servicer.begun_by


async def test_what_was_streamed_is_not_repeated(clock: Clock) -> None:
    """A stream knows the earlier sets and counts as one: the same questions are withheld from the next set."""
    # Given
    kind = STREAMING["interview"]
    registry = scripted(kind, *[kind.good] * 5)

    # When
    async with kind.over(registry, clock) as service:
        first = [event async for event in service.stream()]
        second = [event async for event in service.stream()]
        allowed = [event async for event in service.stream(allow_repeats=True)]

    # Then
    assert (first[-1].completed.unique_key, len(first[-1].completed.questions)) == (KEY, 5)
    assert "item" not in kinds_of(second)
    assert reason_of(second[-1].failed) == "ALL_PROVIDERS_FAILED"
    assert kinds_of(allowed)[-1] == "completed"
