"""Calls a second of one process, 512 in flight, with a provider that takes 200 ms."""

import statistics
from collections.abc import Mapping
from typing import Any

from tests.benchmarks.figures import Figures, Scale, Times, count, turned
from tests.benchmarks.lanes import Lane

IN_FLIGHT = 512
_LATENCY = 0.2


async def measure(lanes: Mapping[str, Lane], scale: Scale) -> Figures:
    """Rounds in which everybody is asked in turn; the first calls, which open connections, are not counted."""
    names = list(lanes)
    rates: dict[str, list[float]] = {name: [] for name in names}
    details: dict[str, Any] = {}
    for lane in lanes.values():
        await lane.restore(latency=_LATENCY)
        await lane.prepare()
    for round_ in range(scale.of(2, 1)):
        for name in turned(names, round_):
            await lanes[name].run(scale.of(IN_FLIGHT, 64), in_flight=IN_FLIGHT)
            result = await lanes[name].run(scale.of(1536, 512), in_flight=IN_FLIGHT)
            good = result["outcomes"].count("first")
            rates[name].append(good / result["elapsed"])
            details[name] = {"outcomes": count(result["outcomes"]), **Times(result["seconds"]).summary()}
    return {
        "throughput": {
            name: {
                "per_second": round(statistics.median(values)),
                "rounds": [round(v) for v in values],
                **details[name],
            }
            for name, values in rates.items()
        }
    }
