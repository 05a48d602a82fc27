"""Nothing grows: memory, descriptors, threads and tasks, whatever callers do."""

import asyncio
import time
from collections.abc import Callable, Sequence

from tests.chaos.conftest import Recorder
from tests.soak.figures import Sample, slope_of, take_samples
from tests.soak.people import Person, people
from tests.support.stack import Stack
from tools.procfile import SERVICES

# More of them at first: connections and threads that are kept for the next time are made by then.
_PEOPLE, _PEOPLE_AT_FIRST = 12, 24
_SETTLING_SECONDS = 30.0
# Of megabytes for each 10,000 requests; a short run is too short for a slope, and is held to what it grew by in all.
_SLOPE, _SHORT_GROWTH = 1.0, 8.0
_SPARE = 5
_WATCHED = (*SERVICES, "gateway")


async def test_nothing_grows_under_mixed_requests(
    full: bool,
    promise: Recorder,
    start_stack: Callable[..., Stack],
) -> None:
    """Answers, refusals, streams left half-way, callers that hang up or cancel: everything is given back."""
    requests, portions = (50_000, 50) if full else (2_000, 4)
    stack = await asyncio.to_thread(start_stack, LOG_LEVEL="warning")
    async with people(stack.settings.gateway_port, _PEOPLE_AT_FIRST, seed=7) as everybody:
        books = everybody[0].books
        await spend(everybody, requests // 5)
        before = await settle(stack, everybody, None)
        assert all(before[name].tasks > 0 for name in SERVICES), "the services do not tell how many tasks they have"
        samples = [before]
        for _ in range(portions):
            await spend(everybody[:_PEOPLE], requests // portions)
            samples.append(await asyncio.to_thread(take_samples, stack, books.requests))
        after = await settle(stack, everybody, before)

    reasons = ", ".join(sorted({reason for _, reason in books.failures})) or "none"
    warm_up = before["gateway"].requests
    counted = (
        f"{after['gateway'].requests - warm_up} mixed requests after {warm_up} to warm up, "
        f"{books.failures.total()} of them sent again (why: {reasons})"
    )
    assert not books.wrong, books.wrong[:5]
    assert not books.stuck, books.stuck[:5]
    grown = {name: growth_of([each[name] for each in samples], full=full) for name in before}
    promise(
        counted,
        f"memory of each service and the gateway grows by at most {_SLOPE} MB in 10,000 requests"
        if full
        else f"no service, nor the gateway, grows by more than {_SHORT_GROWTH} MB",
        ", ".join(f"{name} {grown[name]:+.2f} ({after[name].megabytes:.0f} MB)" for name in grown),
        holds=all(grown[name] <= (_SLOPE if full else _SHORT_GROWTH) for name in _WATCHED),
    )
    promise(
        counted,
        f"descriptors, threads and tasks are back where they were, give or take {_SPARE}",
        ", ".join(f"{name} {'/'.join(f'{each:+d}' for each in changes(before[name], after[name]))}" for name in before),
        holds=all(abs(each) <= _SPARE for name in _WATCHED for each in changes(before[name], after[name])),
    )


async def spend(everybody: Sequence[Person], requests: int) -> None:
    """Has people send so many requests more, all together; not if one of them got no answer at all."""
    books = everybody[0].books
    ends = books.requests + requests
    await asyncio.gather(*(person.live(lambda: books.requests < ends and not books.stuck) for person in everybody))


async def settle(stack: Stack, everybody: Sequence[Person], before: dict[str, Sample] | None) -> dict[str, Sample]:
    """Everybody has gone and deleted everything; what is left when it is as `before`, or changes no more."""
    for person in everybody:
        while person.kept:
            await person.delete()
        person.close()
    last: dict[str, Sample] = {}
    ends = time.monotonic() + _SETTLING_SECONDS
    while time.monotonic() < ends:
        found = await asyncio.to_thread(take_samples, stack, everybody[0].books.requests)
        if before is None and last and all(not any(changes(last[name], found[name])) for name in _WATCHED):
            return found
        if before and all(abs(each) <= _SPARE for name in _WATCHED for each in changes(before[name], found[name])):
            return found
        last = found
        await asyncio.sleep(1)
    return last


def changes(before: Sample, after: Sample) -> tuple[int, int, int]:
    """Of descriptors, threads and tasks."""
    return (
        after.descriptors - before.descriptors,
        after.threads - before.threads,
        after.tasks - before.tasks,
    )


def growth_of(samples: Sequence[Sample], *, full: bool) -> float:
    """Megabytes: for each 10,000 requests, or in a short run in all."""
    if full:
        slope = slope_of([(sample.requests, sample.megabytes) for sample in samples])
        assert slope is not None
        return slope
    return samples[-1].megabytes - samples[0].megabytes
