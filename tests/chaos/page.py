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


def write_page(file: Path, promises: Sequence[Promise], broken: Sequence[str] = ()) -> None:
    """Writes the page. `broken` names the tests that failed: after a broken promise a test measures no further."""
    rows = [
        "| " + " | ".join(map(_cell, (p.fault, p.must_hold, p.measured, "✓" if p.holds else "✗"))) for p in promises
    ]
    told = ["", "Not everything was measured. These tests failed:", "", *(f"- `{name}`" for name in broken)]
    lines = [*(f"{row} |" for row in rows), *(told if broken else [])]
    file.write_text(_HEAD + "\n".join(lines) + "\n", encoding="utf-8")


def _cell(text: str) -> str:
    """In one cell of a table, whatever is in it."""
    return " ".join(text.split()).replace("|", "\\|")
