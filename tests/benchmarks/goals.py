"""The rows of the table: what was aimed at, what was measured, and whether that is good enough."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.benchmarks.figures import Figures
from tests.benchmarks.lanes import LANGCHAIN, LITELLM, OURS, PYDANTIC_AI, RAW
from tests.benchmarks.scenarios.failover import COOLDOWN, ERROR, HANGS, LIMITED, PACED, REFUSED

COLUMNS = (OURS, LITELLM, LANGCHAIN, PYDANTIC_AI, RAW)
# What the raw SDK has nothing for.
_NO = "no"
_MISSING = "not measured"
_SECOND_OWN = "happy"
# Over fewer calls, what grows is the start.
_ENOUGH_FOR_A_SLOPE = 5000

Value = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """One line. `met` is None where there is nothing to meet."""

    figure: str
    goal: str
    cells: Mapping[str, str]
    met: bool | None = None


def rows_of(figures: Figures) -> list[Row]:
    """All rows whose figures were measured."""
    rows: list[Row] = []
    for make in (_happy, _failover, _hang, _dead, _throughput, _memory, _cut, _outage):
        rows += make(figures)
    return rows


def _cells(values: Mapping[str, Value], show: Callable[[Value], str], **fixed: str) -> dict[str, str]:
    shown = {name: show(values[name]) if name in values else _MISSING for name in COLUMNS}
    return shown | {RAW: show(values[RAW]) if RAW in values else _NO} | fixed


def _happy(figures: Figures) -> list[Row]:
    rows = []
    for key, values in figures.items():
        if key.split(",")[0] != "happy":
            continue
        main = key == "happy"
        rows.append(
            Row(
                "happy path ÷ raw SDK" + ("" if main else f" ({key.split(', ')[1]} in a stream)"),
                "≤ 1.05",
                _cells(values, _ratio, **{RAW: _raw_ratios(values)})
                if main
                else {OURS: _ratio(values[OURS]), RAW: _raw_ratios(values)},
                values[OURS]["ratio"] <= 1.05,
            )
        )
    return rows


def _ratio(value: Value) -> str:
    return f"{value['ratio']:.2f} ({value['median_ms']:.2f} ms)"


def _raw_ratios(values: Mapping[str, Value]) -> str:
    parts = [_ratio(values[RAW])]
    parts += [
        f"{name.split(', ')[1]} {value['ratio']:.2f}" for name, value in values.items() if name.startswith(f"{RAW},")
    ]
    return "; ".join(parts)


def _failover(figures: Figures) -> list[Row]:
    rows = []
    for kind in (REFUSED, ERROR, LIMITED):
        values = figures.get(f"failover, {kind}")
        if not values:
            continue
        ours = values[OURS]
        by_default = figures.get(f"failover by default, {kind}", {}) | {OURS: ours}
        good = ours["median_ms"] <= 4 and ours["p99_ms"] <= 50
        name = _KINDS[kind]
        rows.append(Row(f"{name}, defaults", "median ≤ 4 ms, p99 ≤ 50 ms", _cells(by_default, _times), good))
        rows.append(Row(f"{name}, peers tuned", "", _cells(values, _times)))
    return rows


_KINDS = {REFUSED: "failover, first refuses", ERROR: "failover, first answers 500", LIMITED: "failover, 429"}


def _times(value: Value) -> str:
    if "gave up" in value.get("outcomes", {}):
        return f"> {value['max_ms'] / 1000:.0f} s"
    if value["median_ms"] >= 1000:
        return f"{value['median_ms'] / 1000:.2f} s"
    return f"{value['median_ms']:.1f} (p99 {value['p99_ms']:.0f}) ms"


def _hang(figures: Figures) -> list[Row]:
    values = figures.get(f"failover, {HANGS}")
    if not values or _SECOND_OWN not in figures:
        return []
    own = figures[_SECOND_OWN][OURS]["median_ms"]
    by_default = figures.get(f"failover by default, {HANGS}", {}) | values
    rows = [Row("failover, first hangs, defaults", "≤ 1.2 s + the second's own", _cells(by_default, _times),
                values[OURS]["max_ms"] <= 1200 + own)]  # fmt: skip
    dead = figures[f"dead, {HANGS}"]
    rows.append(
        Row("the same, peers tuned to 1 s", "", _cells(dead, lambda value: f"{value['first_ms'] / 1000:.2f} s"))
    )
    later = _cells(dead, lambda value: _times(value["later"]))
    rows.append(
        Row(
            "hanging first, later calls",
            "≤ 5 ms + the second's own",
            later,
            dead[OURS]["later"]["median_ms"] <= 5 + own,
        )
    )
    return rows


def _dead(figures: Figures) -> list[Row]:
    rows = []
    for kind in (REFUSED, ERROR, LIMITED):
        values = figures.get(f"dead, {kind}")
        if not values:
            continue
        met = values[OURS]["later"]["median_ms"] <= 2
        cells = _with_cooldown(values, lambda value: _times(value["later"]))
        rows.append(Row(f"dead first ({kind}), later calls", "≤ 2 ms", cells, met))
    for kind in (ERROR, LIMITED, HANGS):
        values = figures.get(f"dead, {kind}")
        if values:
            calls = values[OURS]["calls"]
            cells = _with_cooldown(values, lambda value: f"{value['wasted']}")
            rows.append(Row(f"of {calls} calls, wasted on it ({kind})", "≤ 5", cells, values[OURS]["wasted"] <= 5))
    paced = figures.get(PACED)
    if paced:
        ours = paced[OURS]
        rows.append(
            Row(
                f"of {ours['calls']} at a call every 0.25 s (500)",
                "≤ 5",
                {OURS: f"{ours['wasted']}"},
                ours["wasted"] <= 5,
            )
        )
    return rows


def _with_cooldown(values: Mapping[str, Value], show: Callable[[Value], str]) -> dict[str, str]:
    """LiteLLM has a cool-down in one set-up of several; both are shown."""
    cells = _cells(values, show)
    if COOLDOWN in values:
        cells[LITELLM] += f"; with cooldown {show(values[COOLDOWN])}"
    return cells


def _throughput(figures: Figures) -> list[Row]:
    values = figures.get("throughput")
    if not values:
        return []
    cells = _cells(values, lambda value: f"{value['per_second']}")
    for name, value in values.items():
        if name not in COLUMNS:
            cells[RAW] += f"; {name.split(', ')[1]} {value['per_second']}"
    return [Row("calls a second, 512 in flight, 200 ms", "≥ 500", cells, values[OURS]["per_second"] >= 500)]


def _memory(figures: Figures) -> list[Row]:
    values = figures.get("memory")
    if not values:
        return []
    ours = values[OURS]
    return [
        Row(
            f"memory after {ours['after_calls']:,} calls, three providers",
            "≤ 150 MB",
            _cells(
                values,
                lambda value: f"{value['megabytes']:.0f} MB" + ("" if value is not values.get(RAW) else " (one)"),
            ),
            ours["megabytes"] <= 150,
        ),
        Row(
            "growth over 10,000 calls",
            "≤ 1 MB",
            _cells(values, lambda value: f"{value['slope_per_10000']:.2f} MB"),
            ours["slope_per_10000"] <= 1 if ours["slope_over_calls"] >= _ENOUGH_FOR_A_SLOPE else None,
        ),
    ]


def _cut(figures: Figures) -> list[Row]:
    values = figures.get("cut")
    if not values:
        return []
    ours = values[OURS]
    trials = ours["trials"]
    return [
        Row(
            f"stream cut half-way, answered of {trials}",
            f"{trials}",
            _cells(values, lambda value: f"{value['answered']}"),
            ours["answered"] == trials,
        ),
        Row(
            "the same, what had come kept",
            f"{trials}",
            _cells(values, lambda value: f"{value['kept']}"),
            ours["kept"] == trials,
        ),
        Row("the same, half taken for a whole", "0", _cells(values, lambda value: f"{value['half_taken_for_whole']}"),
            ours["half_taken_for_whole"] == 0),
    ]  # fmt: skip


def _outage(figures: Figures) -> list[Row]:
    values = figures.get("outage")
    if not values:
        return []

    def show(value: Value) -> str:
        return f"{value['attempts_per_call']:.2f}"

    by_default = figures.get("outage by default", {}) | {OURS: values[OURS]}
    return [
        Row("vendor calls a request, all down, defaults", "≤ 1.1", _cells(by_default, show),
            values[OURS]["attempts_per_call"] <= 1.1),
        Row("the same, peers tuned", "", _cells(values, show)),
    ]  # fmt: skip
