"""The line that chaos tests damage: it carries what is said, and each fault is one."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress

import pytest

from tests.support.link import Fault, Links, running_links


@pytest.fixture
async def upstream() -> AsyncIterator[int]:
    """A server that says every byte twice."""
    talks: set[asyncio.Task[None]] = set()

    async def double(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.current_task()
        assert talk is not None
        talks.add(talk)
        with suppress(ConnectionError):
            while data := await reader.read(100):
                writer.write(bytes(each for byte in data for each in (byte, byte)))
        writer.close()

    server = await asyncio.start_server(double, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()
    await asyncio.wait_for(asyncio.gather(*talks), 10)


@pytest.fixture
def links(upstream: int) -> Iterator[Links]:
    """A line to the server, gone before it is."""
    with running_links() as running:
        running.add("line", upstream)
        yield running


async def ask(port: int, patience: float = 5.0) -> bytes | None:
    """What comes of four bytes: as many as eight; None where nothing does in time."""
    try:
        async with asyncio.timeout(patience):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"1234")
            try:
                return await reader.readexactly(8)
            finally:
                writer.close()
    except (OSError, asyncio.IncompleteReadError, TimeoutError):
        return None


@pytest.mark.parametrize("fault", [Fault.NONE, Fault.DELAY, Fault.SLOW, Fault.SLICED], ids=lambda fault: fault.value)
async def test_a_hindrance_lets_everything_through(links: Links, fault: Fault) -> None:
    """All bytes come in order, and are counted both ways."""
    port = links.port("line")
    links.damage("line", fault)

    said = await ask(port)

    assert (said, links.carried("line")) == (b"11223344", 12)


@pytest.mark.parametrize("fault", [Fault.CUT, Fault.RESET, Fault.BLACK_HOLE], ids=lambda fault: fault.value)
async def test_a_cut_lets_no_answer_through_until_it_ends(links: Links, fault: Fault) -> None:
    """And afterwards a new connection is as ever."""
    port = links.port("line")
    links.damage("line", fault)

    during = await ask(port, patience=0.3)
    links.damage("line", Fault.NONE)
    after = await ask(port)

    assert (during, after) == (None, b"11223344")
