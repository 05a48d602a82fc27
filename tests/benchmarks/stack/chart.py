# mypy: disable-error-code="import-not-found"
"""Draws what was measured against what was aimed at; runs in an environment that has matplotlib.

python -m tests.benchmarks.stack.chart bars.json stack.svg
"""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")
from matplotlib import pyplot

_MET, _MISSED, _GOAL = "#0b6e4f", "#d08a00", "#c0392b"
# Times the goal; what lies beyond is cut off and says its number all the same.
_WIDEST = 2.5


def draw(bars: Sequence[Mapping[str, Any]], target: Path) -> None:
    """A bar a row: how many times the goal was measured, and to which side of it is better."""
    mpl.rcParams.update({"svg.hashsalt": "stack", "font.size": 9, "font.family": "DejaVu Sans",
                         "axes.spines.top": False, "axes.spines.right": False})  # fmt: skip
    figure, axis = pyplot.subplots(figsize=(12, 0.34 * len(bars) + 1.2), layout="constrained")
    shares = [min(bar["value"] / bar["limit"], _WIDEST) for bar in bars]
    colors = [_MET if bar["met"] else _MISSED for bar in bars]
    drawn = axis.barh([_label(bar) for bar in bars], shares, color=colors, height=0.65)
    axis.bar_label(drawn, labels=[bar["measured"] for bar in bars], padding=4, fontsize=8,
                   bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0})  # fmt: skip
    axis.axvline(1, color=_GOAL, linewidth=1, linestyle=(0, (4, 3)), zorder=0)
    axis.invert_yaxis()
    axis.set_xlim(0, max([*shares, 1]) * 1.5)
    axis.set_xlabel("measured ÷ goal; ▲ more is better, ▼ less is better; green meets its goal")
    axis.tick_params(axis="y", length=0)
    figure.savefig(target, metadata={"Date": None})


def _label(bar: Mapping[str, Any]) -> str:
    return f"{bar['figure']}  {'▲' if bar['higher'] else '▼'} {bar['goal']}"


def main() -> None:
    """Reads and draws."""
    source, target = (Path(argument) for argument in sys.argv[1:3])
    draw(json.loads(source.read_text(encoding="utf-8")), target)


if __name__ == "__main__":
    main()
