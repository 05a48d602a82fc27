"""The rows of the table: what was aimed at, what was measured, and whether that is good enough."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.benchmarks.stack.consumption import MEGABYTE
from tests.benchmarks.stack.field import BASELINE, LOAD, VENDOR, Sample
from tests.benchmarks.stack.scenarios import generations, rates, workers

# What a scenario measured by its name: plain values, as they stand in the file.
Figures = Mapping[str, Any]
Samples = Sequence[Sample]
Read = Callable[[Sample], float]

_FLAT = 1.2


@dataclass(frozen=True, slots=True)
class Row:
    """One line. `value` and `limit` are what is compared, `higher` where more is better; no limit, no verdict."""

    figure: str
    goal: str
    measured: str
    value: float
    limit: float | None = None
    higher: bool = False

    @property
    def met(self) -> bool | None:
        """Whether it is good enough; None where there is nothing to meet."""
        if self.limit is None:
            return None
        return self.value >= self.limit if self.higher else self.value <= self.limit


def rows_of(figures: Figures) -> list[Row]:
    """All rows whose figures were measured."""
    return [row for name, make in _ROWS.items() if name in figures for row in make(figures[name])]


def ratio(samples: Samples, others: Samples, read: Read) -> float:
    """The median over rounds of the one by the other in the same round: what slows both for a while is in neither."""
    return statistics.median(read(one) / read(other) for one, other in zip(samples, others, strict=True))


def median(samples: Samples, read: Read) -> float:
    """The median over rounds."""
    return statistics.median(map(read, samples))


def per_second(sample: Sample) -> float:
    """Good answers a second."""
    return float(sample["per_second"])


def p50(sample: Sample) -> float:
    """Milliseconds."""
    return float(sample["ms"]["p50"])


def p99(sample: Sample) -> float:
    """Milliseconds."""
    return float(sample["ms"]["p99"])


def cpu_of_service(sample: Sample) -> float:
    """CPU µs a request of all that is not the generator or the vendor."""
    return float(sum(spent for name, spent in sample["cpu_us"].items() if name not in (LOAD, VENDOR)))


def _throughput(value: Any) -> list[Row]:
    rows = []
    for name, limit in ((rates.REST, 1.0), (rates.NATIVE, 1.2), (rates.NATIVE_BEHIND_ENVOY, 1.2)):
        for kind, by_name in value["samples"].items():
            ours, theirs = by_name[name], by_name[BASELINE]
            reached = ratio(ours, theirs, per_second)
            rates_text = f"{median(ours, per_second):,.0f} and {median(theirs, per_second):,.0f} a second"
            title = f"{name} {kind} a second, {value['clients']} clients ÷ FastAPI"
            rows.append(Row(title, f"≥ {limit}", f"{reached:.2f} ({rates_text})", reached, limit, higher=True))
    return rows


def _tail(value: Any) -> list[Row]:
    rows = []
    for kind, by_name in value["samples"].items():
        ours, theirs = by_name[rates.REST], by_name[BASELINE]
        reached = ratio(ours, theirs, p99)
        text = f"{reached:.2f} ({median(ours, p99):.1f} and {median(theirs, p99):.1f} ms)"
        rows.append(Row(f"REST {kind}, p99 at {value['clients']} clients ÷ FastAPI", "≤ 1.0", text, reached, 1.0))
    return rows


def _generations(value: Any) -> list[Row]:
    samples = value["samples"]
    alone = generations.median_added(samples[str(generations.ALONE)], "p50")
    some = generations.median_added(samples[str(generations.SOME)], "p99")
    many = median(samples[str(generations.MANY)], per_second)
    title = f"added to a vendor's {1000 * value['vendor_seconds']:.0f} ms"
    return [
        Row(f"{title}, one client, median", "≤ 10 ms", f"{alone:.1f} ms", alone, 10),
        Row(f"{title}, {generations.SOME} clients, p99", "≤ 60 ms", f"{some:.0f} ms", some, 60),
        Row(
            f"question sets a second, {generations.MANY} in flight, one process",
            "≥ 300",
            f"{many:.0f}",
            many,
            300,
            higher=True,
        ),
    ]


def _sizes(value: Any) -> list[Row]:
    small, large = (str(size) for size in value["sizes"])
    rows = []
    for kind, by_size in value["samples"].items():
        cpu, wall = (ratio(by_size[large], by_size[small], read) for read in (cpu_of_service, p50))
        times = " and ".join(f"{median(by_size[size], p50):.1f}" for size in (large, small))
        title = f"{kind}, {int(large):,} resumes ÷ {int(small):,}"
        text = f"CPU {cpu:.2f}, wall {wall:.2f} ({times} ms)"
        rows.append(Row(title, f"≤ {_FLAT}", text, max(cpu, wall), _FLAT))
    return rows


def _workers(value: Any) -> list[Row]:
    rows = []
    for kind, limit in ((workers.GENERATIONS, 1.4), (workers.READS, None)):
        by_name = value["samples"][kind]
        two, one = by_name[workers.TWO], by_name[workers.ONE]
        reached = ratio(two, one, per_second)
        text = f"{reached:.2f} ({median(two, per_second):,.0f} and {median(one, per_second):,.0f} a second)"
        title = f"two workers ÷ one, {kind}, {value['clients']} clients"
        rows.append(Row(title, f"≥ {limit}" if limit else "", text, reached, limit, higher=True))
    return rows


def _start(value: Any) -> list[Row]:
    seconds = value["median_seconds"]
    text = f"{seconds:.1f} s (first {value['first_seconds']:.1f} s)"
    return [Row("cold start of all processes to healthy, second and later", "≤ 6 s", text, seconds, 6)]


def _memory(value: Any) -> list[Row]:
    rows = []
    for name, title, limit in (("idle", "idle", 500), ("loaded", "under load, at most", 800)):
        size = sum(value[name].values()) / MEGABYTE
        rows.append(Row(f"memory of the whole stack, {title}", f"≤ {limit} MB", f"{size:.0f} MB", size, limit))
    return rows


_ROWS: Mapping[str, Callable[[Any], list[Row]]] = {
    "throughput": _throughput,
    "tail": _tail,
    "generations": _generations,
    "sizes": _sizes,
    "workers": _workers,
    "start": _start,
    "memory": _memory,
}
