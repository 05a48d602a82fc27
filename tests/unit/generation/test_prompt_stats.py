"""What the sums of a prompt version say."""

import math
from collections import Counter
from collections.abc import Mapping

import pytest

from shared.generation.prompt_stats import (
    PromptStats,
    count_answer,
    count_attempts,
    count_failure,
    count_rating,
    read_stats,
)
from shared.llm.messages import Attempt, Rejection, Usage

PAID = Usage(100, 0, 40, 10, 0.02)


def stats_of(*numbers: Mapping[str, float]) -> PromptStats:
    """The stats of one active version with these numbers."""
    sums: Counter[str] = Counter()
    for each in numbers:
        sums.update(dict(each))
    (stats,) = read_stats({"q/1": sums}, {"q/1": 1.0})
    return stats


def attempt(outcome: str, *failed: str, usage: Usage | None = PAID) -> Attempt:
    """An attempt that failed these checks."""
    return Attempt("openai", "o", outcome, 5, failed, usage, rejections=tuple(Rejection(check) for check in failed))


def test_checks_are_counted_by_answer() -> None:
    """An answer counts once for each check that it failed, repaired ones too; who gave no answer counts for none."""
    attempts = [
        attempt("OK"),
        attempt("OK", "open"),
        attempt("ANSWER_REJECTED", "open", "grounded", "open"),
        attempt("ANSWER_MALFORMED"),
        attempt("TIMEOUT"),
        attempt("CIRCUIT_OPEN", usage=None),
    ]

    stats = stats_of(count_attempts(attempts))

    assert (stats.checked, stats.passed) == (4, 1)
    assert dict(stats.failed_checks) == {"open": 2, "grounded": 1, "readable": 1}
    assert list(stats.failed_checks) == ["open", "grounded", "readable"]


def test_tokens_and_cost_are_those_of_an_answer() -> None:
    """What failed attempts took counts with the answer they led to, and with none where there is none."""
    repaired = [attempt("OK"), attempt("ANSWER_REJECTED", "open")]
    lost = [attempt("ANSWER_REJECTED", "open"), attempt("ABANDONED", usage=None)]

    stats = stats_of(*map(count_attempts, (repaired, lost)), count_answer(0.5, repaired), count_failure())

    assert (stats.answers, stats.mean_input_tokens, stats.mean_output_tokens) == (1, 200, 100)
    assert stats.mean_cost_usd == pytest.approx(0.04)
    assert stats.total_cost_usd == pytest.approx(0.06)
    assert stats.calls_of_unknown_cost == 1


def test_an_unknown_cost_is_not_averaged() -> None:
    """The mean is that of the other answers, and absent where there are none."""
    unknown = [attempt("OK", usage=Usage(1, 0, 1, 0, None))]

    alone = stats_of(count_attempts(unknown), count_answer(1.0, unknown))
    beside = stats_of(count_answer(1.0, unknown), count_answer(1.0, [attempt("OK")]))

    assert (alone.mean_cost_usd, alone.calls_of_unknown_cost) == (None, 1)
    assert beside.mean_cost_usd == pytest.approx(0.02)


@pytest.mark.parametrize(
    ("seconds", "median", "p95"),
    [
        pytest.param([], None, None, id="none"),
        pytest.param([0.0], 1, 1, id="at-once"),
        pytest.param([2.0], 2000, 2000, id="one"),
        pytest.param([0.1] * 19 + [60.0], 100, 100, id="one-of-twenty-is-slow"),
        pytest.param([0.1] * 18 + [60.0] * 2, 100, 60_000, id="two-of-twenty-are-slow"),
    ],
)
def test_times_are_right_to_within_a_twelfth(seconds: list[float], median: int | None, p95: int | None) -> None:
    """Half of the answers, and 95 of 100, took no longer; what is said is never too short."""
    stats = stats_of(*(count_answer(each, []) for each in seconds))

    for said, true in ((stats.median_ms, median), (stats.p95_ms, p95)):
        assert (said is None) == (true is None)
        assert said is None or true is None or true * 0.999 <= said <= true * 1.081 + 1


@pytest.mark.parametrize(
    ("ratings", "mean", "interval"),
    [
        pytest.param([], None, None, id="none"),
        pytest.param([4], 4, (1, 5), id="one-says-next-to-nothing"),
        pytest.param([5, 5], 5, (2.04, 5), id="two-that-agree-are-not-certain"),
        pytest.param([3, 3, 3, 3], 3, (1.988, 4.012), id="four-that-agree"),
        pytest.param([1, 5], 3, (1, 5), id="never-beyond-the-scale"),
        pytest.param([2, 4] * 50, 3, (2.7993, 3.2007), id="a-hundred"),
    ],
)
def test_the_mean_rating_has_its_interval(
    ratings: list[int], mean: float | None, interval: tuple[float, float] | None
) -> None:
    """Wide while there are few ratings, as the plain one where there are many."""
    found = stats_of(*(count_rating(rating, "") for rating in ratings)).ratings

    assert (found.count, found.mean) == (len(ratings), mean)
    assert found.interval == (None if interval is None else pytest.approx(interval, abs=1e-3))


def test_reasons_are_counted() -> None:
    """Each by name; ratings without one count for none."""
    stats = stats_of(
        count_rating(2, "too_easy"), count_rating(1, "too_easy"), count_rating(5, "relevant"), count_rating(3, "")
    )

    assert stats.ratings.reasons == {"relevant": 1, "too_easy": 2}


def test_every_version_is_shown_that_is_active_or_has_written() -> None:
    """One that is active and has written nothing has zeros; one that is not active any more keeps its sums."""
    found = read_stats({"q/1": count_failure()}, {"q/2": 0.75, "q/3": 0.25})

    assert [(each.version, each.share, each.answers, each.failures) for each in found] == [
        ("q/1", 0.0, 0, 1),
        ("q/2", 0.75, 0, 0),
        ("q/3", 0.25, 0, 0),
    ]
    assert not any(math.isnan(each.mean_input_tokens) for each in found)
