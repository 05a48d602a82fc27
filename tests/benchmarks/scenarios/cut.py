"""Streams that are cut half-way: is there an answer, and is what had come kept?"""

from collections.abc import Mapping
from typing import Any

from tests.benchmarks.figures import Figures, Scale, count
from tests.benchmarks.lanes import OURS, PEERS, Lane

# The connection breaks, or it ends in good order, only too early.
KINDS = ("cut", "end")
KEPT = "first+second"


async def measure(lanes: Mapping[str, Lane], scale: Scale) -> Figures:
    """Half of the trials each way. Ours has a new chain for each: it would leave such a provider alone otherwise."""
    trials = scale.of(100, 6)
    found: dict[str, Any] = {}
    for name in (OURS, *PEERS):
        if name not in lanes:
            continue
        outcomes = {kind: await _trials(lanes[name], kind, trials) for kind in KINDS}
        every = [outcome for part in outcomes.values() for outcome in part]
        found[name] = {
            "trials": len(every),
            "answered": sum(outcome in ("first", "second", KEPT) for outcome in every),
            "kept": every.count(KEPT),
            "half_taken_for_whole": every.count("unusable"),
            **{kind: count(part) for kind, part in outcomes.items()},
        }
    return {"cut": found}


async def _trials(lane: Lane, kind: str, trials: int) -> list[str]:
    outcomes: list[str] = []
    await lane.restore()
    await lane.set("first", kind)
    if lane.name != OURS:
        await lane.prepare(tuned=True)
        outcomes += (await lane.run(trials, stream=True, limit=10.0))["outcomes"]
        return outcomes
    for _ in range(trials):
        await lane.prepare(warm=False)
        outcomes += (await lane.run(1, stream=True, limit=10.0))["outcomes"]
    return outcomes
