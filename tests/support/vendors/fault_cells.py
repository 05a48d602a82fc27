"""The cells of the fault matrix: each fault, of each vendor, met in each mode."""

from collections.abc import Iterator, Mapping

from tests.support.vendors.fault_table import FAULTS
from tests.support.vendors.faults import MODES, VENDORS, Cell


def fault_cells() -> tuple[Cell, ...]:
    """Every cell of the matrix in which there is something to see."""
    return tuple(cell for cell, reason in _cells() if reason is None)


def absent_cells() -> Mapping[Cell, str]:
    """The other cells, each with why there is nothing."""
    return {cell: reason for cell, reason in _cells() if reason is not None}


def _cells() -> Iterator[tuple[Cell, str | None]]:
    for row in FAULTS.values():
        for vendor in VENDORS:
            for mode in MODES:
                yield Cell(row.name, vendor, mode), row.absence(vendor, mode)
