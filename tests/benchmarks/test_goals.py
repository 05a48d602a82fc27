"""The verdicts of the benchmark's table."""

from typing import Any

import pytest

from tests.benchmarks.figures import Figures
from tests.benchmarks.goals import rows_of
from tests.benchmarks.lanes import LITELLM, OURS, RAW


def figures_of(ours: dict[str, Any], figure: str) -> Figures:
    """One figure, ours beside nobody."""
    return {figure: {OURS: ours}}


@pytest.mark.parametrize(
    ("figure", "ours", "met"),
    [
        ("throughput", {"per_second": 500}, True),
        ("throughput", {"per_second": 499}, False),
        ("outage", {"attempts_per_call": 1.1}, True),
        ("outage", {"attempts_per_call": 1.11}, False),
        ("failover, 500", {"median_ms": 4.0, "p99_ms": 50.0}, True),
        ("failover, 500", {"median_ms": 4.0, "p99_ms": 51.0}, False),
        (
            "memory",
            {"megabytes": 151.0, "after_calls": 10_000, "slope_per_10000": 0.5, "slope_over_calls": 8000},
            False,
        ),
        ("cut", {"trials": 200, "answered": 199, "kept": 200, "half_taken_for_whole": 0}, False),
    ],
    ids=str,
)
def test_a_goal_is_met_at_its_number_and_missed_beyond_it(figure: str, ours: dict[str, Any], met: bool) -> None:
    """The first row of a figure says met up to the goal, and missed from there on."""
    figures = figures_of(ours, figure)

    row = rows_of(figures)[0]

    assert row.met is met


def test_a_peer_that_is_not_there_is_said_to_be_missing() -> None:
    """A column is never empty: a peer that was not measured says so, and the raw SDK has no fallback at all."""
    figures = figures_of({"median_ms": 2.0, "p99_ms": 3.0}, "failover, 429")

    row = rows_of(figures)[0]

    assert row.cells[LITELLM] == "not measured"
    assert row.cells[RAW] == "no"
