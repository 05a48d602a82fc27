"""The page of what holds under faults and load."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_HEAD = """# Reliability

What holds under faults and load, as `make chaos` measured it against whole stacks on one machine of two cores: the
embedded database, three services, Envoy, and the clients beside them.

| fault or load | must hold | measured | |
|---|---|---|---|
"""


@dataclass(frozen=True, slots=True)
class Promise:
    """What must hold under a fault, and what was measured."""

    fault: str
    must_hold: str
    measured: str
    holds: bool


def as_text(promises: Sequence[Promise]) -> str:
    """For a terminal: each promise in two lines."""
    lines = []
    for each in promises:
        lines += [f"{'ok ' if each.holds else 'NOT'} {each.fault}: {each.must_hold}", f"      {each.measured}"]
    return "\n".join(lines)


def write_page(file: Path, promises: Sequence[Promise]) -> None:
    """Writes the page."""
    rows = [f"| {p.fault} | {p.must_hold} | {p.measured} | {'✓' if p.holds else '✗'} |\n" for p in promises]
    file.write_text(_HEAD + "".join(rows), encoding="utf-8")
