"""A circuit breaker for one provider and model: after a few failures it is left alone, then tried one call at a time.

    CLOSED ──(3 failures in a row, 5 of the last 10, one that will stay, or a time to wait)──> OPEN
    OPEN ──(the pause is over: one call, the probe)──> HALF_OPEN
    HALF_OPEN ──(it answered)──> CLOSED      HALF_OPEN ──(it failed)──> OPEN, for twice as long

Only what speaks against the provider counts (`policies.py`): a request that it finds fault with, a refusal and an
answer that we cannot use show that it is alive.
"""

import asyncio
import random
from collections import deque
from collections.abc import Callable
from enum import Enum

from shared.llm.errors import NotAsked, ProviderError
from shared.llm.policies import Health, policy_of

IN_A_ROW = 3
OF_THE_LAST = 10
FAILED_OF_THE_LAST = 5
# The longest wait in seconds that we take a vendor's word for: it may fill a quota earlier than it thought.
MAX_RETRY_AFTER = 3600.0
# Processes that saw the same failure must not come back in the same moment.
_JITTER = 0.1


class Circuit(Enum):
    """The state of a breaker."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Lease:
    """The right to make one call. Whoever has it says once how the call ended; saying it again changes nothing."""

    __slots__ = ("_breaker", "_epoch", "_over", "early", "probe")

    def __init__(self, breaker: "CircuitBreaker", epoch: int, *, probe: bool, early: bool = False) -> None:
        self._breaker = breaker
        self._epoch = epoch
        self._over = False
        self.probe = probe
        self.early = early

    def succeed(self) -> None:
        """The provider answered, be it with something that we cannot use."""
        if self._end():
            self._breaker.note_success(self)

    def fail(self, error: ProviderError) -> None:
        """The call failed; the class of the error says whether that speaks against the provider, or nothing at all."""
        if self._end():
            self._breaker.note_failure(self, error)

    def release(self) -> None:
        """Nobody knows how it would have ended: the caller left, or the call was not made."""
        if self._end():
            self._breaker.note_nothing(self)

    def is_of(self, epoch: int) -> bool:
        """Whether the call began in this epoch; what is heard of older ones is no news."""
        return self._epoch == epoch

    def _end(self) -> bool:
        first, self._over = not self._over, True
        return first


class CircuitBreaker:
    """Admits calls or not. `now` is a monotonic clock in seconds, `chance` gives numbers from 0 to 1.

    `on_change` hears when it opens, for longer too, and when it closes; it must not raise.
    """

    def __init__(
        self,
        *,
        now: Callable[[], float],
        chance: Callable[[], float] = random.random,
        on_change: Callable[["CircuitBreaker"], None] | None = None,
    ) -> None:
        self._now = now
        self._chance = chance
        self._on_change = on_change
        self._epoch = 0
        self._open = False
        self._probing = False
        self._reopens = 0
        self._until = 0.0
        self._told_to_wait = False
        self._recent: deque[bool] = deque(maxlen=OF_THE_LAST)
        self._in_a_row = 0
        self._cause: ProviderError | None = None
        self._probe_watchers: list[asyncio.Future[None]] = []

    @property
    def state(self) -> Circuit:
        """Where it stands."""
        if not self._open:
            return Circuit.CLOSED
        return Circuit.HALF_OPEN if self._probing else Circuit.OPEN

    @property
    def cause(self) -> str:
        """The reason of the failure that opened it; empty while it is closed."""
        return self._cause.reason if self._open and self._cause else ""

    @property
    def seconds_left(self) -> float:
        """Until the next call is let through; 0 while it is closed."""
        return max(0.0, self._until - self._now()) if self._open else 0.0

    @property
    def may_probe_early(self) -> bool:
        """Whether a call before the end of the pause makes sense, where nobody else is left to ask.

        It does not while a probe is out, where the vendor named a time, or where an operator has to act.
        """
        if not self._open or self._probing or self._told_to_wait or self._cause is None:
            return False
        return policy_of(self._cause).health is Health.TRANSIENT

    @property
    def admits(self) -> bool:
        """Whether a call would be let through now."""
        return not self._open or (not self._probing and self._now() >= self._until)

    @property
    def may_be_waited_for(self) -> bool:
        """Whether a caller may wait out the pause: the vendor named its end, and no operator has to act before."""
        transient = self._cause is not None and policy_of(self._cause).health is Health.TRANSIENT
        return self._open and self._told_to_wait and transient

    def admit(self, *, early: bool = False) -> Lease | None:
        """The right to make a call; None while the provider is left alone. `early` asks for the probe at once."""
        if not self._open:
            return Lease(self, self._epoch, probe=False)
        on_time = self.admits
        if not on_time and not (early and self.may_probe_early):
            return None
        self._probing = True
        return Lease(self, self._epoch, probe=True, early=not on_time)

    async def probe_end(self) -> None:
        """Waits until the probe that is out has ended, however; returns at once where none is."""
        if self._probing:
            watcher = asyncio.get_running_loop().create_future()
            self._probe_watchers.append(watcher)
            await watcher

    def note_success(self, lease: Lease) -> None:
        """For leases."""
        if not lease.is_of(self._epoch):
            return
        if lease.probe:
            self._close()
        self._in_a_row = 0
        self._recent.append(True)

    def note_failure(self, lease: Lease, error: ProviderError) -> None:
        """For leases."""
        policy = policy_of(error)
        if isinstance(error, NotAsked):
            self.note_nothing(lease)
            return
        if policy.health is Health.UNTOUCHED:
            self.note_success(lease)
            return
        if not lease.is_of(self._epoch):
            self._heed_longer_wait(error)
            return
        self._in_a_row += 1
        self._recent.append(False)
        enough = self._in_a_row >= IN_A_ROW or self._recent.count(False) >= FAILED_OF_THE_LAST
        if lease.probe or enough or policy.health is Health.PERMANENT or error.retry_after:
            self._trip(error, early=lease.early)

    def note_nothing(self, lease: Lease) -> None:
        """For leases."""
        if lease.probe and lease.is_of(self._epoch):
            self._end_probe()

    def _close(self) -> None:
        self._open = False
        self._end_probe()
        self._epoch += 1
        self._reopens = 0
        self._recent.clear()
        self._cause = None
        self._tell()

    def _end_probe(self) -> None:
        self._probing = False
        for watcher in self._probe_watchers:
            if not watcher.done():
                watcher.set_result(None)
        self._probe_watchers.clear()

    def _trip(self, error: ProviderError, *, early: bool) -> None:
        policy = policy_of(error)
        told = min(error.retry_after or 0.0, MAX_RETRY_AFTER)
        # What an early probe meets was to be expected: it makes the pause no longer.
        if not early:
            pause = min(policy.longest, policy.away * 2**self._reopens)
            pause *= 1 + _JITTER * (2 * self._chance() - 1)
            self._until = self._now() + pause
            # Doubling an int for ever would overflow the float that it is multiplied with.
            self._reopens = min(self._reopens + 1, 32)
        self._until = max(self._until, self._now() + told)
        self._told_to_wait = told > 0
        self._open = True
        self._end_probe()
        self._epoch += 1
        self._in_a_row = 0
        self._recent.clear()
        self._cause = error
        self._tell()

    def _heed_longer_wait(self, error: ProviderError) -> None:
        """A call from before the circuit opened may know of a longer wait than the one that opened it."""
        until = self._now() + min(error.retry_after or 0.0, MAX_RETRY_AFTER)
        if self._open and error.retry_after and until > self._until:
            self._until, self._told_to_wait = until, True

    def _tell(self) -> None:
        if self._on_change is not None:
            self._on_change(self)
