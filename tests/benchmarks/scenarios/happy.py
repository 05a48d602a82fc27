"""The happy path: what a call costs beside what it costs with nothing around the SDK."""

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from tests.benchmarks.figures import Figures, Scale, Times, turned
from tests.benchmarks.lanes import OURS, RAW, RAW_AIOHTTP, Lane

RAW_STREAM = "openai SDK, stream"
_CALLS = 40
# Pieces of text in a stream: what everybody is measured with, then a short and a long answer.
CHUNKS, OTHER_CHUNKS = 60, (4, 300)


async def measure(lanes: Mapping[str, Lane], scale: Scale) -> Figures:
    """Rounds of calls one at a time, everybody in each round; `ratio` is the median over the rounds."""
    names = [*lanes, RAW_STREAM]
    figures: Figures = {"happy": await _rounds(lanes, names, scale.of(30, 2), CHUNKS)}
    few = [name for name in (OURS, RAW, RAW_STREAM, RAW_AIOHTTP) if name in names]
    for chunks in OTHER_CHUNKS:
        figures[f"happy, {chunks} chunks"] = await _rounds(lanes, few, scale.of(8, 1), chunks)
    return figures


async def _rounds(lanes: Mapping[str, Lane], names: Sequence[str], rounds: int, chunks: int) -> dict[str, Any]:
    taken: dict[str, list[Times]] = {name: [] for name in names}
    for name in lanes:
        await lanes[name].restore(chunks=chunks)
        await lanes[name].prepare()
    for round_ in range(rounds + 1):
        for name in turned(names, round_):
            lane = lanes[RAW if name == RAW_STREAM else name]
            result = await lane.run(_CALLS, stream=name == RAW_STREAM)
            if set(result["outcomes"]) != {"first"}:
                raise RuntimeError(f"{name}: {set(result['outcomes'])} on the happy path")
            if round_:  # the first is for warming up
                taken[name].append(Times(result["seconds"]))
    return {name: _summary(times, taken[RAW]) for name, times in taken.items()}


def _summary(times: Sequence[Times], raw: Sequence[Times]) -> dict[str, Any]:
    ratios = [
        statistics.median(mine.seconds) / statistics.median(base.seconds) for mine, base in zip(times, raw, strict=True)
    ]
    together = Times([second for part in times for second in part.seconds])
    return {
        **together.summary(),
        "ratio": round(statistics.median(ratios), 3),
        "ratios": [round(ratio, 3) for ratio in ratios],
    }
