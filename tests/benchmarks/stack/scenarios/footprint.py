"""How long a stack takes to start, and how much memory it has."""

import asyncio
import statistics
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.benchmarks.figures import Scale
from tests.benchmarks.stack.consumption import memory_bytes, watch_memory
from tests.benchmarks.stack.contents import rest_creates, rest_generations, rest_gets
from tests.benchmarks.stack.field import NotMeasured, open_field, open_stack, open_vendor, roots_of
from tests.benchmarks.stack.scenarios.generations import VENDOR_SECONDS, Keys
from tests.benchmarks.stack.seeding import seed, seeded_key
from tests.benchmarks.stack.vendor import known_resumes
from tests.support.stack import Stack

_SETTLED_SECONDS = 3.0
_READS, _CREATES, _GENERATIONS = 64, 16, 64
_RESUMES = 15_000
_PREFIX = "sets"


async def measure_start(scale: Scale) -> dict[str, Any]:
    """Seconds from the first process to the last service that answers through the gateway; the first start apart.

    The first one writes byte code and makes the database.
    """
    return await asyncio.to_thread(_measure_start, scale.of(5, 1))


def _measure_start(times: int) -> dict[str, Any]:
    with TemporaryDirectory(prefix="bench-") as folder:
        seconds = [_start_once(Path(folder)) for _ in range(times + 1)]
    return {"first_seconds": seconds[0], "seconds": seconds[1:], "median_seconds": statistics.median(seconds[1:])}


def _start_once(folder: Path) -> float:
    stack = Stack(folder, {"LOG_LEVEL": "warning"})
    started = time.perf_counter()
    try:
        stack.start()
        return time.perf_counter() - started
    finally:
        stack.stop()


async def measure_memory(scale: Scale) -> dict[str, Any]:
    """The proportional set size of all processes of a stack: before the first request, and at most under mixed load."""
    seconds = scale.of(20, 4)
    async with (
        open_field() as field,
        open_field() as other,
        open_vendor(VENDOR_SECONDS) as (_, variables),
        open_stack(variables) as stack,
    ):
        roots = roots_of(stack)
        await asyncio.sleep(_SETTLED_SECONDS)
        idle = memory_bytes(roots)
        await asyncio.to_thread(seed, stack.settings, [known.resume for known in known_resumes()], _RESUMES, _PREFIX)
        sys.stderr.write("      under load\n")
        keys = Keys(_RESUMES)
        port, stop = stack.settings.gateway_port, asyncio.Event()
        watching = asyncio.create_task(watch_memory(roots, stop))
        reads = [[4, rest_gets([seeded_key(_PREFIX, number) for number in range(1000)])], [1, rest_creates()]]
        sets = [[1, rest_generations(keys.take(_RESUMES))]]
        answers = await asyncio.gather(
            field.load.ask("closed", port=port, kinds=reads, clients=_READS + _CREATES, duration=seconds),
            other.load.ask("closed", port=port, kinds=sets, clients=_GENERATIONS, duration=seconds),
        )
        stop.set()
        loaded = await watching
    counts = [answer["counts"] for answer in answers]
    if any(set(each) != {"200"} for each in counts):
        # A refusal takes no memory.
        raise NotMeasured(f"answers that are not good, or none in time: {counts}")
    return {"idle": idle, "loaded": loaded, "counts": counts}
