"""Medians, percentiles and slopes."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

# What the scenarios measured: figure -> contestant -> values.
Figures = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is done. `quick` is for a look, not for figures to be shown."""

    quick: bool = False

    def of(self, full: int, quick: int) -> int:
        """The one number or the other."""
        return quick if self.quick else full


@dataclass(slots=True)
class Times:
    """Seconds of many calls."""

    seconds: list[float] = field(default_factory=list)

    def summary(self) -> dict[str, float]:
        """Milliseconds: median, p99 and the longest, and how many there were."""
        return {
            "median_ms": round(statistics.median(self.seconds) * 1000, 3),
            "p99_ms": round(percentile(self.seconds, 99) * 1000, 3),
            "max_ms": round(max(self.seconds) * 1000, 3),
            "calls": len(self.seconds),
        }


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that `share` percent do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-len(ordered) * int(share) // 100) - 1))]


def slope(values: Sequence[float]) -> float:
    """Growth a step, by least squares."""
    return statistics.linear_regression(range(len(values)), values).slope


def count(outcomes: Sequence[str]) -> dict[str, int]:
    """How often each outcome was."""
    return {outcome: outcomes.count(outcome) for outcome in sorted(set(outcomes))}


def turned(names: Sequence[str], round_: int) -> list[str]:
    """The names in an order of its own for each round, so that nobody always comes after the same one."""
    at = round_ % len(names)
    return [*names[at:], *names[:at]]
