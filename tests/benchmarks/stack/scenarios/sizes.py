"""What a list page, a read and a create cost in a small and in a large collection, both measured in turns."""

import asyncio
import os
import random
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from tests.benchmarks.figures import Scale, turned
from tests.benchmarks.processes import Child, ChildFailed
from tests.benchmarks.stack.contents import Grpc, grpc_creates, grpc_gets, grpc_lists, varied
from tests.benchmarks.stack.field import Field, Load, NotMeasured, Sample, open_field, open_stack, roots_of
from tests.benchmarks.stack.seeding import drop_created, drop_database, seed, seeded_key
from tests.support.stack import Stack

LIST, GET, CREATE = "list page", "get", "create"
SMALL, LARGE, LARGEST = 1_000, 100_000, 1_000_000
_CLIENTS = 4
_SECONDS, _CREATING_SECONDS = 2.0, 0.7
_PLACES = 500
_PREFIX = "stored"
_READY_SECONDS = 30.0
_HEALTH = "/career.resume.v1.ResumeService/Health"


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection of one size, the service in front of it, and what it is asked."""

    stack: Stack
    requests: Mapping[str, Grpc]

    def load(self, kind: str) -> Load:
        """Native calls, straight to the service: the gateway does not know how much is stored."""
        return Load(self.stack.settings.resume_port, self.requests[kind])


async def measure(scale: Scale) -> dict[str, Any]:
    """Both sizes in rounds; a million where `MONGODB_URL` names a real database, for which the embedded one is none."""
    url = os.environ.get("MONGODB_URL", "")
    sizes = (SMALL, scale.of(LARGEST if url else LARGE, 5 * SMALL))
    samples: dict[str, dict[str, list[Sample]]] = {}
    async with open_field() as field, AsyncExitStack() as opened:
        collections = {size: await opened.enter_async_context(_open(field.load, size, url)) for size in sizes}
        rounds = scale.of(5, 1)
        for round_ in range(rounds):
            sys.stderr.write(f"      round {round_ + 1} of {rounds}\n")
            for kind in (LIST, GET, CREATE):
                for size in turned([str(each) for each in sizes], round_):
                    sample = await _measure(field, collections[int(size)], kind, scale.of(1, 4))
                    samples.setdefault(kind, {}).setdefault(size, []).append(sample)
    return {"sizes": list(sizes), "embedded": not url, "samples": samples}


async def _measure(field: Field, collection: Collection, kind: str, shorter: int) -> Sample:
    seconds = (_CREATING_SECONDS if kind == CREATE else _SECONDS) / shorter
    sample = await field.measure(
        collection.load(kind), clients=_CLIENTS, seconds=seconds, warm_up=0.3, roots=roots_of(collection.stack)
    )
    if kind == CREATE:
        await asyncio.to_thread(drop_created, collection.stack.settings)
    return sample


@asynccontextmanager
async def _open(load: Child, size: int, url: str) -> AsyncIterator[Collection]:
    extra = {"MONGODB_URL": url, "MONGODB_DATABASE": f"career_coach_bench_{size}"} if url else {}
    async with open_stack(extra, names=("resume",) if url else ("mongo", "resume")) as stack:
        try:
            # Indexes first, as in a database that fills up day by day.
            await _wait(load, stack.settings.resume_port)
            sort_keys = await asyncio.to_thread(seed, stack.settings, varied(), size, _PREFIX)
            yield Collection(stack, _requests(sort_keys))
        finally:
            if url:
                drop_database(stack.settings)


def _requests(sort_keys: Sequence[str]) -> Mapping[str, Grpc]:
    chance = random.Random(1)
    places = [chance.randrange(len(sort_keys)) for _ in range(_PLACES)]
    return {
        LIST: grpc_lists([sort_keys[place] for place in places if place > 100]),
        GET: grpc_gets([seeded_key(_PREFIX, place) for place in places]),
        CREATE: grpc_creates(),
    }


async def _wait(load: Child, port: int) -> None:
    """Until the service says that it works."""
    async with asyncio.timeout(_READY_SECONDS):
        while True:
            try:
                answer = await load.ask("grpc", port=port, path=_HEALTH, messages=[""], clients=1, duration=0.05)
            except ChildFailed:
                answer = {"counts": {}}
            if set(answer["counts"]) == {"200"}:
                return
            await asyncio.sleep(0.2)
    raise NotMeasured("the resume service did not start")
