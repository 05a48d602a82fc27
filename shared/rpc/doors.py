"""The doors of a process: its sockets at the port where it listens, by what the operating system says of them.

gRPC's server can close its listening sockets only together with everything else, and then it cancels calls that have
arrived and that no handler has seen yet: whoever made them cannot know that they may be repeated.
"""

import asyncio
import os
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_POLL_SECONDS = 0.05


def close_doors(port: int) -> None:
    """Takes no new connections at the port; those that are there stay. Linux: elsewhere nothing happens."""
    for each in _sockets_at(port):
        with suppress(OSError):
            if each.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                each.shutdown(socket.SHUT_RDWR)


async def wait_until_left(port: int, seconds: float) -> None:
    """Waits until nobody is connected any more, `seconds` at most."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while any(_is_connected(each) for each in _sockets_at(port)):  # noqa: ASYNC110 - nobody tells of it
                await asyncio.sleep(_POLL_SECONDS)


def _is_connected(each: socket.socket) -> bool:
    try:
        each.getpeername()
    except OSError:
        return False
    return True


def _sockets_at(port: int) -> Iterator[socket.socket]:
    for entry in list(Path("/dev/fd").iterdir()):
        try:
            copy = os.dup(int(entry.name))
        except OSError:
            continue  # closed meanwhile
        try:
            each = socket.socket(fileno=copy)
        except OSError:
            os.close(copy)  # something else
            continue
        with each, suppress(OSError):
            if each.family in (socket.AF_INET, socket.AF_INET6) and each.getsockname()[1] == port:
                yield each
