"""Clients that do all day what people do: store a resume, read it, have questions and a path written, delete it.

Every request is looked at: what came is what was asked for, or it is a failure, with what was there instead.
"""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.load.connection import ConnectionBroken, KeptConnection, Reply
from tests.load.requests import request
from tests.support.resumes import load_example
from tests.support.stack import Stack

# Of the limits that keep a crowd away; without a vendor's key few generations are let in at once.
NOBODY_IS_SENT_AWAY = {"GATEWAY_GENERATIONS_IN_FLIGHT": "100"}
_PATIENCE_SECONDS = 90.0
_LOCAL = "?provider=local&fallback=false"


@dataclass(frozen=True, slots=True)
class Failure:
    """One request that did not get what it asked for. `repeatable`: the gateway may send it twice."""

    kind: str
    repeatable: bool
    what: str
    at: float


@dataclass(slots=True)
class Visits:
    """What came of all requests so far."""

    requests: Counter[str] = field(default_factory=Counter)
    repeatable: int = 0
    failures: list[Failure] = field(default_factory=list)
    slowest: float = 0.0

    @property
    def total(self) -> int:
        """Requests that were answered or failed."""
        return self.requests.total()

    @property
    def failed_repeatable(self) -> int:
        """Failures of requests that may be sent twice."""
        return sum(failure.repeatable for failure in self.failures)

    def tell_failures(self) -> str:
        """Each kind of failure and how often it came; empty without any."""
        counts = Counter(f"{failure.kind}: {failure.what}" for failure in self.failures)
        return "; ".join(f"{number} x {what}" for what, number in counts.most_common())

    async def reach(self, total: int, *, seconds: float) -> None:
        """Waits until so many requests were made. Raises `TimeoutError`."""
        async with asyncio.timeout(seconds):
            while self.total < total:  # noqa: ASYNC110 - it is a number that is waited for
                await asyncio.sleep(0.05)


@asynccontextmanager
async def visiting(stack: Stack, *, clients: int) -> AsyncIterator[Visits]:
    """So many clients at work for the length of the block, each as fast as it is answered."""
    visits, leaving = Visits(), asyncio.Event()
    numbers = count()
    tasks = [
        asyncio.create_task(_Client(stack.settings.gateway_port, visits).stay(numbers, leaving)) for _ in range(clients)
    ]
    try:
        yield visits
        leaving.set()
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class _Client:
    def __init__(self, port: int, visits: Visits) -> None:
        self._visits = visits
        self._connection = KeptConnection(port, _PATIENCE_SECONDS)

    async def stay(self, numbers: Iterator[int], leaving: asyncio.Event) -> None:
        try:
            while not leaving.is_set():
                await self._visit(next(numbers))
        finally:
            self._connection.close()

    async def _visit(self, number: int) -> None:
        """Every other one repeats itself where it is not answered: its writes bring a key."""
        key, resume = f"visit-{number}", load_example()
        keyed = {"Idempotency-Key": f"visit-{number}"} if number % 2 else {}
        mark = f'"unique_key":"{key}"'
        create = request("POST", "/api/v1/resumes", resume | {"unique_key": key}, keyed)
        if not await self._ask("create", create, mark, repeatable=bool(keyed)):
            return
        await self._ask("get", request("GET", f"/api/v1/resumes/{key}"), mark)
        generators = {"questions": f"interview/{key}/questions", "path": f"learning/{key}/learning-path"}
        for kind, path in generators.items():
            generate = request("POST", f"/api/v1/{path}{_LOCAL}", headers=keyed)
            if await self._ask(kind, generate, mark, repeatable=bool(keyed)):
                await self._ask("read", request("GET", f"/api/v1/{path}"), mark)
        await self._ask("list", request("GET", "/api/v1/resumes?page_size=5"), '"resumes":[')
        await self._ask("replace", request("PUT", f"/api/v1/resumes/{key}", resume), mark)
        await self._ask("delete", request("DELETE", f"/api/v1/resumes/{key}"), "", repeatable=False)

    async def _ask(self, kind: str, text: bytes, mark: str, *, repeatable: bool = True) -> bool:
        start = time.perf_counter()
        try:
            reply = await self._connection.send(text)
        except (ConnectionBroken, TimeoutError) as error:
            what = str(error) or "no answer"
        else:
            what = "" if reply.status == 200 and mark.encode() in reply.body else _describe(reply)
        visits = self._visits
        visits.requests[kind] += 1
        visits.repeatable += repeatable
        visits.slowest = max(visits.slowest, time.perf_counter() - start)
        if what:
            visits.failures.append(Failure(kind, repeatable, what, time.time()))
        return not what


def _describe(reply: Reply) -> str:
    try:
        answer: dict[str, Any] = json.loads(reply.body)
        details = answer.get("details") or [{}]
        return f"{reply.status} {details[0].get('reason') or answer.get('message', '')}"
    except ValueError:
        return f"{reply.status}, no JSON"
