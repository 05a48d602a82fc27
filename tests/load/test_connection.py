"""A connection that is kept, and what an open loop tells of kinds, against a server of the test's own."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.load.connection import ConnectionBroken, KeptConnection
from tests.load.generator import open_loop
from tests.load.requests import request


class Echo:
    """Answers with the path; late to `/late`, hangs up on `/gone`, refuses `/no`."""

    def __init__(self) -> None:
        self.connections = 0
        self.may_answer = asyncio.Event()
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self.connections += 1
        try:
            while True:
                path = (await reader.readuntil(b"\r\n\r\n")).split()[1]
                if path == b"/late":
                    await self.may_answer.wait()
                if path == b"/gone":
                    break
                status = b"503" if path == b"/no" else b"200"
                more = b"connection: close\r\n" if path == b"/last" else b""
                writer.write(b"HTTP/1.1 %s x\r\n%scontent-length: %d\r\n\r\n%s" % (status, more, len(path), path))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@pytest.fixture
async def echo() -> AsyncIterator[Echo]:
    """A server on loopback."""
    told = Echo()
    server = await asyncio.start_server(told.serve, "127.0.0.1", 0)
    told.port = server.sockets[0].getsockname()[1]
    yield told
    told.may_answer.set()
    server.close()


async def test_a_late_answer_is_not_taken_for_that_of_the_next_request(echo: Echo) -> None:
    """Whoever gave up asks again on another connection."""
    connection = KeptConnection(echo.port, patience=0.1)
    with pytest.raises(TimeoutError):
        await connection.send(request("GET", "/late"))
    echo.may_answer.set()

    reply = await connection.send(request("GET", "/next"))

    connection.close()
    assert (reply.body, echo.connections) == (b"/next", 2)


async def test_one_connection_is_kept_until_it_ends(echo: Echo) -> None:
    """Two requests share it; after one that was hung up on, and after one that ends it, there is another."""
    connection = KeptConnection(echo.port, patience=5)
    await connection.send(request("GET", "/a"))
    await connection.send(request("GET", "/last"))
    with pytest.raises(ConnectionBroken):
        await connection.send(request("GET", "/gone"))

    reply = await connection.send(request("GET", "/b"))

    connection.close()
    assert (reply.body, echo.connections) == (b"/b", 3)


async def test_an_open_loop_tells_good_answers_by_kind(echo: Echo) -> None:
    """What is refused counts for no kind, so that much of what is cheap does not hide it."""
    good, refused = request("GET", "/yes"), request("GET", "/no")

    tally = await open_loop(
        "127.0.0.1",
        echo.port,
        lambda number: refused if number % 3 else good,
        rate=300,
        duration=0.1,
        kind_of={good: 0, refused: 1},
    )

    summary = tally.summary()
    assert summary["counts"] == {"200": 10, "503": 20}
    assert summary["kinds"].keys() == {"0"}
    assert summary["kinds"]["0"]["good_per_second"] * summary["duration"] == pytest.approx(10)
