"""Total outage: how many requests each call still makes to vendors that are all down."""

import asyncio
from collections.abc import Mapping
from typing import Any

from tests.benchmarks.figures import Figures, Scale, Times, count
from tests.benchmarks.lanes import OURS, PEERS, Lane

_IN_FLIGHT, _PACE = 8, 0.4
_WARM_UP = 8


async def measure(lanes: Mapping[str, Lane], scale: Scale) -> Figures:
    """About twenty calls a second after a warm-up; peers tuned, and then once more as they come."""
    found: Figures = {"outage": {}, "outage by default": {}}
    for name in (OURS, *PEERS):
        if name in lanes:
            calls = scale.of(200, 40) if name == OURS else scale.of(40, 10)
            found["outage"][name] = await _attempts(lanes[name], calls, tuned=name != OURS)
    present = [name for name in PEERS if name in lanes and not scale.quick]  # it takes a quarter of a minute
    results = await asyncio.gather(*(_attempts(lanes[name], 8, tuned=False, warm_up=0) for name in present))
    found["outage by default"] = dict(zip(present, results, strict=True))
    return found


async def _attempts(lane: Lane, calls: int, *, tuned: bool, warm_up: int = _WARM_UP) -> dict[str, Any]:
    await lane.restore()
    await lane.prepare(tuned=tuned)
    await _fail(lane)
    if warm_up:
        await lane.run(warm_up, limit=30.0)
        await _fail(lane)
    result = await lane.run(calls, in_flight=_IN_FLIGHT, pace=_PACE, limit=30.0)
    requests = sum((await lane.counts()).values())
    return {
        "attempts_per_call": round(requests / calls, 3),
        "calls": calls,
        "outcomes": count(result["outcomes"]),
        **{key: value for key, value in Times(result["seconds"]).summary().items() if key != "calls"},
    }


async def _fail(lane: Lane) -> None:
    for server in ("first", "second"):
        await lane.set(server, "status", status=500)
