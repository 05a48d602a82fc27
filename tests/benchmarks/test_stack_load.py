"""The native generator against a real gRPC server, and what is read of processes."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from typing import Any

import grpc
import grpc.aio
import pytest

from tests.benchmarks.stack.consumption import Meter, memory_bytes
from tests.load.connection import ConnectionBroken
from tests.load.grpc import GrpcConnection, Outcome, closed_loop, message_frame
from tests.load.hpack import method_headers, read_status

DATA = 0
# 65,535 bytes more for the connection.
WIDER = b"\x00\x00\x04\x08\x00\x00\x00\x00\x00\x00\x00\xff\xff"
ECHO, FAIL, WAIT = "/test.Echo/Echo", "/test.Echo/Fail", "/test.Echo/Wait"


async def echo(request: bytes, _context: object) -> bytes:
    """The same bytes."""
    return request


async def fail(_request: bytes, context: grpc.aio.ServicerContext[bytes, bytes]) -> bytes:
    """No answer."""
    await context.abort(grpc.StatusCode.NOT_FOUND, "no such thing")


async def wait(_request: bytes, _context: object) -> bytes:
    """An answer that never comes."""
    await asyncio.Event().wait()
    return b""


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """A server of three methods that takes bytes for messages."""
    server = grpc.aio.server()
    methods = {"Echo": echo, "Fail": fail, "Wait": wait}
    handlers: dict[str, Any] = {name: grpc.unary_unary_rpc_method_handler(each) for name, each in methods.items()}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("test.Echo", handlers),))
    number = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    yield number
    await server.stop(0)


@pytest.fixture
async def connection(port: int) -> AsyncIterator[GrpcConnection]:
    """One connection."""
    opened = await GrpcConnection.open("127.0.0.1", port)
    yield opened
    opened.close()


@pytest.mark.parametrize("size", [0, 1, 5_000, 60_000])
async def test_a_call_is_good_when_its_message_came_with_status_0(connection: GrpcConnection, size: int) -> None:
    """The whole message comes back behind its five bytes, and counts as good."""
    frame = message_frame(b"x" * size)

    outcome = await connection.call(method_headers(ECHO), frame)

    assert outcome == Outcome(0, 5 + size)
    assert outcome.name == "200"


async def test_a_refusal_is_counted_by_its_status(connection: GrpcConnection) -> None:
    """An error has no message and is no good answer, nor is a method that nobody has."""
    refused = await connection.call(method_headers(FAIL), message_frame(b""))

    unknown = await connection.call(method_headers("/test.Echo/None"), message_frame(b""))

    assert [refused.name, unknown.name] == ["grpc 5", "grpc 12"]


async def test_many_large_messages_are_sent_at_once(connection: GrpcConnection) -> None:
    """Forty calls of 50,000 bytes over one connection all get their answer."""
    frame = message_frame(b"x" * 50_000)

    outcomes = await asyncio.gather(*(connection.call(method_headers(ECHO), frame) for _ in range(40)))

    assert outcomes == [Outcome(0, 50_005)] * 40


async def test_no_more_is_sent_than_the_window_holds() -> None:
    """Of three calls of 30,000 bytes two fit into the window of a connection; the third waits for room."""
    all_there = asyncio.Event()
    before = 0

    async def take_frames(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal before
        await reader.readexactly(len(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))
        taken = 0
        while taken < 3 * 30_005:
            head = await reader.readexactly(9)
            payload = await reader.readexactly(int.from_bytes(head[:3], "big"))
            taken += len(payload) if head[3] == DATA else 0
            if not before and taken >= 2 * 30_005:
                # All three were made at once: what is not held back is here together with what is.
                before = taken + len(reader._buffer)  # type: ignore[attr-defined] # what came and was not asked for
                writer.write(WIDER)
        all_there.set()
        writer.close()

    server = await asyncio.start_server(take_frames, "127.0.0.1", 0)
    connection = await GrpcConnection.open("127.0.0.1", server.sockets[0].getsockname()[1])
    for _ in range(3):
        connection.call(method_headers(ECHO), message_frame(b"x" * 30_000))

    await asyncio.wait_for(all_there.wait(), 10)

    connection.close()
    server.close()
    assert before == 2 * 30_005


async def test_calls_that_are_open_when_the_connection_ends_are_broken(connection: GrpcConnection) -> None:
    """Nobody waits for an answer that cannot come, and a further call is refused."""
    call = connection.call(method_headers(WAIT), message_frame(b""))

    connection.close()

    with pytest.raises(ConnectionBroken):
        await call
    with pytest.raises(ConnectionBroken):
        connection.call(method_headers(ECHO), message_frame(b""))


async def test_clients_of_a_closed_loop_call_until_its_end(port: int) -> None:
    """Eight clients over two connections get good answers alone; those of the warm-up are counted apart."""
    messages = [message_frame(b"a"), message_frame(b"bb")]

    tally = await closed_loop(
        "127.0.0.1",
        port,
        ECHO,
        lambda number: messages[number % 2],
        clients=8,
        duration=0.2,
        warm_up=0.1,
        connections=2,
    )

    assert set(tally.seconds) == {"200"}
    assert tally.in_warm_up > 0


@pytest.mark.parametrize(
    ("block", "status"),
    [
        (b"\x00\x0bgrpc-status\x010", 0),
        (b"\x10\x0bgrpc-status\x0213", 13),
        (b"\x40\x88" + bytes.fromhex("9acac8b21234da8f") + b"\x81\x07", 0),
        (b"\x88\x0f\x10\x10application/grpc\x00\x0bgrpc-status\x0214", 14),
        (b"\x20\x00\x0cgrpc-message\x02no\x00\x0bgrpc-status\x015", 5),
        (b"\x88", None),
    ],
    ids=["plain", "never indexed", "Huffman", "behind other headers", "behind a change of table", "none"],
)
def test_the_status_is_read_in_every_form(block: bytes, status: int | None) -> None:
    """Servers write names and values plainly or in Huffman's code, and other headers stand before them."""
    found = read_status(block)

    assert found == status


def test_a_meter_sees_the_cpu_of_children() -> None:
    """A shell that waits for a busy child has used what the child has, and both have memory of their own."""
    busy = f"{sys.executable} -c 'while True: pass' & wait"
    process = subprocess.Popen(["/bin/sh", "-c", busy], start_new_session=True)
    meter = Meter({"busy": process.pid})
    try:
        end = time.monotonic() + 20
        while (used := meter.read()["busy"]) < 0.3 and time.monotonic() < end:
            assert process.poll() is None

        memory = memory_bytes({"busy": process.pid, "nobody": 2**22 + 1})
    finally:
        os.killpg(process.pid, 9)
        process.wait()

    assert used >= 0.3
    assert memory["busy"] > 2**20
    assert memory["nobody"] == 0
