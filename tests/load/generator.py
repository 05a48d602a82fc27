"""Many requests: in a closed loop (so many clients, each as fast as it is answered) or an open one (so many a second).

An open loop starts each request when it is due, whether or not the earlier ones were answered: the time of a request
counts from then on, so that a server that stalls is not spared what it did to those who would have come.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.load.connection import Connection, ConnectionBroken, Reply

# Makes the request of a number; two numbers may ask for two things.
MakeRequest = Callable[[int], bytes]
Send = Callable[[bytes], Awaitable[Reply]]

BROKEN = "broken"
LATE = "late"
PATIENCE_SECONDS = 30.0
_TICK_SECONDS = 0.002


@dataclass(slots=True)
class Tally:
    """What came of requests: seconds by outcome (a status as text, `broken`, `late`), and who was not told to wait."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    without_retry_after: int = 0
    in_warm_up: int = 0
    began: float = 0.0
    ended: float = 0.0
    # Of good answers, by the kind of their requests, where kinds are told apart.
    by_kind: dict[int, list[float]] = field(default_factory=dict)

    def add(self, outcome: str, seconds: float) -> None:
        """Counts one."""
        self.seconds.setdefault(outcome, []).append(seconds)

    def note(self, reply: Reply, seconds: float, kind: int | None = None) -> None:
        """Counts an answer."""
        self.add(str(reply.status), seconds)
        if kind is not None and reply.status < 300:
            self.by_kind.setdefault(kind, []).append(seconds)
        if reply.status in (429, 503) and reply.header("retry-after") is None:
            self.without_retry_after += 1

    def summary(self) -> dict[str, Any]:
        """As plain values: counts, percentiles in milliseconds and the rate of good answers."""
        good = [value for outcome, values in self.seconds.items() if outcome.startswith("2") for value in values]
        refused = [value for outcome in ("429", "503") for value in self.seconds.get(outcome, [])]
        duration = max(self.ended - self.began, 1e-9)
        return {
            "counts": {outcome: len(values) for outcome, values in sorted(self.seconds.items())},
            "duration": duration,
            "good_per_second": len(good) / duration,
            "good_ms": percentiles(good),
            "refused_ms": percentiles(refused),
            "without_retry_after": self.without_retry_after,
            "in_warm_up": self.in_warm_up,
            "kinds": {
                str(kind): {"good_per_second": len(values) / duration, "good_ms": percentiles(values)}
                for kind, values in sorted(self.by_kind.items())
            },
        }


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """p50, p95, p99 and the greatest, in milliseconds; empty for nothing."""
    if not seconds:
        return {}
    ordered = sorted(seconds)
    at = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}
    return {name: 1000 * ordered[min(int(share * len(ordered)), len(ordered) - 1)] for name, share in at.items()}


def rest_of(mix: Sequence[tuple[float, MakeRequest]], seed: int = 1) -> MakeRequest:
    """A request of several kinds, each as often as its weight says."""
    chance = random.Random(seed)
    weights, makers = [weight for weight, _ in mix], [make for _, make in mix]
    return lambda number: chance.choices(makers, weights)[0](number)


async def closed_loop(
    host: str, port: int, make: MakeRequest, *, clients: int, duration: float, warm_up: float = 0.0
) -> Tally:
    """So many clients, each asking again as soon as it is answered; what came during the warm-up is not counted."""
    numbers = count()
    counting_from = time.perf_counter() + warm_up
    until = counting_from + duration
    tally = Tally(began=counting_from, ended=until)

    async def client() -> None:
        connection: Connection | None = None
        while (start := time.perf_counter()) < until:
            try:
                # Not `wait_for`: it makes a task of each request.
                async with asyncio.timeout(PATIENCE_SECONDS):
                    if connection is None or connection.closed:
                        connection = await Connection.open(host, port)
                    reply = await connection.send(make(next(numbers)))
            except (ConnectionBroken, TimeoutError) as error:
                if connection is not None:
                    connection.close()
                if start >= counting_from:
                    tally.add(BROKEN if isinstance(error, ConnectionBroken) else LATE, time.perf_counter() - start)
                await asyncio.sleep(0.01)
                continue
            if start >= counting_from:
                tally.note(reply, time.perf_counter() - start)
            else:
                tally.in_warm_up += 1
        if connection is not None:
            connection.close()

    await asyncio.gather(*(client() for _ in range(clients)))
    return tally


async def open_loop(
    host: str,
    port: int,
    make: MakeRequest,
    *,
    rate: float,
    duration: float,
    patience: float = PATIENCE_SECONDS,
    most_connections: int = 4000,
    source: str | None = None,
    kind_of: Mapping[bytes, int] | None = None,
) -> Tally:
    """So many requests a second at even distances, whatever becomes of the earlier ones; `kind_of` tells them apart."""
    idle: list[Connection] = []
    tasks: set[asyncio.Task[None]] = set()
    tally = Tally(began=time.perf_counter())

    async def one(number: int, due: float) -> None:
        connection: Connection | None = None
        text = make(number)
        try:
            async with asyncio.timeout(patience):
                while idle and (connection := idle.pop()).closed:
                    connection = None
                if connection is None:
                    connection = await Connection.open(host, port, source=source)
                reply = await connection.send(text)
        except (ConnectionBroken, TimeoutError) as error:
            if connection is not None:
                connection.close()
            tally.add(BROKEN if isinstance(error, ConnectionBroken) else LATE, time.perf_counter() - due)
            return
        tally.note(reply, time.perf_counter() - due, kind_of.get(text) if kind_of else None)
        if reply.header("connection") == "close":
            connection.close()
        else:
            idle.append(connection)

    number = 0
    total = int(rate * duration)
    while number < total:
        due_count = min(total, int((time.perf_counter() - tally.began) * rate) + 1)
        while number < due_count:
            if len(tasks) >= most_connections:
                tally.add(LATE, 0.0)
            else:
                task = asyncio.create_task(one(number, tally.began + number / rate))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
            number += 1
        await asyncio.sleep(_TICK_SECONDS)
    tally.ended = max(time.perf_counter(), tally.began + duration)
    if tasks:
        await asyncio.wait(tasks)
    for connection in idle:
        connection.close()
    return tally
