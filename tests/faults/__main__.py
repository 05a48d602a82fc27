"""Meets every cell of the fault matrix in a process of its own and writes the page; fails where a limit is broken."""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.faults.meeting import good_answer, second_to, what_is_missing
from tests.faults.outcomes import outcomes_of
from tests.faults.page import Seen, render
from tests.support.vendors import VendorName, fault_cells, faulty_vendor
from tests.support.vendors.authority import authority
from tests.support.vendors.faults import Cell
from tests.support.vendors.faulty import FAKES

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "fault-matrix.md"
DEADLINE = 5.0
# How long after its deadline a call may end, in milliseconds, and how much its process may grow in it, in MB.
MAX_OVER = 200.0
MAX_GROWN = 20.0


class Worker:
    """The process that is measured."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def meet(self, cell: Cell, urls: Mapping[VendorName, str]) -> dict[str, Any]:
        """Has it meet one cell."""
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise ValueError("the worker was started without pipes")
        wanted = {"cell": [cell.fault, cell.vendor, cell.mode], "urls": urls, "deadline": DEADLINE}
        stdin.write(json.dumps(wanted).encode() + b"\n")
        line = await asyncio.wait_for(stdout.readline(), DEADLINE + 30)
        result: dict[str, Any] = json.loads(line)
        return result


@asynccontextmanager
async def _worker() -> AsyncIterator[Worker]:
    environment = os.environ | {"GRPC_DEFAULT_SSL_ROOTS_FILE_PATH": str(authority().ca_path), "GRPC_VERBOSITY": "NONE"}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.faults.worker",
        cwd=ROOT,
        env=environment,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield Worker(process)
    finally:
        process.kill()
        await process.wait()


async def _see(worker: Worker, cell: Cell, healthy: Mapping[VendorName, str]) -> Seen:
    second = second_to(cell.vendor)
    async with faulty_vendor(cell.vendor, cell.fault, good_answer()) as faulty:
        backed = await worker.meet(cell, {cell.vendor: faulty.base_url, second: healthy[second]})
        alone = await worker.meet(cell, {cell.vendor: faulty.base_url})
    if not alone["answered_by"] and not alone["error"].startswith("all providers failed: "):
        raise ValueError(f"{cell} ended in neither an answer nor one error")
    return Seen(
        outcome=backed["attempts"][0].removeprefix(f"{cell.vendor} "),
        answered=bool(backed["answered_by"]),
        kept_items=backed["kept_items"],
        milliseconds=backed["milliseconds"],
        alone_milliseconds=alone["milliseconds"],
        alone_answered=bool(alone["answered_by"]),
        grown_mb=max(backed["grown_mb"], alone["grown_mb"]),
    )


def _complaints(cell: Cell, seen: Seen) -> Iterator[str]:
    limit = DEADLINE * 1000 + MAX_OVER
    if not seen.answered:
        yield "no answer"
    # On a busy machine a heavy body may take more than the second after which a provider is late.
    if seen.outcome not in (*outcomes_of(cell), "OVERTAKEN"):
        yield f"{seen.outcome} instead of {' or '.join(outcomes_of(cell))}"
    if max(seen.milliseconds, seen.alone_milliseconds) > limit:
        yield f"{max(seen.milliseconds, seen.alone_milliseconds):.0f} ms, over {limit:.0f}"
    if seen.grown_mb > MAX_GROWN:
        yield f"grew by {seen.grown_mb:.0f} MB, over {MAX_GROWN:.0f}"


async def _run() -> int:
    cells, seen, bad = fault_cells(), {}, 0
    fakes = {name: fake(default=what_is_missing) for name, fake in FAKES.items()}
    for fake in fakes.values():
        await fake.start()
    healthy = {name: fake.base_url for name, fake in fakes.items()}
    try:
        async with _worker() as worker:
            # What an SDK takes to be imported is not the first fault's.
            for vendor in FAKES:
                await worker.meet(Cell("500", vendor, "stream"), {vendor: healthy[vendor]})
            for number, cell in enumerate(cells, start=1):
                seen[cell] = await _see(worker, cell, healthy)
                complaints = list(_complaints(cell, seen[cell]))
                bad += bool(complaints)
                name = f"{cell.fault} {cell.vendor} {cell.mode}"
                told = f"{seen[cell].outcome} {seen[cell].milliseconds:.0f} ms" + "".join(
                    f" !! {c}" for c in complaints
                )
                _tell(f"[{number}/{len(cells)}] {name}: {told}")
    finally:
        for fake in fakes.values():
            await fake.stop()
    PAGE.write_text(render(seen, DEADLINE), encoding="utf-8")
    _tell(f"{len(cells)} cells, {bad} at fault; wrote {PAGE.relative_to(ROOT)}")
    return 1 if bad else 0


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__).parse_args()
    raise SystemExit(asyncio.run(_run()))
