"""Ports that nobody has, for programs that are told where to listen.

They are outside of the range from which the kernel gives sockets theirs, and each test process walks through a block of
its own: so nobody takes one between looking and listening.
"""

import os
import random
import socket
from collections.abc import Iterator
from itertools import cycle

_FIRST, _BLOCK = 10_000, 5_000


def _numbers() -> Iterator[int]:
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 4
    first = _FIRST + worker * _BLOCK
    start = random.randrange(_BLOCK)
    # From anywhere in the block: runs beside each other seldom look at the same ports at the same moment.
    return cycle([*range(first + start, first + _BLOCK), *range(first, first + start)])


_candidates = _numbers()


def free_port() -> int:
    """A port of loopback that nobody listens at."""
    return next(number for number in _candidates if _is_free(number))


def free_row(length: int) -> int:
    """The first of so many free ports in a row."""
    row: list[int] = []
    while len(row) < length:
        number = free_port()
        row = [*row, number] if row and number == row[-1] + 1 else [number]
    return row[0]


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
