"""The process that is measured: meets one cell for each line it reads, and writes how that went as a line of JSON.

The vendors are in another process: what they take to make a body of 50 MB is not ours.
"""

import asyncio
import json
import resource
import sys
from typing import Any

import structlog

from tests.faults.meeting import meet
from tests.support.vendors.faults import Cell


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def _answer(line: str) -> dict[str, Any]:
    wanted = json.loads(line)
    before = _peak_mb()
    meeting = await meet(Cell(*wanted["cell"]), wanted["urls"], deadline=wanted["deadline"])
    return meeting.to_json() | {"grown_mb": round(_peak_mb() - before, 1)}


async def _serve() -> None:
    while line := await asyncio.to_thread(sys.stdin.readline):
        sys.stdout.write(json.dumps(await _answer(line)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger("critical"))
    asyncio.run(_serve())
