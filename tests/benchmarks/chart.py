# mypy: disable-error-code="import-not-found"
"""Draws the chart from the raw figures; runs in an environment that has matplotlib.

python -m tests.benchmarks.chart llm.json llm.svg
"""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")
from matplotlib import pyplot

_NAMES = ("ours", "LiteLLM", "LangChain", "pydantic-ai", "openai SDK")
_COLORS = {"ours": "#0b6e4f"}
_OTHERS = "#a7b0b8"
_GOAL = "#c0392b"


@dataclass(frozen=True, slots=True)
class Panel:
    """One small chart: bars by name, the goal as a line; `higher` where more is better."""

    title: str
    unit: str
    values: Mapping[str, float]
    goal: float | None
    digits: int = 1
    logarithmic: bool = False
    higher: bool = False
    notes: Mapping[str, str] | None = None


def panels_of(figures: Mapping[str, Any]) -> list[Panel]:
    """What is drawn, of what was measured."""
    panels: list[Panel] = []

    def add(title: str, unit: str, key: str, read: Any, goal: float | None, **more: Any) -> None:
        values = {name: read(figures[key][name]) for name in _NAMES if name in figures.get(key, {})}
        if values:
            panels.append(Panel(title, unit, values, goal, **more))

    def median(value: Any) -> float:
        return float(value["median_ms"])

    add("Happy path, times the raw SDK", "", "happy", lambda v: v["ratio"], 1.05, digits=2)
    ours = figures.get("failover, 500", {}).get("ours")
    if ours:
        by_default = {"ours": ours, **figures.get("failover by default, 500", {})}
        values = {name: median(by_default[name]) for name in _NAMES if name in by_default}
        panels.append(Panel("First provider answers 500, defaults", "ms", values, 4, logarithmic=True))
    add("The same, peers tuned", "ms", "failover, 500", median, 4)
    hang = figures.get("failover, hang", {}).get("ours")
    if hang:
        by_default = {"ours": hang, **figures.get("failover by default, hang", {})}
        values = {name: median(by_default[name]) / 1000 for name in _NAMES if name in by_default}
        notes = {name: "none in" for name in by_default if "gave up" in by_default[name].get("outcomes", {})}
        panels.append(Panel("First provider hangs, defaults", "s", values, 1.2, notes=notes))
    add("30 calls, dead first provider: wasted", "", "dead, 500", lambda v: v["wasted"], 5, digits=0)
    add("Calls a second, 512 in flight", "", "throughput", lambda v: v["per_second"], 500, digits=0, higher=True)
    add("Memory, three providers (SDK: one)", "MB", "memory", lambda v: v["megabytes"], 150, digits=0)
    add(
        "Cut streams answered",
        "%",
        "cut",
        lambda v: 100 * v["answered"] / v["trials"],
        100,
        digits=0,
        higher=True,
    )
    add("Vendor calls a request, all down", "", "outage", lambda v: v["attempts_per_call"], 1.1, digits=2)
    return panels


def draw(panels: Sequence[Panel], target: Path) -> None:
    """Three panels in a row."""
    mpl.rcParams.update({"svg.hashsalt": "llm", "font.size": 9, "font.family": "DejaVu Sans", "axes.spines.top": False,
                         "axes.spines.right": False})  # fmt: skip
    rows = -(-len(panels) // 3)
    figure, axes = pyplot.subplots(rows, 3, figsize=(12, 2.5 * rows), squeeze=False, layout="constrained")
    for at, axis in enumerate(axes.flat):
        if at < len(panels):
            _draw(axis, panels[at])
        else:
            axis.set_visible(False)
    metadata = {"Date": None} if target.suffix == ".svg" else None
    figure.savefig(target, metadata=metadata, dpi=110)


def _draw(axis: Any, panel: Panel) -> None:
    names = list(panel.values)[::-1]
    values = [panel.values[name] for name in names]
    bars = axis.barh(names, values, color=[_COLORS.get(name, _OTHERS) for name in names], height=0.65)
    labels = []
    for name, value in zip(names, values, strict=True):
        note = (panel.notes or {}).get(name)
        number = f"{value:,.{panel.digits}f}" + (f" {panel.unit}" if panel.unit else "")
        labels.append(f"{note} {number}" if note else number)
    # On white, so that the line of the goal does not run through a number.
    box = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}
    axis.bar_label(bars, labels=labels, padding=4, bbox=box)
    axis.set_title(panel.title + (" (log)" if panel.logarithmic else ""), fontsize=10, loc="left", pad=16)
    if panel.goal is not None:
        sign = "≥" if panel.higher else "≤"
        axis.axvline(panel.goal, color=_GOAL, linewidth=1, linestyle=(0, (4, 3)), zorder=0)
        axis.text(panel.goal, 1.01, f"goal {sign} {panel.goal:g}", color=_GOAL, fontsize=8, ha="center", va="bottom",
                  transform=axis.get_xaxis_transform())  # fmt: skip
    largest = max([*values, panel.goal or 0.0])
    if panel.logarithmic:
        axis.set_xscale("log")
        axis.set_xlim(min(values) / 2, largest * 12)
    else:
        axis.set_xlim(0, largest * 1.45 or 1)
    axis.tick_params(axis="x", labelsize=8)
    axis.tick_params(axis="y", length=0)


def main() -> None:
    """Reads and draws."""
    source, target = (Path(argument) for argument in sys.argv[1:3])
    draw(panels_of(json.loads(source.read_text(encoding="utf-8"))["figures"]), target)


if __name__ == "__main__":
    main()
