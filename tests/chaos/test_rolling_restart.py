"""Every process is replaced under load, and nobody who calls notices."""

import asyncio
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from socket import AF_UNIX, socket

from tests.chaos.conftest import Recorder
from tests.chaos.visits import NOBODY_IS_SENT_AWAY, visiting
from tests.chaos.waiting import until_process
from tests.support.stack import Stack

SERVICES = ("resume", "interview", "learning")
CLIENTS = 30
PATIENCE_SECONDS = 60


async def test_nobody_notices_a_rolling_restart(
    start_stack: Callable[..., Stack], promise: Recorder, *, full: bool
) -> None:
    """Each service and the gateway: the next one is started beside it, and once that serves, the old one is ended."""
    stack = await asyncio.to_thread(start_stack, ROLLING_RESTARTS="true", **NOBODY_IS_SENT_AWAY)
    rounds, requests = (4, 5_000) if full else (1, 0)

    async with visiting(stack, clients=CLIENTS) as visits:
        for _ in range(rounds):
            for name in (*SERVICES, "gateway"):
                began = visits.total
                await replace(stack, name)
                # The next one is not begun before the clients have met this one.
                await visits.reach(max(visits.total, began) + CLIENTS, seconds=PATIENCE_SECONDS)
        await visits.reach(requests, seconds=PATIENCE_SECONDS * rounds)

    measured = f"{len(visits.failures)} of {visits.total} failed in {4 * rounds} restarts {visits.tell_failures()}"
    promise(
        f"rolling restart of every service and the gateway under {CLIENTS} busy clients",
        "0 failed requests",
        measured.strip(),
        holds=not visits.failures and visits.total >= requests,
    )


async def replace(stack: Stack, name: str) -> None:
    """Starts the next process of a service or the gateway, waits until it serves, and ends the old one."""
    old = f"{name}-before"
    stack.processes[old] = stack.processes.pop(name)
    seen = len(stack.read_log(name))
    stack.launch(name)
    await until_process(stack, name, lambda: is_serving(stack, name, seen))
    assert await asyncio.to_thread(stack.end, old) == 0


def is_serving(stack: Stack, name: str, seen: int) -> bool:
    """Whether the newest process of a name says so; of its log, the first `seen` characters are its forerunners'."""
    if name != "gateway":
        return '"serving": true' in stack.read_log(name)[seen:]
    connection = HTTPConnection("localhost")
    try:
        with socket(AF_UNIX) as connection.sock:
            # Named in /proc, as the path of a test's folder may be too long for a socket.
            process = stack.processes[name].pid
            connection.sock.connect(f"/proc/{process}/cwd/admin-{process}.sock")
            connection.request("GET", "/ready")
            return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
