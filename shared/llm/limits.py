"""How many requests at once one provider gets, and how many calls a minute all of them get together."""

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Callable

from shared.llm.errors import AtCapacity, RateCapped

_WINDOW_SECONDS = 60


class ConcurrencyLimiter:
    """At most `limit` requests of ours at one provider; `queue` more wait, in order, at most `patience` seconds each.

    Whoever has entered must leave, once. A slot goes from hand to hand: while anybody waits, nobody who comes later
    passes them. Belongs to one event loop.
    """

    def __init__(self, *, limit: int, queue: int, patience: float) -> None:
        self._limit = limit
        self._queue = queue
        self._patience = patience
        self._in_flight = 0
        # True: has a slot. False: has waited long enough.
        self._waiting: OrderedDict[asyncio.Future[bool], None] = OrderedDict()

    @property
    def in_flight(self) -> int:
        """How many have entered and not left."""
        return self._in_flight

    @property
    def waiting(self) -> int:
        """How many wait for a slot."""
        return len(self._waiting)

    def try_enter(self) -> bool:
        """Enters without waiting; False where there is no room."""
        # While anybody waits there is no room: `leave` gives the slot on instead of freeing it.
        if self._in_flight < self._limit:
            self._in_flight += 1
            return True
        return False

    async def enter(self) -> None:
        """Enters, after a wait where it must; raises `AtCapacity` where the queue is full or the wait too long.

        Whoever is cancelled has not entered.
        """
        if not self.try_enter():
            await self.wait()

    async def wait(self) -> None:
        """The waiting part of `enter`, for whoever has tried already."""
        if len(self._waiting) >= self._queue or not await self._line_up():
            raise AtCapacity

    def leave(self) -> None:
        """Gives the slot to the one who has waited longest, or back."""
        while self._waiting:
            waiter, _ = self._waiting.popitem(last=False)
            if not waiter.done():
                waiter.set_result(True)
                return
        self._in_flight -= 1

    async def _line_up(self) -> bool:
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[bool] = loop.create_future()
        self._waiting[waiter] = None
        timer = loop.call_later(self._patience, self._give_up, waiter)
        try:
            return await waiter
        except asyncio.CancelledError:
            self._waiting.pop(waiter, None)
            # Cancelled after the slot was handed over and before it could be used.
            if waiter.done() and not waiter.cancelled() and waiter.result():
                self.leave()
            raise
        finally:
            timer.cancel()

    def _give_up(self, waiter: asyncio.Future[bool]) -> None:
        self._waiting.pop(waiter, None)
        if not waiter.done():
            waiter.set_result(False)


class RateLimiter:
    """At most `per_minute` calls in any minute, however they are spread. `now` is a monotonic clock in seconds.

    A sliding window over counts for each second: a bucket of tokens that is full at the start would let twice as many
    through in the first minute. A call counts until the second it fell into is a whole minute past, so up to a
    second longer than need be; the memory is 61 counts, whatever the rate.
    """

    def __init__(self, per_minute: int, *, now: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._now = now
        # [second, calls in it], the oldest first.
        self._seconds: deque[list[int]] = deque()
        self._calls = 0

    def take(self) -> None:
        """Counts one call, or raises `RateCapped` and counts none."""
        now = self._now()
        second = int(now)
        seconds = self._seconds
        while seconds and second - seconds[0][0] > _WINDOW_SECONDS:
            self._calls -= seconds.popleft()[1]
        if self._calls >= self._per_minute:
            raise RateCapped(retry_after=seconds[0][0] + _WINDOW_SECONDS + 1 - now)
        if seconds and seconds[-1][0] == second:
            seconds[-1][1] += 1
        else:
            seconds.append([second, 1])
        self._calls += 1
