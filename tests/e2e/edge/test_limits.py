"""What one client may have: requests a minute, and connections at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Self

import grpc
import grpc.aio
import httpx
import pytest
import pytest_asyncio

from career.learning.v1.learning_service_pb2 import HealthRequest
from career.learning.v1.learning_service_pb2_grpc import LearningServiceStub
from career.resume.v1.resume_service_pb2 import GetResumeRequest
from career.resume.v1.resume_service_pb2_grpc import ResumeServiceStub
from tests.support.edge import Edge, running_edge
from tests.support.refusals import LIMITED, reason_of

REQUESTS = 6
CONNECTIONS = 4

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def edge(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Edge]:
    """A gateway with limits that a test can reach, and without one of the services."""
    limits = {"GATEWAY_REQUESTS_PER_MINUTE": str(REQUESTS), "GATEWAY_CONNECTIONS_PER_CLIENT": str(CONNECTIONS)}
    async with running_edge(tmp_path_factory.mktemp("edge"), limits, without=["learning"]) as running:
        yield running


def client_at(edge: Edge, address: str, **options: str) -> httpx.AsyncClient:
    """A client with an address of its own."""
    return edge.client(transport=httpx.AsyncHTTPTransport(local_address=address), **options)


async def test_a_service_that_is_away_is_named_so(edge: Edge) -> None:
    """To REST and to gRPC, with the time after which to try again."""
    async with (
        client_at(edge, "127.0.0.8") as client,
        grpc.aio.insecure_channel(f"127.0.0.1:{edge.settings.gateway_port}") as channel,
    ):
        answer = await LIMITED["SERVICE_UNREACHABLE"](edge, client)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await LearningServiceStub(channel).Health(HealthRequest())

    assert (answer.status_code, reason_of(answer)) == (503, "SERVICE_UNREACHABLE")
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
    assert dict(caught.value.trailing_metadata() or ())["retry-after"] == answer.headers["retry-after"] == "1"


async def test_one_client_has_so_many_requests_a_minute(edge: Edge) -> None:
    """The next one is told when to come again; another client's are its own."""
    reason = "RATE_LIMITED"
    async with client_at(edge, "127.0.0.2") as greedy, client_at(edge, "127.0.0.3") as other:
        served = [(await LIMITED[reason](edge, greedy)).status_code for _ in range(REQUESTS)]
        refused = await LIMITED[reason](edge, greedy)
        beside = await LIMITED[reason](edge, other)

    assert served == [200] * REQUESTS
    assert (refused.status_code, reason_of(refused)) == (429, reason)
    assert refused.headers["retry-after"] == str(60 // REQUESTS)
    assert beside.status_code == 200


async def test_a_grpc_client_reads_resource_exhausted(edge: Edge) -> None:
    """With the time to wait in its trailers."""

    async def exhaust(channel: grpc.aio.Channel) -> None:
        for _ in range(REQUESTS + 1):
            await ResumeServiceStub(channel).GetResume(GetResumeRequest(unique_key="kim"))

    async with grpc.aio.insecure_channel(f"127.0.0.1:{edge.settings.gateway_port}") as channel:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await exhaust(channel)

    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert dict(caught.value.trailing_metadata() or ())["retry-after"] == str(60 // REQUESTS)


async def test_a_forwarded_address_is_not_believed(edge: Edge) -> None:
    """A client cannot make itself another one."""
    async with client_at(edge, "127.0.0.4") as client:
        headers = [{"x-forwarded-for": f"10.0.0.{number}"} for number in range(REQUESTS + 1)]
        answers = [await client.get("/resumes/kim", headers=given) for given in headers]

    assert [answer.status_code for answer in answers] == [200] * REQUESTS + [429]


@pytest.mark.parametrize("path", ["/resumes/health", "/resumes/docs", "/resumes/openapi.json"])
async def test_health_and_files_are_not_counted(edge: Edge, path: str) -> None:
    """Whoever watches over the stack asks often, and a page is made of many files."""
    async with client_at(edge, "127.0.0.5") as client:
        answers = [await client.get(path) for _ in range(REQUESTS + 1)]

    assert {answer.status_code for answer in answers} == {200}


async def test_one_client_has_so_many_connections(edge: Edge) -> None:
    """The next is hung up on, another client's are not, and a place is free again when one is closed."""
    async with AsyncExitStack() as stack:

        async def is_served(address: str) -> bool:
            return await (await stack.enter_async_context(Connection.open(edge, address))).is_served()

        leaving = await stack.enter_async_context(Connection.open(edge, "127.0.0.6"))
        within = [await leaving.is_served(), *[await is_served("127.0.0.6") for _ in range(CONNECTIONS - 1)]]

        beyond, beside = await is_served("127.0.0.6"), await is_served("127.0.0.7")
        await leaving.close()

        assert (within, beyond, beside) == ([True] * CONNECTIONS, False, True)
        # The gateway learns of the end a little later than we do.
        async with asyncio.timeout(10):
            while not await is_served("127.0.0.6"):
                pass


@dataclass
class Connection:
    """One connection from an address."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    @asynccontextmanager
    async def open(cls, edge: Edge, address: str) -> AsyncIterator[Self]:
        """Closed at the end."""
        connection = cls(
            *await asyncio.open_connection("127.0.0.1", edge.settings.gateway_port, local_addr=(address, 0))
        )
        try:
            yield connection
        finally:
            await connection.close()

    async def is_served(self) -> bool:
        """Whether the gateway answers."""
        with suppress(OSError):
            self.writer.write(b"GET /api/v1/resumes/health HTTP/1.1\r\nhost: localhost\r\n\r\n")
            await self.writer.drain()
            return (await self.reader.read(12)) == b"HTTP/1.1 200"
        return False

    async def close(self) -> None:
        """Whatever the other side has done."""
        self.writer.close()
        with suppress(OSError):
            await self.writer.wait_closed()
