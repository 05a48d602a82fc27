"""One who calls: repeats a request until its answer is definite, or hangs up before it comes."""

import asyncio
import json
import random
import time
from contextlib import suppress
from itertools import count
from typing import Any
from urllib.parse import quote

from tests.load.connection import Connection, ConnectionBroken, KeptConnection, Reply
from tests.load.requests import request
from tests.soak.books import Books

ANSWER_SECONDS = 15.0
PATIENCE_SECONDS = 90.0
# So long one stays at most who leaves before the answer.
STAY_SECONDS = 0.03
_PAUSE_SECONDS = (0.05, 0.5)
# What says nothing of a request, or that it may be sent again.
_PASSING = frozenset((409, 429, 502, 503, 504))


class _Nothing(Exception):
    """No answer, for a reason."""


class Caller:
    """Calls the gateway at a port over one connection, as `name`, and notes all that comes of it in the books."""

    def __init__(self, port: int, books: Books, name: str, seed: int) -> None:
        self.books = books
        self.chance = random.Random(seed)
        self._port = port
        self._name = name
        self._numbers = count()
        self._connection = KeptConnection(port, ANSWER_SECONDS)

    def close(self) -> None:
        """Hangs up."""
        self._connection.close()

    def new_key(self) -> str:
        """A key that nobody else has."""
        return f"{self._name}-{next(self._numbers)}"

    async def settle(
        self,
        kind: str,
        method: str,
        path: str,
        body: Any = None,
        *,
        good: tuple[int, ...] = (200,),
        again: tuple[int, ...] = (),
        once: bool = False,
    ) -> Reply | None:
        """Sends a request until its answer is definite, with a key of its own if it is to be done `once`.

        None where nobody had patience any more, or where the answer was none of the `good` ones: both are noted. Those
        in `again` are good where an earlier try was not answered.
        """
        text = request(method, path, body, {"idempotency-key": f"once-{self.new_key()}"} if once else None)
        began = time.monotonic()
        pause, most = _PAUSE_SECONDS
        for tries in count():
            start = time.perf_counter()
            try:
                reply = await self._ask(text)
            except _Nothing as nothing:
                self.books.failures[kind, str(nothing)] += 1
            else:
                if reply.status in good or (tries and reply.status in again):
                    self.books.note(kind, time.perf_counter() - start)
                    return reply
                if reply.status not in _PASSING:
                    self.books.wrong.append(f"{kind}: {reply.status} {_reason(reply)}")
                    return None
                self.books.failures[kind, f"{reply.status} {_reason(reply)}"] += 1
            if time.monotonic() - began > PATIENCE_SECONDS:
                self.books.stuck.append(f"{kind} {path}")
                return None
            await asyncio.sleep(pause * self.chance.uniform(0.5, 1.5))
            pause = min(2 * pause, most)
        raise AssertionError  # nobody counts to the end

    async def _ask(self, text: bytes) -> Reply:
        self.books.requests += 1
        try:
            return await self._connection.send(text)
        except (ConnectionBroken, TimeoutError) as error:
            raise _Nothing("broken" if isinstance(error, ConnectionBroken) else "late") from None

    async def leave(self, kind: str, text: bytes, *, when_it_begins: bool) -> None:
        """Sends a request on a connection of its own and hangs up: after a moment, or when the answer begins."""
        self.books.requests += 1
        stay = ANSWER_SECONDS if when_it_begins else self.chance.uniform(0, STAY_SECONDS)
        with suppress(ConnectionBroken, TimeoutError):
            async with asyncio.timeout(ANSWER_SECONDS):
                connection = await Connection.open("127.0.0.1", self._port)
            asking = asyncio.create_task(connection.send(text))
            ends = time.monotonic() + stay
            while True:
                if asking.done() or connection._received or time.monotonic() > ends:
                    break
                await asyncio.sleep(0.001)
            connection.close()
            await asyncio.gather(asking, return_exceptions=True)
            self.books.note(kind, 0.0)

    async def read_list(self, path: str, name: str) -> list[dict[str, Any]]:
        """All pages of a list; what cannot be read is noted in the books."""
        items: list[dict[str, Any]] = []
        token = ""
        while True:
            reply = await self.settle("audit", "GET", f"{path}?page_size=100&page_token={quote(token, safe='')}")
            page = json.loads(reply.body) if reply else {}
            items += page.get(name, [])
            if not (token := page.get("next_page_token", "")):
                return items


def _reason(reply: Reply) -> str:
    try:
        return str(json.loads(reply.body)["details"][0]["reason"])
    except (ValueError, KeyError, IndexError, TypeError):
        return "without a reason"
