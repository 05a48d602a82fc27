"""The fault matrix: whatever the first vendor does, the second one's answer is given, or one clear error."""

from collections.abc import AsyncIterator, Mapping

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from tests.faults.meeting import CONFIDENTIAL, good_answer, meet, second_to, what_is_missing
from tests.faults.outcomes import OUTCOMES, is_silence, keeps_items, outcomes_of
from tests.support.vendors import VENDOR_TEXT, VendorName, fault_cells, faulty_vendor
from tests.support.vendors.faults import Cell
from tests.support.vendors.faulty import FAKES, AnyFake

pytestmark = pytest.mark.asyncio(loop_scope="module")

# Seconds until a provider is late: soon where silence is the fault, and else never, however busy the machine is.
SOON, NEVER = 0.25, 20.0
DEADLINE = 60.0
LEAKS = (*CONFIDENTIAL, VENDOR_TEXT)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def healthy() -> AsyncIterator[Mapping[VendorName, AnyFake]]:
    """All three vendors without a fault: they write what a prompt says is missing."""
    fakes: dict[VendorName, AnyFake] = {name: fake(default=what_is_missing) for name, fake in FAKES.items()}
    for fake in fakes.values():
        await fake.start()
    yield fakes
    for fake in fakes.values():
        await fake.stop()


async def test_the_table_knows_every_fault() -> None:
    """A new fault needs a line that says what it leads to."""
    assert {cell.fault for cell in fault_cells()} == set(OUTCOMES)


@pytest.mark.parametrize("cell", fault_cells(), ids=lambda cell: f"{cell.fault}-{cell.vendor}-{cell.mode}")
async def test_a_fault_costs_no_answer(cell: Cell, healthy: Mapping[VendorName, AnyFake]) -> None:
    """A valid answer comes all the same; the ledger has the right class, and nothing leaks on the way."""
    second = second_to(cell.vendor)

    with capture_logs() as events:
        async with faulty_vendor(cell.vendor, cell.fault, good_answer()) as faulty:
            urls = {cell.vendor: faulty.base_url, second: healthy[second].base_url}
            meeting = await meet(cell, urls, deadline=DEADLINE, patience=SOON if is_silence(cell) else NEVER)

    assert meeting.attempts[0] in {f"{cell.vendor} {outcome}" for outcome in outcomes_of(cell)}
    assert meeting.answered_by
    assert (meeting.kept_items > 0) is keeps_items(cell)
    assert [words for words in LEAKS if words in str(events) or words in str(meeting)] == []


@pytest.mark.parametrize("vendor", FAKES)
@pytest.mark.parametrize("fault", ["refused", "401", "429", "500", "hang-before-headers", "stream-cut"])
async def test_alone_it_ends_in_one_clear_error(fault: str, vendor: VendorName) -> None:
    """With nobody behind it the call fails, by the class of the fault.

    The deadline leaves no time for a second chance. That it is kept is measured by `make fault-matrix`.
    """
    cell = Cell(fault, vendor, "stream")

    async with faulty_vendor(vendor, fault, good_answer()) as faulty:
        meeting = await meet(cell, {vendor: faulty.base_url}, deadline=0.9, patience=NEVER)

    (expected,) = {"TIMEOUT"} if is_silence(cell) else outcomes_of(cell)
    assert (meeting.answered_by, meeting.attempts) == ("", (f"{vendor} {expected}",))
    assert meeting.error == f"all providers failed: {vendor} {expected}"
