"""What is known of a provider's speed, and when it counts as late."""

import pytest

from shared.llm.hedging import BURST, HedgeBudget
from shared.llm.latency import Latencies, Rolling
from tests.unit.llm.chains import Time


def test_nothing_is_known_at_first() -> None:
    """Without measurements there is no median: unknown is not zero."""
    rolling = Rolling(Time().now)

    assert (rolling.median, rolling.p95) == (None, None)


def test_median_and_95th_percentile() -> None:
    """Whatever the order in which they came."""
    rolling = Rolling(Time().now)

    for seconds in [*range(100, 50, -1), *range(1, 51)]:
        rolling.add(seconds)

    assert rolling.median == pytest.approx(50.5, abs=0.5)
    assert rolling.p95 == pytest.approx(95, abs=1)


def test_only_the_latest_hundred_count() -> None:
    """A provider that became slow is known as slow."""
    rolling = Rolling(Time().now)

    for seconds in [*[1.0] * 100, *[9.0] * 100]:
        rolling.add(seconds)

    assert (rolling.median, rolling.p95) == (9.0, 9.0)


def test_what_is_old_is_forgotten() -> None:
    """After ten minutes without an answer nothing is known any more."""
    time = Time()
    rolling = Rolling(time.now)
    rolling.add(1.0)

    time.seconds += 601

    assert rolling.median is None


@pytest.mark.parametrize(
    ("median", "patience"), [(0.2, 1.0), (0.6, 1.0), (2.0, 3.0), (10.0, 15.0)], ids=["quick", "usual", "slow", "thinks"]
)
def test_late_is_half_as_long_again_as_usual(median: float, patience: float) -> None:
    """And never less than a second."""
    latencies = Latencies(Time().now)
    latencies.note_answer(median, median, 30)

    assert latencies.hedge_delay(begun=False) == pytest.approx(patience)
    assert latencies.hedge_delay(begun=True) == pytest.approx(patience)


def test_who_never_answered_is_given_more_time_each_time() -> None:
    """A slow provider that is overtaken again and again would stay unknown for ever."""
    latencies = Latencies(Time().now)
    seen = []

    for _ in range(6):
        seen.append(latencies.hedge_delay(begun=False))
        latencies.note_silence(seen[-1])

    assert seen == [1, 2, 4, 8, 16, 16]


def test_who_is_known_is_given_no_more_time_for_silence() -> None:
    """One that used to answer and now hangs is left as soon as it is late."""
    latencies = Latencies(Time().now)
    latencies.note_answer(0.5, None, 3)

    latencies.note_silence(1.0)

    assert latencies.hedge_delay(begun=False) == 1.0


@pytest.mark.parametrize(("percent", "share"), [(5, 0.05), (25, 0.25), (50, 0.5)], ids=str)
def test_hedges_are_a_share_of_the_calls(percent: float, share: float) -> None:
    """After the first few, which need no calls before them."""
    budget = HedgeBudget(percent)
    taken = 0

    for _ in range(10_000):
        budget.note_call()
        taken += budget.take()

    assert taken == pytest.approx(share * 10_000 + BURST, abs=1)


def test_no_hedges_where_they_are_off() -> None:
    """Zero per cent is none, from the first call on."""
    budget = HedgeBudget(0)
    budget.note_call()

    assert not budget.take()
