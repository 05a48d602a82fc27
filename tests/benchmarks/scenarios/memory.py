"""Memory of a process that has three providers configured, over thousands of calls."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.benchmarks.figures import Figures, Scale, slope
from tests.benchmarks.lanes import OURS, RAW, RAW_AIOHTTP, Lane, open_lanes
from tests.benchmarks.processes import Child

_BLOCK = 1000
# Blocks in which caches and pools fill.
_SETTLING = 2


async def measure(pythons: Mapping[str, Path | None], scale: Scale) -> Figures:
    """Processes of their own, all at once: nobody's time is taken. The raw SDK has one provider, the others three."""
    present = {name: python for name, python in pythons.items() if name != RAW_AIOHTTP}
    async with Child("tests.benchmarks.fake_vendors") as vendors:
        variables = {"GRPC_DEFAULT_SSL_ROOTS_FILE_PATH": vendors.hello["ca"]}
        async with open_lanes(present, variables) as lanes:
            others: dict[str, str] = vendors.hello["others"]
            results = await asyncio.gather(*(_grow(lane, others, scale) for lane in lanes.values()))
            return {"memory": dict(zip(lanes, results, strict=True))}


async def _grow(lane: Lane, others: Mapping[str, str], scale: Scale) -> dict[str, Any]:
    await lane.restore()
    await lane.prepare(others={} if lane.name == RAW else dict(others))
    # More calls for ours, whose slope has a goal.
    blocks = scale.of(30 if lane.name == OURS else 10, 2)
    block = _BLOCK if not scale.quick else 100
    sizes: list[float] = []
    for _ in range(blocks):
        result = await lane.run(block, in_flight=4)
        sizes.append(round(result["memory"], 2))
    settled = sizes[_SETTLING:] if len(sizes) > _SETTLING + 1 else sizes
    return {
        "megabytes": sizes[min(len(sizes), 10) - 1],
        "after_calls": min(len(sizes), 10) * block,
        "slope_per_10000": round(slope(settled) * 10_000 / block, 2),
        "slope_over_calls": len(settled) * block,
        "blocks": sizes,
    }
