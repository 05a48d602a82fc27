"""Doing a thing once, however often it is asked for: what an `Idempotency-Key` stands for.

A key is bound to one request by a record. The record says under which id the thing is stored, and holds nothing of the
thing itself: a repeated request reads it where it lies. So it is answered with what is stored, and what is deleted is
nowhere else.

    claim ── new ──────> work ── stored ──> done        and every later request reads what is stored
      │       └── failed, left or killed: the lease ends, and the next request takes over under the same id
      └── another holds it: wait for it
"""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from contextvars import ContextVar
from dataclasses import replace
from datetime import timedelta

import structlog

from shared.background import repeating
from shared.cancellation import finish
from shared.claims import Claim, ClaimRecord, ClaimStore, Wish, digest
from shared.clock import Clock, epoch_milliseconds
from shared.errors import AlreadyExists, Conflict, DatabaseUnavailable, InvalidInput, NotFound, Violation

log = structlog.get_logger()

FIELD = "idempotency-key"
KEPT = timedelta(hours=24)
# A process that was killed holds its claims no longer than this; the clocks of all hosts must agree to within it.
LEASE = timedelta(seconds=5)
_RENEWAL_SECONDS = 1.5
_POLL_SECONDS = (0.05, 0.5)
_RESERVE_SECONDS = 0.25
# Who has less left was perhaps failed by that alone.
_HURRY_SECONDS = 1.0
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


_key: ContextVar[str] = ContextVar("idempotency_key", default="")


def carry_key(key: str) -> None:
    """Binds the key of the request that is being handled."""
    _key.set(key)


class Idempotency:
    """Claims things by the key of the current request. Safe for concurrent use."""

    def __init__(
        self,
        store: ClaimStore,
        clock: Clock,
        *,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._store = store
        self._clock = clock
        self._now = now
        self._sleep = sleep
        # What this process is doing, for those here who wait for it.
        self._under_way: dict[str, asyncio.Future[None]] = {}
        # Holders of this process that do nothing any more, which the database could not be told; until when it matters.
        self._left: dict[str, int] = {}

    @asynccontextmanager
    async def claim(self, wish: Wish, time_left: float | None = None) -> AsyncIterator[Claim]:
        """The right to do what is wished, for the length of the block; without a key it is new each time.

        A block that ends well has stored the thing. One that raises gives the claim back; where it says that nothing is
        to be done (what is asked for is wrong, or about what is not there) the key is as good as new. Whoever waits in
        this process for a block that fails raises what that raises, unless it had run out of its own caller's time.
        Raises `IdempotencyKeyReused`, and `IdempotencyKeyBusy` when `time_left` seconds have passed.
        """
        if not (key := _key.get()):
            yield Claim(self._clock.new_id())
            return
        ends = math.inf if time_left is None else self._now() + time_left - _RESERVE_SECONDS
        record, claim = await self._take(key, wish, ends)
        if claim.done:
            yield claim
            return
        ended = self._under_way[record.record_id] = asyncio.get_running_loop().create_future()
        renewing = asyncio.create_task(self._renew(record))
        shared: Exception | None = None
        try:
            yield claim
        except BaseException as error:
            in_time = self._now() < ends - _HURRY_SECONDS
            shared = error if isinstance(error, Exception) and in_time else None
            await finish(self._give_back(record, error))
            raise
        else:
            await finish(self._finish(record))
        finally:
            renewing.cancel()
            if self._under_way.get(record.record_id) is ended:
                del self._under_way[record.record_id]
            _end(ended, shared)

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
        if dropped := await self._store.sweep(self._milliseconds()):
            log.info("idempotency.swept", records=dropped)

    async def _take(self, key: str, wish: Wish, ends: float) -> tuple[ClaimRecord, Claim]:
        pause, most = _POLL_SECONDS
        mine = self._record(key, wish)
        while True:
            with self._leaving(mine):
                found = await self._store.begin(mine)
            if found.holder == mine.holder:
                # Of a record that was taken over, if the answer to that was lost.
                return found, Claim(found.new_id, retaken=found.new_id != mine.new_id)
            if found.fingerprint != mine.fingerprint:
                raise IdempotencyKeyReused
            if found.done:
                return found, Claim(found.new_id, done=True)
            ended = self._under_way.get(mine.record_id)
            if ended is None and (found.holder in self._left or self._is_over(found)):
                taken = replace(mine, new_id=found.new_id, unique_key=found.unique_key, lease_until=self._lease())
                with self._leaving(taken):
                    is_taken = await self._store.take(found, taken)
                if is_taken:
                    return taken, Claim(taken.new_id, retaken=True)
                continue
            if self._now() >= ends:
                raise IdempotencyKeyBusy
            if ended is not None:
                await _wait(ended, ends - self._now())
            else:
                await self._sleep(min(pause, max(ends - self._now(), 0)))
                pause = min(pause * 2, most)

    @contextmanager
    def _leaving(self, record: ClaimRecord) -> Iterator[None]:
        try:
            yield
        except BaseException:
            # Perhaps it is stored all the same.
            self._leave(record)
            raise

    def _leave(self, record: ClaimRecord) -> None:
        """Remembers, for the length of a lease, that nobody works under a claim which may look held."""
        now = self._milliseconds()
        self._left = {holder: until for holder, until in self._left.items() if until > now}
        self._left[record.holder] = self._lease()

    def _is_over(self, record: ClaimRecord) -> bool:
        """Whether a lease has ended. One that is longer than leases are was made by a clock that went wrong."""
        now = self._milliseconds()
        return not now < record.lease_until <= now + 2 * _milliseconds_of(LEASE)

    def _record(self, key: str, wish: Wish) -> ClaimRecord:
        new_id = self._clock.new_id()
        return ClaimRecord(
            record_id=digest(wish.operation.encode(), wish.unique_key.encode(), key.encode()),
            fingerprint=wish.fingerprint(),
            unique_key=wish.unique_key or new_id,
            new_id=new_id,
            holder=self._clock.new_id(),
            lease_until=self._lease(),
            expires_at=self._milliseconds() + _milliseconds_of(KEPT),
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
            self._leave(record)
            log.warning("idempotency.not_finished")

    async def _give_back(self, record: ClaimRecord, error: BaseException) -> None:
        try:
            if isinstance(error, NotFound | InvalidInput | AlreadyExists):
                await self._store.drop(record)
            else:
                await self._store.extend(record, 0)
        except DatabaseUnavailable:
            self._leave(record)

    def _lease(self) -> int:
        return self._milliseconds() + _milliseconds_of(LEASE)

    def _milliseconds(self) -> int:
        return epoch_milliseconds(self._clock.now())


async def _wait(ended: asyncio.Future[None], seconds: float) -> None:
    """For the end of what this process does, so long at most; raises what is shared of it."""
    done, _ = await asyncio.wait([ended], timeout=None if seconds == math.inf else max(seconds, 0))
    for each in done:
        each.result()


def _end(ended: asyncio.Future[None], error: Exception | None = None) -> None:
    if error is None:
        ended.set_result(None)
        return
    ended.set_exception(error)
    # Perhaps nobody waits.
    ended.exception()


def _milliseconds_of(span: timedelta) -> int:
    return int(span.total_seconds() * 1000)
