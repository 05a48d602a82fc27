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
from shared.endpoints import split_endpoint
from shared.generation.composition import Parts, build_use_cases
from shared.rpc.calls import Context
from shared.rpc.channel import open_channel
from shared.rpc.metrics_server import serving_metrics
from shared.rpc.server import PortTaken, Service, build_server, serve
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


async def test_a_rolling_process_serves_until_its_callers_have_left() -> None:
    """SIGTERM: who is connected is still answered, whoever comes anew is not let in, and then the process ends."""
    servicer = StoringServicer()  # type: ignore[abstract] # what it lacks answers UNIMPLEMENTED
    address = f"127.0.0.1:{free_port()}"
    serving = asyncio.create_task(
        serve(service_of(servicer), address=address, metrics_port=free_port(), grace=60, rolling=True)
    )
    async with asyncio.timeout(30):
        async with open_channel(address) as channel:
            stub = InterviewServiceStub(channel)
            await stub.Health(messages.HealthRequest(), wait_for_ready=True)

            os.kill(os.getpid(), signal.SIGTERM)
            while await is_listening(address):
                await stub.Health(messages.HealthRequest())
            answered = await stub.Health(messages.HealthRequest())
        await serving

    assert answered == messages.HealthResponse()


async def is_listening(address: str) -> bool:
    """Whether a new connection is taken."""
    host, port = split_endpoint(address)
    try:
        _, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    writer.close()
    return True


async def test_a_port_that_is_taken_is_an_error() -> None:
    """Otherwise the second process would take half of the first one's calls in silence."""
    taken = f"127.0.0.1:{free_port()}"
    servicer = StoringServicer()  # type: ignore[abstract] # what it lacks answers UNIMPLEMENTED
    # One that would share it is not enough: both must.
    first, _ = build_server(service_of(servicer), CollectorRegistry(), rolling=True)
    first.add_insecure_port(taken)

    with pytest.raises(PortTaken):
        await serve(service_of(servicer), address=taken, metrics_port=free_port(), grace=0)

    await first.stop(0)


async def test_rolling_processes_share_their_ports() -> None:
    """The next one serves at the ports of the one that is about to leave."""
    port, metrics_port = free_port(), free_port()
    servicer = StoringServicer()  # type: ignore[abstract] # what it lacks answers UNIMPLEMENTED
    first, _ = build_server(service_of(servicer), CollectorRegistry(), rolling=True)
    first.add_insecure_port(f"127.0.0.1:{port}")

    with serving_metrics(CollectorRegistry(), "127.0.0.1", metrics_port, sharing=True):
        second, _ = build_server(service_of(servicer), CollectorRegistry(), rolling=True)
        shared = second.add_insecure_port(f"127.0.0.1:{port}")
        with serving_metrics(CollectorRegistry(), "127.0.0.1", metrics_port, sharing=True):
            await asyncio.gather(first.stop(0), second.stop(0))

    assert shared == port


async def test_a_channel_turns_to_the_other_address() -> None:
    """Of two processes both are asked; when one is gone, the other one answers."""
    servicers = [StoringServicer(), StoringServicer()]  # type: ignore[abstract] # what they lack answers UNIMPLEMENTED
    servers = [build_server(service_of(servicer), CollectorRegistry())[0] for servicer in servicers]
    addresses = [f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}" for server in servers]
    for servicer, server in zip(servicers, servers, strict=True):
        servicer.go.set()
        await server.start()

    async with open_channel(*addresses, idempotent={INTERVIEW: "ListQuestionSets"}) as channel, asyncio.timeout(10):
        stub, request = InterviewServiceStub(channel), messages.ListQuestionSetsRequest()
        while not all(servicer.started.is_set() for servicer in servicers):
            await stub.ListQuestionSets(request, wait_for_ready=True)
        await servers[0].stop(0)
        answers = [(await stub.ListQuestionSets(request)).next_page_token for _ in range(20)]

    await servers[1].stop(0)
    assert answers == ["more"] * 20


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
