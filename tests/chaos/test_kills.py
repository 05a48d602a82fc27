"""kill -9 at any moment: of the database, each service and Envoy, while clients create resumes and have others written.

CHAOS_SEED repeats the choice of operations and kills of an earlier run; their moments depend on the machine, too.
"""

import asyncio
import os
import random
import time
from collections.abc import Callable, Sequence

import pymongo

from tests.chaos.conftest import Recorder
from tests.chaos.killing import PROCESSES, Killer
from tests.chaos.operations import PATH, QUESTIONS, RESUME, Clients, clients
from tests.chaos.stored import compare, read_everything
from tests.chaos.waiting import until
from tests.support.stack import Stack

_CLIENTS = 16
_BACK_SECONDS = 2.0
_WORK_SECONDS = 240.0
# How long a kill waits for the work of the portion before, which has claims of killed processes to wait for.
_CATCHING_UP_SECONDS = 1.0
_MOMENT_SECONDS = 0.02
_COLLECTIONS = {RESUME: "resumes", QUESTIONS: "interviews", PATH: "learning_paths"}


async def test_nothing_acknowledged_is_lost_and_nothing_is_done_twice(
    full: bool, promise: Recorder, start_stack: Callable[..., Stack]
) -> None:
    """Whoever repeats a request with its key until it is acknowledged finds it done, once, whoever was killed."""
    seed = int(os.environ.get("CHAOS_SEED") or time.time_ns() % 1_000_000)
    strikes, operations = (100, 10_000) if full else (7, 420)
    print(f"CHAOS_SEED={seed}")  # noqa: T201 - shown where the test fails before it says so
    stack = await asyncio.to_thread(start_stack, LOG_LEVEL="warning")
    killer = Killer(stack, random.Random(seed))

    async with clients(stack.settings.gateway_port, _CLIENTS, seed) as every:
        open_at_kills = await _strike_during_work(killer, every, strikes, operations)
        books = every.books
        ended = await until(lambda: books.ended >= operations, _WORK_SECONDS)
    stored = await read_everything(stack.settings.gateway_port)

    result = compare(books.acknowledged, stored)
    generated = len(books.acknowledged[QUESTIONS]) + len(books.acknowledged[PATH])
    fault = f"kill -9 of database, services and Envoy, {killer.kills} times at random (seed {seed})"
    done = f"{books.count} operations, {generated} of them generations, {sum(books.repeated.values())} repeats"
    busy = sum(each > 0 for each in open_at_kills)
    wrong = f"{_shown(books.refused)} refused, {_shown(books.given_up)} never acknowledged"
    promise(
        fault,
        "every operation is acknowledged in the end to a client that repeats it",
        f"{done}; {wrong}; {busy} of {strikes} strikes with operations open",
        # A kill while nobody wants anything shows nothing.
        holds=ended and books.count == operations and busy >= 0.9 * strikes and killer.kills >= strikes,
    )
    promise(
        fault,
        "nothing acknowledged is lost or changed",
        f"{_shown(result.lost)} lost, {_shown(result.changed)} changed of {books.count}",
        holds=not result.lost and not result.changed,
    )
    counts = await asyncio.to_thread(_count_documents, stack)
    acknowledged = {kind: len(items) for kind, items in books.acknowledged.items()}
    promise(
        fault,
        "nothing is stored twice, or without having been asked for",
        f"{_shown(result.surplus)} too many; documents {counts}, acknowledged {acknowledged}",
        holds=not result.surplus and not books.shared_ids and counts == acknowledged,
    )
    seconds = killer.all_seconds()
    late = [value for value in seconds if value > _BACK_SECONDS]
    worst = ", ".join(f"{name} {_p50(values):.2f}/{max(values):.2f}" for name, values in killer.seconds.items())
    promise(
        fault,
        f"back in service within {_BACK_SECONDS:.0f} s of {'each restart' if full else 'a restart, in the median'}",
        f"p50 {_p50(seconds):.2f} s, max {seconds[-1]:.2f} s, {len(late)} of {len(seconds)} later (p50/max: {worst})",
        # Short runs share their machine with others.
        holds=not late if full else _p50(seconds) <= _BACK_SECONDS,
    )


async def _strike_during_work(killer: Killer, every: Clients, strikes: int, operations: int) -> list[int]:
    """One kill in each portion of the work: each process as often as the others, in any order, at any moment.

    Gives how many operations were not acknowledged at each kill.
    """
    names: list[str] = []
    open_at_kills: list[int] = []
    while len(names) < strikes:
        names += killer.chance.sample(PROCESSES, len(PROCESSES))
    given = 0
    for number in range(strikes):
        portion = operations * (number + 1) // strikes
        for _ in range(portion - given):
            every.permits.release()
        # So many are still to be done that every client is at work when the process dies.
        ahead = killer.chance.randint(2 * _CLIENTS, max(2 * _CLIENTS, portion - given))
        given = portion
        await until(lambda due=portion - ahead: every.books.ended >= due, _CATCHING_UP_SECONDS)  # type: ignore[misc]
        await asyncio.sleep(killer.chance.uniform(0.0, _MOMENT_SECONDS))
        open_at_kills.append(given - every.books.ended)
        await killer.strike(names[number])
    return open_at_kills


def _count_documents(stack: Stack) -> dict[str, int]:
    """What stands in the collections, whatever lists show; without what waits to be shown or swept."""
    with pymongo.MongoClient[dict[str, object]](stack.settings.database_url) as client:
        database = client[stack.settings.mongodb_database]
        return {
            kind: sum(
                str(found.get("sort_key", "")) < "p/" or kind == RESUME
                for found in database[name].find({}, {"sort_key": 1})
            )
            for kind, name in _COLLECTIONS.items()
        }


def _p50(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


def _shown(problems: Sequence[str]) -> str:
    """A count, and the first few."""
    return f"{len(problems)}" + (f" ({'; '.join(problems[:3])})" if problems else "")
