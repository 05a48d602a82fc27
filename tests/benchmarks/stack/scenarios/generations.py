"""Question sets with a vendor of 200 ms: what the stack adds to its time, and how many sets there are a second."""

import statistics
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from tests.benchmarks.figures import Scale
from tests.benchmarks.processes import Child
from tests.benchmarks.stack.contents import rest_generations
from tests.benchmarks.stack.field import (
    VENDOR,
    Field,
    Load,
    NotMeasured,
    Sample,
    open_field,
    open_stack,
    open_vendor,
    roots_of,
)
from tests.benchmarks.stack.seeding import seed, seeded_key
from tests.benchmarks.stack.vendor import known_resumes

VENDOR_SECONDS = 0.2
ALONE, SOME, MANY = 1, 64, 256
# More than there ever were: of each key one set is asked for, since a second one with the same questions is refused.
_MOST_PER_SECOND = 700
_PREFIX = "sets"
# By clients: seconds that count, and those before. A run is to be long beside the time of one set.
_RUNS = {ALONE: (12, 1), SOME: (6, 3), MANY: (10, 5)}


class Keys:
    """Keys of seeded resumes, each given once."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._next = 0

    def take(self, number: int) -> list[str]:
        """The next ones; raises `NotMeasured` where there are none left."""
        first, self._next = self._next, self._next + number
        if self._next > self._number:
            raise NotMeasured(f"more than {self._number} resumes were needed")
        return [seeded_key(_PREFIX, each) for each in range(first, self._next)]


@dataclass(slots=True)
class Desk:
    """Generations of one stack, measured."""

    field: Field
    vendor: Child
    gateway: int
    keys: Keys
    roots: dict[str, int]

    async def measure(self, clients: int, shorter: int = 1) -> Sample:
        """One run; `vendor_ms` is what of the time is the vendor's."""
        seconds, warm_up = (each / shorter for each in _RUNS[clients])
        texts = rest_generations(self.keys.take(_needed(clients, shorter)))
        await self.vendor.ask("times")
        sample = await self.field.measure(
            Load(self.gateway, texts), clients=clients, seconds=seconds, warm_up=warm_up, roots=self.roots
        )
        vendor = await self.vendor.ask("times")
        if vendor["unknown"]:
            raise NotMeasured("the vendor was asked about resumes that it has no answers about")
        return sample | {"vendor_ms": vendor["ms"]}


async def measure(scale: Scale) -> dict[str, Any]:
    """Rounds of one client, 64 and 256 at once, at one interview process."""
    rounds, shorter = scale.of(3, 1), scale.of(1, 3)
    samples: dict[str, list[Sample]] = {}
    async with open_desk(rounds * sum(_needed(clients, shorter) for clients in _RUNS)) as desk:
        for round_ in range(rounds):
            sys.stderr.write(f"      round {round_ + 1} of {rounds}\n")
            for clients in _RUNS:
                samples.setdefault(str(clients), []).append(await desk.measure(clients, shorter))
    return {"vendor_seconds": VENDOR_SECONDS, "samples": samples}


def added(sample: Sample, share: str) -> float:
    """Milliseconds that the stack adds: its `share` (p50, p99) less what the vendor took at its median."""
    return float(sample["ms"][share]) - float(sample["vendor_ms"]["p50"])


def median_added(samples: Sequence[Sample], share: str) -> float:
    """The median over rounds."""
    return statistics.median(added(sample, share) for sample in samples)


def _needed(clients: int, shorter: int) -> int:
    """How many keys a run takes at most."""
    most = min(clients / VENDOR_SECONDS, _MOST_PER_SECOND)
    return int(most * (sum(_RUNS[clients]) / shorter)) + clients


@asynccontextmanager
async def open_desk(number: int) -> AsyncIterator[Desk]:
    """A stack with so many resumes, the vendor behind it."""
    async with (
        open_field() as field,
        open_vendor(VENDOR_SECONDS) as (vendor, variables),
        open_stack(variables) as stack,
    ):
        seed(stack.settings, [known.resume for known in known_resumes()], number, _PREFIX)
        roots = {**roots_of(stack), VENDOR: vendor.pid}
        yield Desk(field, vendor, stack.settings.gateway_port, Keys(number), roots)
