"""A line of TCP between two processes of a stack, which can be damaged while they talk.

Whoever connects to a line's port reaches its upstream, both of loopback. The lines run on an event loop in a thread of
their own, so that a test may block.
"""

import asyncio
import random
import socket
import struct
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from typing import Any

from tests.support.ports import free_port

DELAY_SECONDS = 0.5
SLOW_BYTES_PER_SECOND = 4096
_PIECE = 256
_AT_ONCE = 65536
_SET_SECONDS = 10.0


class Fault(Enum):
    """What happens to what is said over a line."""

    NONE = "none"
    DELAY = "delay"  # answers come half a second later
    CUT = "cut"  # connections end, and new ones are refused
    RESET = "reset"  # connections are reset in the middle of the next answer
    SLOW = "slow"  # four kilobytes a second each way
    SLICED = "sliced"  # pieces of one to seven bytes
    # Bytes vanish and nobody says so: what connected before the end of the fault stays dead after it, as behind a
    # firewall that has forgotten its connections.
    BLACK_HOLE = "black hole"


class Link:
    """One line. Made by `Links.add`."""

    def __init__(self, upstream: int) -> None:
        self.port = free_port()
        self._upstream = upstream
        self._fault = Fault.NONE
        self._server: asyncio.Server | None = None
        self._calls: set[_Call] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.carried = 0

    async def become(self, fault: Fault) -> None:
        """Changes at once what happens, to connections that are there, too."""
        self._fault = fault
        if fault is Fault.CUT:
            await self.close()
            return
        if fault is Fault.BLACK_HOLE:
            for call in self._calls:
                call.dead = True
        if self._server is None:
            self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)

    async def close(self) -> None:
        """Listens no more and ends all connections."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        call = _Call(self, dead=self._fault is Fault.BLACK_HOLE)
        self._calls.add(call)
        try:
            upstream = await asyncio.open_connection("127.0.0.1", self._upstream)
            await call.run((reader, writer), upstream)
        except (OSError, asyncio.CancelledError):
            # The server is gone, or `close` was called.
            writer.transport.abort()
        finally:
            self._calls.discard(call)
            self._tasks.discard(task)

    @property
    def fault(self) -> Fault:
        """What happens at the moment."""
        return self._fault


Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class _Call:
    """One connection over a line."""

    def __init__(self, link: Link, *, dead: bool) -> None:
        self._link = link
        self.dead = dead

    async def run(self, client: Ends, server: Ends) -> None:
        """Carries bytes both ways until one side ends or is cut off; both are ended then."""
        ways = [
            asyncio.create_task(self._carry(client[0], server[1], answers=False)),
            asyncio.create_task(self._carry(server[0], client[1], answers=True)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            for _, writer in (client, server):
                writer.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool) -> None:
        loop = asyncio.get_running_loop()
        arrived: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def receive() -> None:
            with suppress(OSError):
                while data := await reader.read(_AT_ONCE):
                    arrived.put_nowait((loop.time(), data))
            arrived.put_nowait((loop.time(), b""))

        receiving = asyncio.create_task(receive())
        try:
            with suppress(OSError):
                while True:
                    at, data = await arrived.get()
                    if not data:
                        return
                    if not await self._pass(at, data, writer, answers=answers):
                        return
        finally:
            receiving.cancel()

    async def _pass(self, at: float, data: bytes, writer: asyncio.StreamWriter, *, answers: bool) -> bool:
        """Passes on what arrived `at` a time; false where that ended the connection."""
        fault = self._link.fault
        if self.dead:
            return True
        if fault is Fault.RESET and answers:
            writer.write(data[: len(data) // 2])
            await asyncio.sleep(0.01)
            _reset(writer)
            return False
        if fault is Fault.DELAY and answers:
            await asyncio.sleep(max(0.0, at + DELAY_SECONDS - asyncio.get_running_loop().time()))
        size = {Fault.SLOW: _PIECE, Fault.SLICED: 0}.get(fault, len(data))
        for piece in _cut(data, size):
            if self.dead:
                return True
            self._link.carried += len(piece)
            writer.write(piece)
            await writer.drain()
            if self._link.fault is Fault.SLOW:
                await asyncio.sleep(len(piece) / SLOW_BYTES_PER_SECOND)
            elif size == 0:
                # So that no two pieces are sent as one.
                await asyncio.sleep(0)
        return True


def _cut(data: bytes, size: int) -> Iterator[bytes]:
    """Pieces of a size, of one to seven bytes where it is 0."""
    at = 0
    while at < len(data):
        length = size or random.randint(1, 7)
        yield data[at : at + length]
        at += length


def _reset(writer: asyncio.StreamWriter) -> None:
    """Ends a connection with RST in the place of FIN."""
    ours = writer.get_extra_info("socket")
    if ours is not None:
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


class Links:
    """The lines of a stack, by name."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._links: dict[str, Link] = {}

    def add(self, name: str, upstream: int) -> int:
        """A new line to a port; gives its own."""
        link = self._links[name] = Link(upstream)
        self._do(link.become(Fault.NONE))
        return link.port

    def damage(self, name: str, fault: Fault) -> None:
        """Lets a fault begin on one line; `Fault.NONE` ends it."""
        self._do(self._links[name].become(fault))

    def port(self, name: str) -> int:
        """Where a line begins."""
        return self._links[name].port

    def carried(self, name: str) -> int:
        """Bytes that went over a line so far, both ways together."""
        return self._links[name].carried

    def close(self) -> None:
        """Ends all of them."""
        for link in self._links.values():
            self._do(link.close())

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(_SET_SECONDS)


@contextmanager
def running_links() -> Iterator[Links]:
    """Lines for the length of the block."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="links", daemon=True)
    thread.start()
    links = Links(loop)
    try:
        yield links
    finally:
        try:
            links.close()
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()
