"""Somebody who does things under an idempotency key, and the stores that let the tests say when what happens."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.claims import Claim, ClaimRecord, ClaimStore, Wish
from shared.clock import Clock
from shared.errors import DatabaseUnavailable
from shared.idempotency import Idempotency, carry_key

WISH = Wish("GenerateQuestions", "kim", {"language": "ko"})


@dataclass
class Time:
    """A clock that moves when somebody sleeps."""

    seconds: float = 0.0
    start: datetime = field(default_factory=lambda: datetime(2026, 11, 21, tzinfo=UTC))

    def clock(self) -> Clock:
        """As a clock with real ids."""
        return Clock(now=lambda: self.start + timedelta(seconds=self.seconds))

    def idempotency(self, store: ClaimStore) -> Idempotency:
        """A process that lives by this time."""
        return Idempotency(store, self.clock(), now=lambda: self.seconds, sleep=self.sleep)

    async def sleep(self, seconds: float) -> None:
        """Passes the time at once."""
        self.seconds += seconds
        await asyncio.sleep(0)


@dataclass
class Shop:
    """Does things once, and keeps what was done by id."""

    idempotency: Idempotency
    done: dict[str, int] = field(default_factory=dict)
    failures: int = 0
    claims: list[Claim] = field(default_factory=list)
    on_claim: Callable[[], None] = lambda: None
    works_until: asyncio.Event | None = None

    async def order(self, key: str = "k-1", wish: Wish = WISH, *, time_left: float | None = None) -> str:
        """Does what is wished unless it was done, and gives its id. Fails while `failures` are left."""
        carry_key(key)
        async with self.idempotency.claim(wish, time_left) as claim:
            self.claims.append(claim)
            self.on_claim()
            if claim.done:
                return claim.new_id
            await (self.works_until.wait() if self.works_until else asyncio.sleep(0.01))
            if self.failures:
                self.failures -= 1
                raise DatabaseUnavailable
            self.done[claim.new_id] = self.done.get(claim.new_id, 0) + 1
            return claim.new_id


@dataclass
class AwayStore:
    """A store whose database goes away while something is done, after it took what it was told or before."""

    store: ClaimStore
    away: bool = False
    loses_answers: bool = False
    # Whom alone it fails; empty: everybody.
    fails: str = ""

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.store, name)

        async def ask(*arguments: Any) -> Any:
            is_away = self.away and name.startswith(self.fails)
            if is_away and not self.loses_answers:
                raise DatabaseUnavailable
            answer = await method(*arguments)
            if is_away:
                raise DatabaseUnavailable
            return answer

        return ask


class CrowdedStore:
    """Another store, which says when so many have been told whose the claim is."""

    def __init__(self, store: ClaimStore, crowd: int) -> None:
        self._store = store
        self._missing = crowd
        self.all_told = asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def begin(self, record: ClaimRecord) -> ClaimRecord:
        """As the other store does."""
        found = await self._store.begin(record)
        self._missing -= 1
        if not self._missing:
            self.all_told.set()
        return found
