"""What the answers of an evaluation come to: rates by check, how much runs differ, how often a scenario comes up."""

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shared.llm.messages import OK
from tools.eval_runs import Runs, Written
from tools.eval_scenarios import scenarios_of

# Not a check: whether there was anything to check at all.
READABLE = "readable answer"


@dataclass(frozen=True, slots=True)
class CheckFigures:
    """Shares of answers that passed one check: at first sight, in the end, and at first sight by run."""

    check: str
    first: float
    final: float
    by_run: tuple[float, ...]

    @property
    def deviation(self) -> float:
        """Standard deviation between the runs."""
        return statistics.pstdev(self.by_run)


@dataclass(frozen=True, slots=True)
class Figures:
    """`first` counts the answers that passed as they came, `passed` those that did in the end.

    `equal` counts answers about a resume that were there before; `scenarios` is the share of its sets in which the most
    frequent scenario of a resume came up (empty where none is known); times are milliseconds.
    """

    service: str
    provider: str
    resumes: int
    wanted: int
    first: int
    passed: int
    checks: tuple[CheckFigures, ...]
    first_by_run: tuple[float, ...]
    equal: int
    scenarios: tuple[tuple[str, float], ...]
    median_ms: float
    slow_ms: float


def figures_of(runs: Runs) -> Figures:
    """The figures of all runs."""
    written = runs.written
    by_run = [[each for each in written if each.run == run] for run in range(runs.runs)]
    seen = {check for each in written for attempt in each.attempts for check in attempt.failed_checks}
    names = dict.fromkeys((READABLE, *runs.checks, *sorted(seen)))
    durations = sorted(attempt.duration_ms for each in written for attempt in each.attempts if attempt.asked)
    return Figures(
        service=runs.service,
        provider=runs.provider,
        resumes=len({each.resume.name for each in written}),
        wanted=len(written),
        first=sum(_passed_at_first(each) for each in written),
        passed=sum(each.content is not None for each in written),
        checks=tuple(
            CheckFigures(
                name,
                _share_first(written, name),
                _share_final(written, name),
                tuple(_share_first(r, name) for r in by_run),
            )
            for name in names
        ),
        first_by_run=tuple(sum(map(_passed_at_first, of_run)) / len(of_run) for of_run in by_run),
        equal=sum(_repeats(of_resume) for _, of_resume in _by_resume(written)),
        scenarios=tuple(_scenario_shares(written)) if runs.service == "interview" else (),
        median_ms=statistics.median(durations) if durations else 0.0,
        slow_ms=durations[int(len(durations) * 0.95)] if durations else 0.0,
    )


def _passed_at_first(written: Written) -> bool:
    return bool(written.attempts) and written.attempts[0].outcome == OK


def _share_first(written: Sequence[Written], check: str) -> float:
    """Of the first answers, those that could be read: a check says nothing of an answer that never came."""
    if check == READABLE:
        return _share(written, [each for each in written if _is_readable(each, 0)])
    readable = [each for each in written if _is_readable(each, 0)]
    return _share(readable, [each for each in readable if check not in each.attempts[0].failed_checks])


def _share_final(written: Sequence[Written], check: str) -> float:
    """Of all that were wanted, those that did not fail for this check in the end."""
    return _share(written, [each for each in written if not _failed_for(each, check)])


def _failed_for(written: Written, check: str) -> bool:
    if written.content is not None:
        return False
    if check == READABLE:
        return not _is_readable(written, -1)
    return bool(written.attempts) and check in written.attempts[-1].failed_checks


def _is_readable(written: Written, attempt: int) -> bool:
    """Whether an attempt brought an answer that the checks could look at."""
    if not written.attempts:
        return False
    return written.attempts[attempt].outcome == OK or bool(written.attempts[attempt].failed_checks)


def _share(whole: Sequence[Written], part: Sequence[Written]) -> float:
    return len(part) / len(whole) if whole else 0.0


def _by_resume(written: Iterable[Written]) -> list[tuple[str, list[Written]]]:
    found: dict[str, list[Written]] = defaultdict(list)
    for each in written:
        if each.content is not None:
            found[each.resume.name].append(each)
    return list(found.items())


def _repeats(written: Sequence[Written]) -> int:
    return len(written) - len({repr(each.content) for each in written})


def _scenario_shares(written: Sequence[Written]) -> Iterable[tuple[str, float]]:
    for name, of_resume in _by_resume(written):
        met = Counter(scenario for each in of_resume for scenario in scenarios_of(each.content, each.resume.language))
        if met:
            yield name, met.most_common(1)[0][1] / len(of_resume)
