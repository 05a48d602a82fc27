"""Doing a thing once, however often it is asked for: what an `Idempotency-Key` stands for.

A key is bound to one request by a record. The record says under which id the thing is stored, and holds nothing of the
thing itself: a repeated request reads it where it lies. So it is answered with what is stored, and what is deleted is
nowhere else.

    claim ── new ──────> work ── stored ──> done        and every later request reads what is stored
      │       └── failed, left or killed: the lease ends, and the next request takes over under the same id
      └── another holds it: wait for it
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol

import msgspec
import structlog

from shared.background import repeating
from shared.clock import Clock
from shared.errors import CareerError, Conflict, DatabaseUnavailable, InvalidInput, Violation

log = structlog.get_logger()

FIELD = "idempotency-key"
KEPT = timedelta(hours=24)
# A process that was killed holds its claims no longer than this; the clocks of all hosts must agree to within it.
LEASE = timedelta(seconds=5)
_RENEWAL_SECONDS = 1.5
_POLL_SECONDS = (0.05, 0.5)
_RESERVE_SECONDS = 0.25
_SWEEP_SECONDS = 600.0


class IdempotencyKeyReused(InvalidInput):
    """The key was used before: for another request, or for one of which everything has been deleted."""

    reason = "IDEMPOTENCY_KEY_REUSED"
    message = "the Idempotency-Key was used before for another request"

    def __init__(self) -> None:
        super().__init__([Violation(FIELD, "was used before for another request, or for what has been deleted")])


class IdempotencyKeyBusy(Conflict):
    """The first request with this key is still under way."""

    reason = "IDEMPOTENCY_KEY_BUSY"
    message = "the first request with this Idempotency-Key is still under way; try again a little later"


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to do a thing. `new_id` is what it is to be stored under.

    `retaken`: somebody began before, and it may be stored already. `done`: it is.
    """

    new_id: str
    retaken: bool = False
    done: bool = False


@dataclass(frozen=True, slots=True)
class ClaimRecord:
    """What is kept of a key. `record_id` and `fingerprint` are digests; times are milliseconds of the epoch."""

    record_id: str
    fingerprint: str
    unique_key: str
    new_id: str
    holder: str
    lease_until: int
    expires_at: int
    done: bool = False


class ClaimStore(Protocol):
    """Keeps records. Every change is one atomic step. Raises `DatabaseUnavailable`."""

    async def begin(self, record: ClaimRecord) -> ClaimRecord:
        """Stores a record unless there is one of its id; gives the one that is there."""

    async def take(self, seen: ClaimRecord, taken: ClaimRecord) -> bool:
        """Replaces a record by one of another holder; false where it is not as it was `seen` any more."""

    async def extend(self, record: ClaimRecord, lease_until: int) -> None:
        """Sets the end of the lease, while it is this holder's and not done."""

    async def finish(self, record: ClaimRecord) -> None:
        """Marks it as done, while it is this holder's."""

    async def erase(self, unique_key: str) -> None:
        """Drops from the records of a resume all that tells of it; their keys stay used."""

    async def sweep(self, before: int) -> int:
        """Drops the records that expired before a time; answers how many."""


_key: ContextVar[str] = ContextVar("idempotency_key", default="")


def carry_key(key: str) -> None:
    """Binds the key of the request that is being handled."""
    _key.set(key)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for: its kind, the resume that it is about (empty: the id will be its key), and all it says."""

    operation: str
    unique_key: str
    content: object

    def fingerprint(self) -> str:
        """A digest of all that it says."""
        return _digest(
            self.operation.encode(), self.unique_key.encode(), msgspec.json.encode(self.content, order="sorted")
        )


class Idempotency:
    """Claims things by the key of the current request. Safe for concurrent use."""

    def __init__(
        self, store: ClaimStore, clock: Clock, *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._store = store
        self._clock = clock
        self._sleep = sleep
        # What this process is doing, for those here who wait for it.
        self._under_way: dict[str, asyncio.Future[None]] = {}

    @asynccontextmanager
    async def claim(self, wish: Wish, time_left: float | None = None) -> AsyncIterator[Claim]:
        """The right to do what is wished, for the length of the block; without a key it is new each time.

        A block that ends well has stored the thing; one that raises gives the claim back. Whoever waits in this process
        for a block that raises a `CareerError` raises it, too. Raises `IdempotencyKeyReused`, and `IdempotencyKeyBusy`
        when `time_left` seconds have passed.
        """
        if not (key := _key.get()):
            yield Claim(self._clock.new_id())
            return
        record, claim = await self._take(key, wish, time_left)
        if claim.done:
            yield claim
            return
        ended = self._under_way[record.record_id] = asyncio.get_running_loop().create_future()
        renewing = asyncio.create_task(self._renew(record))
        try:
            yield claim
        except BaseException as error:
            await asyncio.shield(self._give_back(record))
            _end(ended, error if isinstance(error, CareerError) else None)
            raise
        else:
            await self._finish(record)
            _end(ended)
        finally:
            renewing.cancel()
            self._under_way.pop(record.record_id, None)

    async def erase(self, unique_key: str) -> None:
        """Forgets what the keys of a resume were used for, and not that they were used."""
        await self._store.erase(unique_key)

    @asynccontextmanager
    async def sweeping(self) -> AsyncIterator[None]:
        """Drops expired records now and every ten minutes, for the length of the block."""
        async with repeating(self.sweep, _SWEEP_SECONDS):
            yield

    async def sweep(self) -> None:
        """Drops expired records."""
        if dropped := await self._store.sweep(self._now()):
            log.info("idempotency.swept", records=dropped)

    async def _take(self, key: str, wish: Wish, time_left: float | None) -> tuple[ClaimRecord, Claim]:
        ends = None if time_left is None else self._now() + max(time_left - _RESERVE_SECONDS, 0) * 1000
        pause, most = _POLL_SECONDS
        mine = self._record(key, wish)
        while True:
            found = await self._store.begin(mine)
            if found.holder == mine.holder:
                return mine, Claim(mine.new_id)
            if found.fingerprint != mine.fingerprint:
                raise IdempotencyKeyReused
            if found.done:
                return found, Claim(found.new_id, done=True)
            if found.lease_until <= self._now():
                taken = replace(mine, new_id=found.new_id, unique_key=found.unique_key, lease_until=self._lease())
                if await self._store.take(found, taken):
                    return taken, Claim(taken.new_id, retaken=True)
                continue
            if ends is not None and self._now() >= ends:
                raise IdempotencyKeyBusy
            await self._wait(mine.record_id, pause)
            pause = min(pause * 2, most)

    async def _wait(self, record_id: str, seconds: float) -> None:
        """For the end of what this process does, or a moment for what another does."""
        ended = self._under_way.get(record_id)
        if ended is None:
            await self._sleep(seconds)
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await asyncio.shield(ended)

    def _record(self, key: str, wish: Wish) -> ClaimRecord:
        new_id = self._clock.new_id()
        return ClaimRecord(
            record_id=_digest(wish.operation.encode(), wish.unique_key.encode(), key.encode()),
            fingerprint=wish.fingerprint(),
            unique_key=wish.unique_key or new_id,
            new_id=new_id,
            holder=self._clock.new_id(),
            lease_until=self._lease(),
            expires_at=self._now() + int(KEPT.total_seconds() * 1000),
        )

    async def _renew(self, record: ClaimRecord) -> None:
        while True:
            await self._sleep(_RENEWAL_SECONDS)
            with suppress(DatabaseUnavailable):
                await self._store.extend(record, self._lease())

    async def _finish(self, record: ClaimRecord) -> None:
        try:
            await self._store.finish(record)
        except DatabaseUnavailable:
            # It is stored, and whoever takes the claim over will find it.
            log.warning("idempotency.not_finished")

    async def _give_back(self, record: ClaimRecord) -> None:
        with suppress(DatabaseUnavailable):
            await self._store.extend(record, 0)

    def _lease(self) -> int:
        return self._now() + int(LEASE.total_seconds() * 1000)

    def _now(self) -> int:
        return int(self._clock.now().timestamp() * 1000)


def _end(ended: asyncio.Future[None], error: CareerError | None = None) -> None:
    if error is None:
        ended.set_result(None)
        return
    ended.set_exception(error)
    # Perhaps nobody waits.
    ended.exception()


def _digest(*parts: bytes) -> str:
    """One digest of several texts: their lengths keep them apart."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8) + part)
    return digest.hexdigest()
