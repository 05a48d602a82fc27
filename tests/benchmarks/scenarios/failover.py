"""Failover: how long a call takes when its first provider fails, and how often a dead one is asked."""

import asyncio
from collections.abc import Mapping
from typing import Any

from tests.benchmarks.figures import Figures, Scale, Times, count, turned
from tests.benchmarks.lanes import LITELLM, OURS, PEERS, Lane

# How the first provider fails: the port, and the mode of the fake.
REFUSED, ERROR, LIMITED, HANGS = "refused", "500", "429", "hang"
_MODES: Mapping[str, dict[str, Any]] = {
    REFUSED: {},
    ERROR: {"mode": "status", "status": 500},
    LIMITED: {"mode": "status", "status": 429},
    HANGS: {"mode": "hang"},
}
COOLDOWN = "LiteLLM, cooldown"
# Slow enough for probes of an open circuit to fall due.
PACED = "dead, 500, a call every 0.25 s"
_DEAD_CALLS = 30
# Longest wait for a call in default settings; a peer that has not answered by then is shown as slower.
DEFAULT_LIMIT = 30.0


async def measure(lanes: Mapping[str, Lane], scale: Scale) -> Figures:
    """First failures one by one, then thirty calls with a dead provider, then the peers as they come."""
    figures: Figures = {}
    for kind in (REFUSED, ERROR, LIMITED):
        figures[f"failover, {kind}"] = await _first_failures(lanes, kind, scale.of(10, 1))
    figures[f"failover, {HANGS}"] = {OURS: await _first_hangs(lanes[OURS], scale.of(10, 1))}
    for kind in (REFUSED, ERROR, LIMITED, HANGS) if not scale.quick else (ERROR, HANGS):
        figures[f"dead, {kind}"] = await _dead(lanes, kind, scale.of(_DEAD_CALLS, 30 if kind != HANGS else 6))
    figures[PACED] = {OURS: await _dead_of(lanes[OURS], ERROR, scale.of(30, 5), pace=0.25)}
    for kind in (REFUSED, ERROR, LIMITED, HANGS) if not scale.quick else (ERROR, HANGS):
        figures[f"failover by default, {kind}"] = await _by_default(lanes, kind, scale)
    return figures


async def _prepare(lane: Lane, kind: str, **plan: Any) -> None:
    """A new chain whose providers both answered once, and then the first begins to fail."""
    await lane.restore()
    await lane.prepare(refusing=kind == REFUSED, **plan)
    if kind != REFUSED:
        await lane.run(1)
    await lane.set("first", **_MODES[kind])


async def _first_failures(lanes: Mapping[str, Lane], kind: str, rounds: int) -> dict[str, Any]:
    """Ten calls of everybody in each round. Ours has a new chain for each: it would remember the failure."""
    names = [name for name in lanes if name in (OURS, *PEERS)]
    taken = {name: Times() for name in names}
    for name in PEERS:
        if name in lanes:
            await _prepare(lanes[name], kind, tuned=True)
            await lanes[name].run(5)
    await _fresh(lanes[OURS], kind, 2)
    for round_ in range(rounds):
        for name in turned(names, round_):
            if name == OURS:
                taken[name].seconds += (await _fresh(lanes[OURS], kind, 10)).seconds
            else:
                taken[name].seconds += _answered(await lanes[name].run(10))
    return {name: times.summary() for name, times in taken.items()}


async def _fresh(lane: Lane, kind: str, calls: int) -> Times:
    """New chains in which a call fails over as the second or third in a row, on warm caches as the peers' do."""
    times = Times()
    for _ in range(calls):
        await lane.restore()
        await lane.prepare(refusing=kind == REFUSED)
        good = 0 if kind == REFUSED else 2
        await lane.set("first", good=good, **_MODES[kind])
        result = await lane.run(good + 2)
        times.seconds += _answered(result, since=good)[1:]
    return times


async def _first_hangs(lane: Lane, calls: int) -> dict[str, float]:
    times = Times()
    for _ in range(calls):
        await _prepare(lane, HANGS)
        times.seconds += _answered(await lane.run(1))
    return times.summary()


def _answered(result: dict[str, Any], since: int = 0) -> list[float]:
    """The times of the calls from `since` on; raises where one of them was not answered by the second provider."""
    if set(result["outcomes"][since:]) != {"second"}:
        raise RuntimeError(f"failover brought {count(result['outcomes'])}")
    seconds: list[float] = result["seconds"][since:]
    return seconds


async def _dead(lanes: Mapping[str, Lane], kind: str, calls: int) -> dict[str, Any]:
    """Everybody in turn; at once where they do nothing but wait for a provider that hangs."""
    plans: list[tuple[str, Lane, dict[str, Any]]] = [(OURS, lanes[OURS], {})]
    plans += [(name, lanes[name], {"tuned": True}) for name in PEERS if name in lanes]
    work = [_dead_of(lane, kind, calls, **plan) for _, lane, plan in plans]
    results = await asyncio.gather(*work) if kind == HANGS else [await one for one in work]
    found = {name: result for (name, _, _), result in zip(plans, results, strict=True)}
    if LITELLM in lanes and (kind != HANGS or calls == _DEAD_CALLS):  # it waits a second for each
        found[COOLDOWN] = await _dead_of(lanes[LITELLM], kind, calls, cooldown=True)
    return found


async def _dead_of(lane: Lane, kind: str, calls: int, *, pace: float = 0.0, **plan: Any) -> dict[str, Any]:
    await _prepare(lane, kind, **plan)
    result = await lane.run(calls, limit=DEFAULT_LIMIT, pace=pace)
    counts = await lane.counts()
    late = Times(result["seconds"][max(calls // 3, 4) :])
    return {
        "wasted": None if kind == REFUSED else counts["first"],
        "calls": calls,
        "outcomes": count(result["outcomes"]),
        "first_ms": round(result["seconds"][0] * 1000, 2),
        # Once the first third is over, whoever keeps a memory of failures has had the chance to.
        "later": late.summary(),
    }


async def _by_default(lanes: Mapping[str, Lane], kind: str, scale: Scale) -> dict[str, Any]:
    """All peers at once, and several calls at once: they do little but wait."""
    present = [name for name in PEERS if name in lanes]
    limit = DEFAULT_LIMIT if not scale.quick else (2.0 if kind == HANGS else 12.0)
    calls = 1 if kind == HANGS else scale.of(5, 2)
    results = await asyncio.gather(*(_default_of(lanes[name], kind, calls, limit) for name in present))
    return dict(zip(present, results, strict=True))


async def _default_of(lane: Lane, kind: str, calls: int, limit: float) -> dict[str, Any]:
    await _prepare(lane, kind)
    result = await lane.run(calls, in_flight=calls, limit=limit)
    counts = await lane.counts()
    asked = None if kind == REFUSED else round(counts["first"] / calls, 2)
    return {**Times(result["seconds"]).summary(), "outcomes": count(result["outcomes"]), "asked_per_call": asked}
