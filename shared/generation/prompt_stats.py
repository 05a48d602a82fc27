"""How prompt versions fare: what is counted of each generation and rating, and what the sums say.

A version's sums are plain numbers by name, so that any store can add to them in one atomic step. They hold nothing of a
resume or a person.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from shared.llm.accounting import cost_is_unknown
from shared.llm.messages import OK, Attempt

Numbers = Mapping[str, float]

# Not a check of content: whether there was an answer to check at all.
READABLE = "readable"
_MALFORMED, _REJECTED = "ANSWER_MALFORMED", "ANSWER_REJECTED"
_FAILED, _REASON, _WITHIN_MS = "failed:", "reason:", "within_ms:"
# Times are counted in ranges, each 8 % wider than the one before.
_RATIO = 1.08
# Two-sided 95 % quantiles of Student's t for 1 to 30 degrees of freedom.
_T_95 = (
    *(12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131),
    *(2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042),
)
_Z_95 = 1.960


@dataclass(frozen=True, slots=True)
class Ratings:
    """Ratings of many: mean, its 95 % interval (None for fewer than two), how often each reason was given."""

    count: int
    mean: float | None
    interval: tuple[float, float] | None
    reasons: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class PromptStats:
    """How one version fared.

    `failed_checks` counts by name, the worst first; times are milliseconds, rounded up by at most 8 %; `mean_cost_usd`
    is None where there is no answer or a cost is not known.
    """

    version: str
    share: float
    answers: int
    failures: int
    checked: int
    passed: int
    failed_checks: Mapping[str, int]
    ratings: Ratings
    mean_input_tokens: float
    mean_output_tokens: float
    mean_cost_usd: float | None
    total_cost_usd: float
    calls_of_unknown_cost: int
    median_ms: int | None
    p95_ms: int | None


def count_attempts(attempts: Iterable[Attempt]) -> Numbers:
    """What the checks said of these attempts, and what they took. Tokens of thinking count as output."""
    numbers = defaultdict[str, float](int)
    for attempt in (attempt for attempt in attempts if attempt.asked):
        if usage := attempt.usage:
            numbers["input_tokens"] += usage.input_tokens
            numbers["output_tokens"] += usage.output_tokens + usage.thinking_tokens
            numbers["cost_usd"] += usage.cost_usd or 0
        numbers["calls_of_unknown_cost"] += cost_is_unknown(attempt)
        failed = {READABLE} if attempt.outcome == _MALFORMED else set(attempt.failed_checks)
        if failed or attempt.outcome in (OK, _REJECTED):
            numbers["checked"] += 1
            numbers["passed"] += not failed
            for check in failed:
                numbers[f"{_FAILED}{check}"] += 1
    return numbers


def count_answer(seconds: float) -> Numbers:
    """One answer that took so long, the failed attempts before it included."""
    return {"answers": 1, f"{_WITHIN_MS}{_range_of(seconds * 1000)}": 1}


def count_failure() -> Numbers:
    """One request that all providers failed."""
    return {"failures": 1}


def count_rating(rating: int, reason: str) -> Numbers:
    """One rating."""
    named = {f"{_REASON}{reason}": 1} if reason else {}
    return {"ratings": 1, "rating_sum": rating, "rating_squares": rating * rating, **named}


def read_stats(sums: Mapping[str, Numbers], shares: Mapping[str, float]) -> Sequence[PromptStats]:
    """What the sums by version say, by name; with the versions that are active and have none."""
    return [_read(name, sums.get(name, {}), shares.get(name, 0.0)) for name in sorted({*sums, *shares})]


def _read(version: str, numbers: Numbers, share: float) -> PromptStats:
    answers, unknown = int(numbers.get("answers", 0)), int(numbers.get("calls_of_unknown_cost", 0))
    cost = numbers.get("cost_usd", 0.0)
    failed = _named(numbers, _FAILED)
    times = {int(index): count for index, count in _named(numbers, _WITHIN_MS).items()}
    return PromptStats(
        version=version,
        share=share,
        answers=answers,
        failures=int(numbers.get("failures", 0)),
        checked=int(numbers.get("checked", 0)),
        passed=int(numbers.get("passed", 0)),
        failed_checks=dict(sorted(failed.items(), key=lambda entry: (-entry[1], entry[0]))),
        ratings=_read_ratings(numbers),
        mean_input_tokens=numbers.get("input_tokens", 0) / max(answers, 1),
        mean_output_tokens=numbers.get("output_tokens", 0) / max(answers, 1),
        mean_cost_usd=cost / answers if answers and not unknown else None,
        total_cost_usd=cost,
        calls_of_unknown_cost=unknown,
        median_ms=_quantile(times, 0.5),
        p95_ms=_quantile(times, 0.95),
    )


def _read_ratings(numbers: Numbers) -> Ratings:
    count = int(numbers.get("ratings", 0))
    mean = numbers["rating_sum"] / count if count else None
    interval = None
    if mean is not None and count > 1:
        variance = max(numbers["rating_squares"] - count * mean * mean, 0.0) / (count - 1)
        margin = _student_t(count - 1) * math.sqrt(variance / count)
        interval = (max(mean - margin, 1.0), min(mean + margin, 5.0))
    return Ratings(count, mean, interval, dict(sorted(_named(numbers, _REASON).items())))


def _student_t(degrees: int) -> float:
    """The 95 % quantile; beyond the table by the first term of its expansion, right to within 0.2 %."""
    if degrees <= len(_T_95):
        return _T_95[degrees - 1]
    return _Z_95 + (_Z_95**3 + _Z_95) / (4 * degrees)


def _named(numbers: Numbers, prefix: str) -> dict[str, int]:
    return {name.removeprefix(prefix): int(number) for name, number in numbers.items() if name.startswith(prefix)}


def _range_of(milliseconds: float) -> int:
    """Number of the narrowest range that a time is within."""
    return max(0, math.ceil(math.log(max(milliseconds, 1.0), _RATIO)))


def _quantile(times: Mapping[int, int], share: float) -> int | None:
    """The upper end of the range within which that share of the times is."""
    seen, whole = 0, sum(times.values())
    for index in sorted(times):
        seen += times[index]
        if seen >= share * whole:
            return round(_RATIO**index)
    return None
