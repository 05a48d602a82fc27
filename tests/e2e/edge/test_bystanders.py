"""What one client sends does nothing to another: all calls to a service share a connection, which must stay good."""

import asyncio
from contextlib import suppress

import grpc.aio
import pytest

from career.resume.v1.resume_pb2 import Resume
from career.resume.v1.resume_service_pb2 import GetResumeRequest
from career.resume.v1.resume_service_pb2_grpc import ResumeServiceStub
from tests.support.edge import Edge
from tests.support.http2 import post

pytestmark = pytest.mark.asyncio(loop_scope="session")

GET_RESUME = "/career.resume.v1.ResumeService/GetResume"
FRAME = b"\0\0\0\0\x05\n\x03kim"
REST = ("/api/v1/resumes", {"content-type": "application/json"}, b'{"name": "kim"}')
GRPC = (GET_RESUME, {"content-type": "application/grpc", "te": "trailers"}, FRAME)


@pytest.mark.parametrize("call", [pytest.param(REST, id="rest"), pytest.param(GRPC, id="grpc")])
@pytest.mark.parametrize(
    "trailer",
    [
        pytest.param({"grpc-timeout": "zzz"}, id="deadline"),
        pytest.param({"grpc-status": "7"}, id="status"),
        pytest.param({"x-bin": "%%%"}, id="binary"),
        pytest.param({"a+b": "c"}, id="name"),
        pytest.param({"x": "a"}, id="harmless"),
    ],
)
async def test_trailers_of_a_request_touch_nobody(
    edge: Edge, call: tuple[str, dict[str, str], bytes], trailer: dict[str, str]
) -> None:
    """They reach no service; those who call at the same time, by either door, are served."""
    path, headers, body = call
    for _ in range(3):
        async with post(edge.settings.gateway_port, path, headers, body=body, trailers=trailer) as exchange:
            with suppress(asyncio.IncompleteReadError):
                async for _piece in exchange.data():
                    pass

    async with edge.client() as client:
        rest = [await client.get("/resumes/kim") for _ in range(15)]
    async with grpc.aio.insecure_channel(f"127.0.0.1:{edge.settings.gateway_port}") as channel:
        native = [await ResumeServiceStub(channel).GetResume(GetResumeRequest(unique_key="kim"), timeout=5)]

    assert {answer.status_code for answer in rest} == {200}
    assert native == [Resume(unique_key="kim")]
    assert not trailer.keys() & edge.upstream.metadata.keys()


async def test_a_value_that_is_no_ascii_reaches_no_service(edge: Edge) -> None:
    """HTTP allows it, gRPC does not."""
    async with edge.client() as client:
        answer = await client.get("/resumes/kim", headers=[(b"x-name", "김".encode())])

    assert answer.status_code == 200
    assert "x-name" not in edge.upstream.metadata


async def test_grpc_without_its_header_is_served(edge: Edge) -> None:
    """`te: trailers` says what every client of gRPC can do anyway."""
    path, headers, body = GRPC
    plain = {name: value for name, value in headers.items() if name != "te"}

    async with post(edge.settings.gateway_port, path, plain, body=body) as exchange:
        pieces = [piece async for piece in exchange.data()]

    assert exchange.succeeded
    assert b"".join(pieces)[5:] == Resume(unique_key="kim").SerializeToString()


async def test_grpc_at_a_path_of_rest_is_refused(edge: Edge) -> None:
    """It is no gRPC method, and says so."""
    async with edge.client() as client:
        answer = await client.post("/resumes", content=FRAME, headers={"content-type": "application/grpc"})

    assert (answer.headers["grpc-status"], "grpc-status-details-bin" in answer.headers) == ("3", True)
