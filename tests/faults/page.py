"""The page of the fault matrix."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.support.vendors import FAULTS, absent_cells
from tests.support.vendors.faults import MODES, VENDORS, Cell, VendorName

_HEAD = """# The fault matrix

What happens when the first provider has a fault and the second has none: every fault × vendor × kind of call, over
real sockets, with the vendors' own SDKs, default settings and a deadline of {deadline:g} s. Made by
`make fault-matrix`; the same cells are a test (`tests/unit/llm/test_fault_matrix.py`), which holds the outcomes but
not the times.

Each cell says how the attempt with the fault is told of (`attempts[].outcome`), after how many milliseconds the caller
had a valid answer (call in one piece · stream), and how many questions were kept of the broken answer. Where nothing is
known of a provider it is late after a second, so faults that are silence take that long. `OK` means that what was kept
was all that was asked for.

Of {cells} cells {answered} ended in a valid answer, the slowest after {slowest:.0f} ms. With nobody behind the
provider {alone_failed} ended in one error that names every attempt, and {alone_answered} in a valid answer; the latest
end was {over:+.0f} ms from the deadline. The most that the process grew in a cell was {grown:.0f} MB.
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of one cell: with a second provider, and how long it took to fail alone."""

    outcome: str
    answered: bool
    kept_items: int
    milliseconds: float
    alone_milliseconds: float
    alone_answered: bool
    grown_mb: float


def render(seen: Mapping[Cell, Seen], deadline: float) -> str:
    """The page as Markdown."""
    head = _HEAD.format(
        deadline=deadline,
        cells=len(seen),
        answered=sum(cell.answered for cell in seen.values()),
        slowest=max(cell.milliseconds for cell in seen.values()),
        alone_answered=sum(cell.alone_answered for cell in seen.values()),
        alone_failed=sum(not cell.alone_answered for cell in seen.values()),
        over=max(cell.alone_milliseconds for cell in seen.values()) - deadline * 1000,
        grown=max(cell.grown_mb for cell in seen.values()),
    )
    lines = [head, _row(["fault", *VENDORS]), _row(["---"] * (1 + len(VENDORS)))]
    for name, fault in FAULTS.items():
        lines.append(_row([f"`{name}`: {fault.about}", *(_cell(name, vendor, seen) for vendor in VENDORS)]))
    return "\n".join([*lines, "", *_footnotes(), ""])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(fault: str, vendor: VendorName, seen: Mapping[Cell, Seen]) -> str:
    known = {mode: seen[cell] for mode in MODES if (cell := Cell(fault, vendor, mode)) in seen}
    if not known:
        return "n/a"
    outcomes = list(dict.fromkeys(cell.outcome for cell in known.values()))
    times = " · ".join(f"{known[mode].milliseconds:.0f}" if mode in known else "–" for mode in MODES)
    kept = max(cell.kept_items for cell in known.values())
    return f"{' / '.join(outcomes)}<br>{times}{f', {kept} kept' if kept else ''}"


def _footnotes() -> Iterator[str]:
    reasons: dict[str, list[str]] = {}
    for cell, reason in absent_cells().items():
        if cell.vendor == "gemini" and cell.mode == "stream":
            reasons.setdefault(reason, []).append(f"`{cell.fault}`")
    for reason, faults in reasons.items():
        yield f"n/a: {', '.join(faults)} of gemini, for {reason}."
