"""The arithmetic of the benchmark of the whole stack: ratios of rounds, what is added, verdicts, what is kept."""

from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.stack import report
from tests.benchmarks.stack.flames import without_paths
from tests.benchmarks.stack.goals import per_second, ratio, rows_of
from tests.benchmarks.stack.scenarios.generations import added


def sample(rate: float = 1000.0, p50: float = 1.0, p99: float = 2.0, **cpu: float) -> dict[str, Any]:
    """One run."""
    return {"per_second": rate, "ms": {"p50": p50, "p99": p99}, "cpu_us": cpu or {"resume": 100.0}}


def test_a_ratio_is_taken_within_each_round() -> None:
    """Where a whole round was slow for both, the ratio does not see it; one bad round does not decide."""
    ours = [sample(1100), sample(110), sample(50)]
    theirs = [sample(1000), sample(100), sample(1000)]

    found = ratio(ours, theirs, per_second)

    assert found == pytest.approx(1.1)


def test_what_the_vendor_really_took_is_not_ours() -> None:
    """A vendor that was late by 5 ms makes the stack 5 ms better than its 200 ms would."""
    measured = {"ms": {"p50": 215.0}, "vendor_ms": {"p50": 205.0}}

    found = added(measured, "p50")

    assert found == pytest.approx(10.0)


FIGURES: dict[str, tuple[str, Any, bool]] = {
    "level with the baseline": (
        "tail",
        {"clients": 16, "samples": {"GET": {"REST": [sample(p99=5.0)], "baseline": [sample(p99=5.0)]}}},
        True,
    ),
    "slower than the baseline": (
        "tail",
        {"clients": 16, "samples": {"GET": {"REST": [sample(p99=5.1)], "baseline": [sample(p99=5.0)]}}},
        False,
    ),
    "flat": (
        "sizes",
        {"sizes": [10, 1000], "samples": {"get": {"10": [sample(p50=1.0)], "1000": [sample(p50=1.2)]}}},
        True,
    ),
    "flat in wall time alone": (
        "sizes",
        {"sizes": [10, 1000], "samples": {"get": {"10": [sample(mongo=100.0)], "1000": [sample(mongo=121.0)]}}},
        False,
    ),
    "whose generator alone grew": (
        "sizes",
        {
            "sizes": [10, 1000],
            "samples": {
                "get": {"10": [sample(mongo=100.0, generator=1.0)], "1000": [sample(mongo=100.0, generator=99.0)]}
            },
        },
        True,
    ),
    "as fast as it must be": ("start", {"first_seconds": 9.0, "seconds": [6.0], "median_seconds": 6.0}, True),
    "too slow": ("start", {"first_seconds": 1.0, "seconds": [6.1], "median_seconds": 6.1}, False),
    "small enough": ("memory", {"idle": {"a": 250 * 2**20, "b": 250 * 2**20}, "loaded": {"a": 1}}, True),
    "too large": ("memory", {"idle": {"a": 250 * 2**20, "b": 251 * 2**20}, "loaded": {"a": 1}}, False),
}


@pytest.mark.parametrize(("scenario", "value", "met"), FIGURES.values(), ids=FIGURES)
def test_a_goal_is_met_at_its_number_and_missed_beyond_it(scenario: str, value: Any, met: bool) -> None:
    """The first row says met up to the goal, and missed from there on."""
    figures = {scenario: value}

    row = rows_of(figures)[0]

    assert row.met is met


def test_figures_of_a_run_are_read_back_for_the_next(tmp_path: Path) -> None:
    """A run of one figure can be added to a file with others: what is read back gives the same rows."""
    figures = {FIGURES["flat"][0]: FIGURES["flat"][1], "start": FIGURES["too slow"][1]}
    rows = report.write(tmp_path, figures, "make bench")

    again = rows_of(report.read_figures(tmp_path))

    assert again == rows
    assert [row.met for row in rows] == [True, False]


def test_no_place_of_this_machine_stands_in_a_flame_graph() -> None:
    """Files are named by where they stand in the project or the environment."""
    name = Path(report.__file__)

    svg = without_paths(f"<title>write ({name}:12) (3 samples)</title>")

    assert svg == "<title>write (tests/benchmarks/stack/report.py:12) (3 samples)</title>"
