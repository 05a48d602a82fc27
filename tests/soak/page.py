"""The page that is printed at the end."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from tests.load.generator import percentiles
from tests.soak.books import Books, Verdict
from tests.soak.faults import Fault
from tests.soak.figures import Series

_SHOWN = 5


def as_page(
    books: Books, verdict: Verdict, faults: Sequence[Fault], memory: Mapping[str, Series], *, minutes: float, seed: int
) -> str:
    """Everything that was seen, in one page."""
    return "\n".join(
        [
            f"Soak: {minutes:g} minutes, seed {seed}, {books.requests} requests, "
            f"{books.failures.total()} of them without a definite answer and sent again",
            "",
            *_times(books),
            "",
            *_failures(books.failures),
            "",
            *_faults(faults),
            "",
            *_memory(memory),
            "",
            _problems("lost", verdict.lost),
            _problems("duplicates, or stored without being asked for", verdict.surplus),
            _problems("stuck", books.stuck),
            _problems("answers that no promise allows", books.wrong),
        ]
    )


def _times(books: Books) -> Iterable[str]:
    yield f"{'milliseconds':<28}{'number':>8}{'p50':>9}{'p95':>9}{'p99':>9}"
    answered = {kind: values for kind, values in books.seconds.items() if any(values)}
    every = [value for values in answered.values() for value in values]
    for kind, values in [("all", every), *sorted(answered.items())]:
        at = percentiles(values)
        yield f"{kind:<28}{len(values):>8}" + "".join(f"{at.get(name, 0):>9.1f}" for name in ("p50", "p95", "p99"))
    for kind in sorted(books.seconds.keys() - answered.keys()):
        yield f"{kind:<28}{len(books.seconds[kind]):>8}"


def _failures(failures: Counter[tuple[str, str]]) -> Iterable[str]:
    reasons: Counter[str] = Counter()
    for (_, reason), number in failures.items():
        reasons[reason] += number
    yield "failures by reason"
    yield from (f"  {number:>6}  {reason}" for reason, number in reasons.most_common())


def _faults(faults: Sequence[Fault]) -> Iterable[str]:
    yield f"{'faults':<40}{'number':>8}{'back p50':>10}{'max':>8}  (seconds)"
    kinds = sorted({(fault.process, fault.kind) for fault in faults})
    for process, kind in kinds:
        seconds = sorted(fault.back for fault in faults if (fault.process, fault.kind) == (process, kind))
        name = f"{process}: {kind}"
        yield f"{name:<40}{len(seconds):>8}{seconds[len(seconds) // 2]:>10.2f}{seconds[-1]:>8.2f}"


def _memory(memory: Mapping[str, Series]) -> Iterable[str]:
    yield f"{'megabytes':<16}{'start':>9}{'end':>9}{'most':>9}  slope for each 10,000 requests of the longest life"
    for name, series in memory.items():
        values = [sample.megabytes for sample in series.samples]
        slope = series.slope()
        shown = "too short" if slope is None else f"{slope:+.2f}"
        yield f"{name:<16}{values[0]:>9.1f}{values[-1]:>9.1f}{max(values):>9.1f}  {shown}"


def _problems(what: str, problems: Sequence[str]) -> str:
    return f"{what}: {len(problems)}" + "".join(f"\n  {each}" for each in problems[:_SHOWN])
