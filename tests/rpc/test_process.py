"""A service as a process: how it stops, what it has ready, and that no proxy stands between ours and ours."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from typing import Any

import grpc
import grpc.aio
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from prometheus_client import CollectorRegistry

from career.interview.v1 import interview_pb2
from career.interview.v1 import interview_service_pb2 as messages
from career.interview.v1.interview_service_pb2_grpc import (
    InterviewServiceServicer,
    InterviewServiceStub,
    add_InterviewServiceServicer_to_server,
)
from services.interview.adapters.mongo import mongo_question_sets
from services.interview.app import NAME
from services.interview.local_writer import write_questions
from services.interview.task import load_tasks
from services.interview.use_cases import assemble_set
from shared.cancellation import finish
from shared.config import load_settings
from shared.generation.composition import Parts, build_use_cases
from shared.rpc.calls import Context
from shared.rpc.channel import open_channel
from shared.rpc.server import Service, build_server, serve
from tests.support.derived import SwitchableDatabase
from tests.support.failures import failure_of
from tests.support.ports import free_port
from tests.support.resumes import ROOT

INTERVIEW = "career.interview.v1.InterviewService"


class StoringServicer(InterviewServiceServicer):
    """Hangs or waits, and has something to store when it is cut off."""

    def __init__(self) -> None:
        self.started = asyncio.Event()
        self.go = asyncio.Event()
        self.stored = False

    async def ListQuestionSets(
        self, _request: messages.ListQuestionSetsRequest, _context: Context
    ) -> messages.ListQuestionSetsResponse:
        """Answers when it may."""
        self.started.set()
        await self.go.wait()
        return messages.ListQuestionSetsResponse(next_page_token="more")

    async def GetQuestionSet(
        self, _request: messages.GetQuestionSetRequest, _context: Context
    ) -> interview_pb2.QuestionSet:
        """Never answers."""
        self.started.set()
        try:
            await asyncio.Event().wait()
        finally:
            await finish(self._store())
        raise AssertionError

    async def Health(self, _request: messages.HealthRequest, _context: Context) -> messages.HealthResponse:
        """Works."""
        return messages.HealthResponse()

    async def _store(self) -> None:
        # The time that a database takes.
        await asyncio.sleep(0.3)
        self.stored = True


def service_of(servicer: InterviewServiceServicer) -> Service:
    """A service of this one servicer."""

    def register(server: grpc.aio.Server) -> None:
        add_InterviewServiceServicer_to_server(servicer, server)

    return Service((INTERVIEW,), register, SwitchableDatabase().ping)


async def test_what_a_call_must_store_is_stored_before_the_end() -> None:
    """SIGTERM: a call that outlasts the grace is cut off, and the process ends once it has put its things away."""
    servicer = StoringServicer()  # type: ignore[abstract] # what it lacks answers UNIMPLEMENTED
    address = f"127.0.0.1:{free_port()}"
    serving = asyncio.create_task(serve(service_of(servicer), address=address, metrics_port=free_port(), grace=0.05))
    async with open_channel(address) as channel:
        call = InterviewServiceStub(channel).GetQuestionSet(messages.GetQuestionSetRequest(), wait_for_ready=True)
        await asyncio.wait_for(servicer.started.wait(), 10)

        os.kill(os.getpid(), signal.SIGTERM)
        failure = await failure_of(call)
        await asyncio.wait_for(serving, 10)

    assert failure.code is grpc.StatusCode.UNAVAILABLE
    assert servicer.stored


@pytest.mark.parametrize("busy", [False, True], ids=["idle", "with a call in flight"])
async def test_a_process_ends_after_its_calls(*, busy: bool) -> None:
    """SIGTERM: a call in flight is answered, and the process ends then, though a client still watches its health."""
    servicer = StoringServicer()  # type: ignore[abstract] # what it lacks answers UNIMPLEMENTED
    address = f"127.0.0.1:{free_port()}"
    serving = asyncio.create_task(serve(service_of(servicer), address=address, metrics_port=free_port(), grace=60))
    async with open_channel(address) as channel, asyncio.timeout(20):
        watch: Any = health_pb2_grpc.HealthStub(channel).Watch(  # type: ignore[attr-defined] # not in the library's stubs
            health_pb2.HealthCheckRequest(), wait_for_ready=True
        )
        while (await watch.read()).status != health_pb2.HealthCheckResponse.SERVING:
            pass
        call = InterviewServiceStub(channel).ListQuestionSets(messages.ListQuestionSetsRequest())
        await servicer.started.wait()
        if not busy:
            servicer.go.set()
            await call

        os.kill(os.getpid(), signal.SIGTERM)
        while (await watch.read()).status != health_pb2.HealthCheckResponse.NOT_SERVING:
            pass
        servicer.go.set()
        answer = await call
        await serving

    assert answer.next_page_token == "more"


async def test_every_provider_that_can_be_asked_for_is_ready() -> None:
    """Also one that is not in the order: its SDK is not imported while a caller waits."""
    settings = load_settings({"LLM_PROVIDERS": "openai", "OPENAI_API_KEY": "key", "CLAUDE_API_KEY": "key"})
    parts = Parts(NAME, load_tasks(), assemble_set, mongo_question_sets, lambda _set: 5, write_questions)

    async with build_use_cases(settings, parts) as built:
        ready = set(built.use_cases.registry._endpoints)

    assert ready == {"openai", "claude", "local"}


@pytest.fixture
async def address() -> AsyncIterator[str]:
    """Where a healthy service listens."""
    servicer = StoringServicer()  # type: ignore[abstract] # what it lacks answers UNIMPLEMENTED
    server, watch = build_server(service_of(servicer), CollectorRegistry())
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    watching = asyncio.create_task(watch.run())
    yield f"127.0.0.1:{port}"
    watching.cancel()
    await server.stop(0)


CALL = """
import asyncio, sys
from career.interview.v1.interview_service_pb2 import HealthRequest
from career.interview.v1.interview_service_pb2_grpc import InterviewServiceStub
from shared.rpc.channel import open_channel

async def call():
    async with open_channel(sys.argv[1]) as channel:
        await InterviewServiceStub(channel).Health(HealthRequest(), timeout=5)

asyncio.run(call())
"""


@pytest.mark.parametrize(
    "arguments", [("-m", "shared.rpc.probe"), ("-c", CALL)], ids=["health check of a container", "another service"]
)
async def test_a_proxy_of_the_environment_is_not_asked(address: str, arguments: tuple[str, str]) -> None:
    """Our processes reach each other directly, whatever proxy the world outside is behind."""
    target = address.rpartition(":")[2] if arguments[0] == "-m" else address
    nowhere = f"http://127.0.0.1:{free_port()}"
    environment = {
        **{name: value for name, value in os.environ.items() if name.lower() != "no_proxy"},
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'protos' / 'gen'}",
        "http_proxy": nowhere,
        "grpc_proxy": nowhere,
    }

    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, target, env=environment)

    assert await process.wait() == 0
