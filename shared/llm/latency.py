"""How fast a provider has been of late, and from when on it is late."""

import math
from bisect import bisect_left, insort
from collections import deque
from collections.abc import Callable

_SAMPLES = 100
# What was measured longer ago says nothing of now, in seconds.
_MEMORY = 600.0

# No provider is late before this, in seconds: the time within which a known failure has to move on.
MIN_HEDGE_DELAY = 1.0
_TIMES_MEDIAN = 1.5
# A provider of which nothing is known gets twice the time after each answer that we did not wait for, to this.
_MAX_TIMES_UNKNOWN = 16.0
# So often a provider of which nothing is known is asked first where the fastest is wanted.
_TRIES_OF_THE_UNKNOWN = 3


class Rolling:
    """The last hundred measurements in seconds, kept in order as they come; known for ten minutes.

    Reading changes nothing, so that metrics may be read from another thread.
    """

    __slots__ = ("_latest", "_now", "_order", "_sorted")

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._latest: deque[tuple[float, float]] = deque()
        self._sorted: list[float] = []

    def add(self, seconds: float) -> None:
        """Takes one more measurement."""
        now = self._now()
        self._latest.append((now, seconds))
        insort(self._sorted, seconds)
        while len(self._latest) > _SAMPLES or self._latest[0][0] < now - _MEMORY:
            _, oldest = self._latest.popleft()
            del self._sorted[bisect_left(self._sorted, oldest)]

    @property
    def median(self) -> float | None:
        """Half of them took no longer; None where nothing is known."""
        return self._at(0.5)

    @property
    def p95(self) -> float | None:
        """95 of 100 took no longer; None where nothing is known."""
        return self._at(0.95)

    def _at(self, share: float) -> float | None:
        if not self._latest or self._latest[-1][0] < self._now() - _MEMORY:
            return None
        return self._sorted[int(share * (len(self._sorted) - 1) + 0.5)]


class Latencies:
    """What is known of one provider: to the first token, between tokens (the longest of each answer), in all."""

    __slots__ = ("_failures", "_unanswered", "first_token", "longest_gap", "min_hedge_delay", "total")

    def __init__(self, now: Callable[[], float], *, min_hedge_delay: float = MIN_HEDGE_DELAY) -> None:
        self.first_token = Rolling(now)
        self.longest_gap = Rolling(now)
        self.total = Rolling(now)
        self.min_hedge_delay = min_hedge_delay
        self._unanswered = 0
        self._failures = 0

    def note_answer(self, first_token: float, longest_gap: float | None, total: float) -> None:
        """A whole answer came. `longest_gap` is None where it came in one piece."""
        self.first_token.add(first_token)
        if longest_gap is not None:
            self.longest_gap.add(longest_gap)
        self.total.add(total)
        self._unanswered = self._failures = 0

    def note_failure(self) -> None:
        """It was asked, and no whole answer came."""
        self._failures += 1

    @property
    def seconds(self) -> float:
        """How long an answer takes, for comparing: 0 where nothing is known, so that it becomes known.

        Without end where nothing was learned by asking either.
        """
        median = self.total.median
        if median is not None:
            return median
        return 0.0 if self._failures < _TRIES_OF_THE_UNKNOWN else math.inf

    def note_silence(self, delay: float) -> None:
        """We went elsewhere after `delay` seconds in which nothing came; those who waited as long say nothing new."""
        if delay >= self.hedge_delay(begun=False):
            self._unanswered += 1

    def hedge_delay(self, *, begun: bool) -> float:
        """Seconds of silence from which on it is late: before the first token, or after an answer has `begun`.

        A provider that never answered may just be slow, and would stay unknown if it were always overtaken: it is given
        more time each time.
        """
        median = (self.longest_gap if begun else self.first_token).median
        if median is not None:
            return max(self.min_hedge_delay, _TIMES_MEDIAN * median)
        return self.min_hedge_delay * min(2.0**self._unanswered, _MAX_TIMES_UNKNOWN)
