"""`make soak`: minutes of mixed traffic with random faults, and one page about it.

Ends with 1 when something was lost, duplicated, stuck or wrongly answered, or when a process did not come back.
"""

import argparse
import asyncio
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.soak.audit import audit
from tests.soak.books import Books, Verdict
from tests.soak.faults import Fault, Faults
from tests.soak.figures import Series, take_samples
from tests.soak.page import as_page
from tests.soak.people import people
from tests.support.stack import Stack, running_stack

_SAMPLE_SECONDS = 5.0
_TOLD_EVERY = 4


def main() -> int:
    """Reads the command line, and soaks."""
    # What was started ends with us, however we are told.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    options = read_options(sys.argv[1:])
    with tempfile.TemporaryDirectory(prefix="soak-") as folder, running_stack(Path(folder)) as stack:
        return asyncio.run(soak(stack, options))


def read_options(arguments: Sequence[str]) -> argparse.Namespace:
    """The options; what is wrong with them ends the program."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description="Mixed traffic and random faults.")
    parser.add_argument("--minutes", type=_positive(float), default=10.0, help="how long (10)")
    parser.add_argument("--people", type=_positive(int), default=12, help="how many clients at once (12)")
    parser.add_argument("--seed", type=int, default=None, help="repeats the choices of a run; their moments differ")
    return parser.parse_args(arguments)


def _positive(kind: type[float] | type[int]) -> Callable[[str], float]:
    def read(text: str) -> float:
        number = kind(text)
        if not 0 < number < 10_000:
            raise argparse.ArgumentTypeError(f"must be more than 0 and less than 10,000, and is {text}")
        return number

    return read


async def soak(stack: Stack, options: argparse.Namespace) -> int:
    """Lets everything happen at once, reads back what must be there, and prints the page."""
    seed = random.randrange(10**6) if options.seed is None else options.seed
    seconds = 60 * options.minutes
    tell(f"seed {seed}")
    faults = Faults(stack, random.Random(seed), tell=_tell_fault)
    async with people(stack.settings.gateway_port, options.people, seed) as everybody:
        books = everybody[0].books
        memory: dict[str, Series] = {}
        watching = asyncio.create_task(watch(stack, books, memory))
        injecting = asyncio.create_task(faults.run(seconds))
        ends = time.monotonic() + seconds
        await asyncio.gather(
            *(person.live(lambda: time.monotonic() < ends and not faults.lost) for person in everybody)
        )
        await injecting
        watching.cancel()
        tell("reading everything back")
        verdict = Verdict() if faults.lost else await audit(everybody, books)
    print(as_page(books, verdict, faults.injected, memory, minutes=options.minutes, seed=seed))  # noqa: T201
    for name in faults.lost:
        print(f"{name} did not come back")  # noqa: T201 - a command that prints
    return int(any((verdict.lost, verdict.surplus, books.stuck, books.wrong, faults.lost)))


async def watch(stack: Stack, books: Books, memory: dict[str, Series]) -> None:
    """Takes samples until it is cancelled, and says now and then how it goes."""
    started, number = time.monotonic(), 0
    while True:
        for name, sample in (await asyncio.to_thread(take_samples, stack, books.requests)).items():
            memory.setdefault(name, Series()).samples.append(sample)
        if number % _TOLD_EVERY == 0:
            tell(
                f"{time.monotonic() - started:.0f} s: {books.requests} requests, {books.failures.total()} repeated, "
                f"{len(books.kept)} resumes, {len(books.wrong)} wrong, {len(books.stuck)} stuck"
            )
        number += 1
        await asyncio.sleep(_SAMPLE_SECONDS)


def _tell_fault(fault: Fault) -> None:
    tell(f"{fault.at:.0f} s: {fault.kind} of {fault.process}, back after {fault.back:.2f} s")


def tell(what: str) -> None:
    """A line of progress."""
    print(what, file=sys.stderr, flush=True)  # noqa: T201 - a command that prints


if __name__ == "__main__":
    raise SystemExit(main())
