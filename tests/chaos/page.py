"""The page of what holds under faults and load, and the figures behind it, which later runs of some tests renew."""

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

_HEAD = """# Reliability

What holds under faults and load, as `make chaos` measured it against whole stacks on one machine of two cores: the
embedded database, three services, Envoy, and the clients beside them. What an overload does, and why those who are
served wait as long as they do, is in [decision 16](decisions/0016-overload-is-refused-at-the-gateway.md).

| fault or load | must hold | measured | |
|---|---|---|---|
"""


@dataclass(frozen=True, slots=True)
class Promise:
    """What must hold under a fault, and what was measured by a test."""

    test: str
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


def renew(file: Path, promises: Sequence[Promise], ran: Collection[str]) -> list[Promise]:
    """Puts what the tests that `ran` measured in the place of what they measured before; gives what is there then."""
    stored = json.loads(file.read_text(encoding="utf-8")) if file.exists() else []
    kept = [promise for each in stored if (promise := Promise(**each)).test not in ran]
    together = sorted([*kept, *promises], key=lambda each: each.test.partition("::")[0])
    file.write_text(
        json.dumps([asdict(each) for each in together], ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    return together


def write_page(file: Path, promises: Sequence[Promise], broken: Sequence[str] = ()) -> None:
    """Writes the page. `broken` names the tests that ended before they had measured everything."""
    rows = [
        "| " + " | ".join(map(_cell, (p.fault, p.must_hold, p.measured, "✓" if p.holds else "✗"))) for p in promises
    ]
    told = ["", "Not everything was measured. These tests broke off:", "", *(f"- `{name}`" for name in broken)]
    lines = [*(f"{row} |" for row in rows), *(told if broken else [])]
    file.write_text(_HEAD + "\n".join(lines) + "\n", encoding="utf-8")


def _cell(text: str) -> str:
    """In one cell of a table, whatever is in it."""
    return " ".join(text.split()).replace("|", "\\|")
