"""Which calls the gateway repeats when a service breaks them off after it has read them."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
import pytest_asyncio

from tests.support.edge import Edge, running_edge
from tests.support.http2 import post

pytestmark = pytest.mark.asyncio(loop_scope="module")

_PREFACE, _HEADERS, _DATA, _RESET, _SETTINGS = 24, 1, 0, 3, 4
_INTERNAL_ERROR = 2
WRITE = "/career.learning.v1.LearningService/CreateFeedback"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def edge(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Edge]:
    """A gateway with one service that breaks off each call."""
    folder = tmp_path_factory.mktemp("edge")
    async with (
        resetting_service() as port,
        running_edge(folder, {"LEARNING_PORT": str(port)}, without=["learning"]) as running,
    ):
        yield running


@asynccontextmanager
async def resetting_service() -> AsyncIterator[int]:
    """Speaks just enough HTTP/2 to reset a stream once its request has come; gives its port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, OSError):
            await reader.readexactly(_PREFACE)
            writer.write(_frame(_SETTINGS, 0, b""))
            while True:
                head = await reader.readexactly(9)
                await reader.readexactly(int.from_bytes(head[:3], "big"))
                if head[3] in (_HEADERS, _DATA) and head[4] & 1:
                    stream = int.from_bytes(head[5:], "big")
                    writer.write(_frame(_RESET, stream, struct.pack(">I", _INTERNAL_ERROR)))
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def _frame(kind: int, stream: int, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload))[1:] + bytes([kind, 0]) + struct.pack(">I", stream) + payload


@pytest.mark.parametrize(
    ("headers", "is_repeated"),
    [
        pytest.param({"idempotency-key": "order-4711"}, True, id="key"),
        pytest.param({}, False, id="no key"),
        pytest.param({"idempotency-key": "열쇠"}, False, id="key that no service reads"),
    ],
)
async def test_a_write_is_repeated_by_its_key_alone(edge: Edge, headers: dict[str, str], is_repeated: bool) -> None:
    """A key that is dropped on the way protects nothing: such a call is made once."""
    before = await count_retries(edge)
    native = {"content-type": "application/grpc", "te": "trailers"} | headers

    async with post(edge.settings.gateway_port, WRITE, native, body=b"\0\0\0\0\0") as exchange:
        with suppress(asyncio.IncompleteReadError):
            async for _piece in exchange.data():
                pass

    assert (await count_retries(edge) > before) is is_repeated


async def count_retries(edge: Edge) -> int:
    """How often the gateway has repeated a call to this service."""
    async with edge.status() as status:
        text = (await status.get("/stats?filter=^cluster.learning.upstream_rq_retry$")).text
    return int(text.rpartition(":")[2])
