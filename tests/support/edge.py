"""The real gateway in front of services of this process, which do what a test asks of them."""

from __future__ import annotations  # handlers have type parameters in the stubs alone

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import httpx
from google.protobuf import descriptor_pool, message_factory
from google.protobuf.message import Message
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1._async import HealthServicer

# The contracts that are served here are those that are imported.
from career.interview.v1 import interview_service_pb2 as _interview
from career.learning.v1 import learning_service_pb2 as _learning
from career.resume.v1 import resume_service_pb2 as _resume
from shared.config import Settings, load_settings
from tests.support.stack import python, stack_environment

CONTRACTS = (_resume, _interview, _learning)
NAMES = [service.full_name for contract in CONTRACTS for service in contract.DESCRIPTOR.services_by_name.values()]
SERVICES = ("resume", "interview", "learning")
_OPTIONS = (
    ("grpc.so_reuseport", 0),
    ("grpc.max_send_message_length", 64 << 20),
    ("grpc.max_metadata_size", 32 << 10),
    # As our own servers: the gateway asks every two seconds whether they are there.
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.min_ping_interval_without_data_ms", 1_000),
)
_POOL: Any = descriptor_pool.Default()  # type: ignore[no-untyped-call] # typed but for this one
Behaviour = Callable[[Any, grpc.aio.ServicerContext[Any, Any]], Any]


@dataclass
class Upstream:
    """What the services behind the gateway saw, and what they do instead of their usual answers."""

    metadata: dict[str, str] = field(default_factory=dict)
    requests: list[Any] = field(default_factory=list)
    events: asyncio.Queue[Any] = field(default_factory=asyncio.Queue)
    left: asyncio.Event = field(default_factory=asyncio.Event)
    entered: asyncio.Event = field(default_factory=asyncio.Event)
    behave: Behaviour | None = None
    seconds_left: float = 0.0

    def forget_events(self) -> None:
        """Those that no call has taken."""
        while not self.events.empty():
            self.events.get_nowait()

    def see(self, request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> None:
        """Notes a call."""
        self.requests.append(request)
        self.metadata = {name: str(value) for name, value in context.invocation_metadata() or ()}
        self.seconds_left = context.time_remaining()
        self.entered.set()


class EveryMethod(grpc.GenericRpcHandler):
    """Serves each method of the contracts: notes the request, and answers with the texts that both have."""

    def __init__(self, upstream: Upstream) -> None:
        self.upstream = upstream

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[Any, Any] | None:
        """None, and by that UNIMPLEMENTED, for what is in no contract."""
        _, name, method_name = handler_call_details.method.split("/", 2)
        if not name.startswith("career."):
            return None
        try:
            method = _POOL.FindServiceByName(name).methods_by_name[method_name]
        except KeyError:
            return None
        read = message_factory.GetMessageClass(method.input_type).FromString
        answer = message_factory.GetMessageClass(method.output_type)
        if method.server_streaming:
            return grpc.unary_stream_rpc_method_handler(self._stream, read, answer.SerializeToString)

        async def echo(request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> Any:
            self.upstream.see(request, context)
            if self.upstream.behave:
                return await self.upstream.behave(request, context)
            known = getattr(request, "resume", request)
            return answer(**{field: getattr(known, field) for field in _common_texts(known, answer)})

        return grpc.unary_unary_rpc_method_handler(echo, read, answer.SerializeToString)

    async def _stream(self, request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> AsyncIterator[Any]:
        self.upstream.see(request, context)
        try:
            while (event := await self.upstream.events.get()) is not None:
                if isinstance(event, grpc.StatusCode):
                    await context.abort(event, "as the test wants it")
                yield event
        except asyncio.CancelledError:
            self.upstream.left.set()
            raise


def _common_texts(request: Message, answer: type[Message]) -> list[str]:
    texts = {
        field.name
        for field in answer.DESCRIPTOR.fields
        if field.type == field.TYPE_STRING and field.label != field.LABEL_REPEATED
    }
    return [name for name in texts if name in request.DESCRIPTOR.fields_by_name]


@dataclass
class Edge:
    """A gateway and what stands behind it."""

    settings: Settings
    process: subprocess.Popen[str]
    upstream: Upstream
    server: grpc.aio.Server
    folder: Path

    @property
    def base_url(self) -> str:
        """Where REST begins."""
        return f"{self.origin}/api/v1"

    @property
    def origin(self) -> str:
        """Where everything begins."""
        return f"http://127.0.0.1:{self.settings.gateway_port}"

    def client(self, **options: Any) -> httpx.AsyncClient:
        """A REST client."""
        defaults: dict[str, Any] = {"base_url": self.base_url, "timeout": 30}
        return httpx.AsyncClient(trust_env=False, **defaults | options)

    def status(self) -> httpx.AsyncClient:
        """A client of what an operator may ask."""
        return httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.settings.envoy_admin_port}", trust_env=False)


@asynccontextmanager
async def running_edge(
    folder: Path, extra: Mapping[str, str] | None = None, *, without: Collection[str] = ()
) -> AsyncIterator[Edge]:
    """Starts services in this process, `without` some, and the gateway in front of them, and stops both."""
    no_limits = {"GATEWAY_REQUESTS_PER_MINUTE": "0", "GATEWAY_CONNECTIONS_PER_CLIENT": "0"}
    environment = stack_environment(folder, no_limits | dict(extra or {}))
    settings = load_settings(environment)
    upstream = Upstream()
    server = grpc.aio.server(options=_OPTIONS)
    server.add_generic_rpc_handlers((EveryMethod(upstream),))
    health = HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(health, server)
    for name in NAMES:
        await health.set(name, health_pb2.HealthCheckResponse.SERVING)
    for service in set(SERVICES) - set(without):
        server.add_insecure_port(f"127.0.0.1:{settings.port(service)}")
    await server.start()
    process = python("tools.local_gateway", stack_folder=folder, environment=environment)
    edge = Edge(settings, process, upstream, server, folder)
    try:
        await _wait_until_ready(edge)
        yield edge
    finally:
        await server.stop(0)
        await stop_gateway(edge)


async def stop_gateway(edge: Edge) -> str:
    """Ends the gateway as an operator would, and gives what it has printed."""
    if edge.process.poll() is None:
        os.kill(edge.process.pid, signal.SIGTERM)
    output, _ = await asyncio.to_thread(edge.process.communicate, timeout=90)
    return output


async def _wait_until_ready(edge: Edge) -> None:
    async with edge.client() as client:
        for _ in range(200):
            if edge.process.poll() is not None:
                raise AssertionError(edge.process.communicate()[0])
            try:
                if (await client.get("/resumes/health")).is_success:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.05)
    raise AssertionError("the gateway does not answer")
