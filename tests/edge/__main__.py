"""Meets the gateway with everything at full size (`make edge`): attacks, and the errors that take their time.

Prints a line for each, and ends with 1 when one was answered otherwise or an honest client was refused meanwhile.
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from tests.edge.attacks import Case, describe, list_cases, list_slow_cases, probe, run
from tests.support.edge import Edge, running_edge
from tests.support.refusals import SLOW, reason_of


async def main() -> int:
    """Runs everything against one gateway."""
    with tempfile.TemporaryDirectory() as folder:
        async with running_edge(Path(folder)) as edge:
            wrong = await attack(edge, [*list_cases(1.0), *list_slow_cases()])
            wrong += await wait_for_slow_errors(edge)
    print(f"{wrong} of them went wrong." if wrong else "All as it should be.")  # noqa: T201 - a command that prints
    return 1 if wrong else 0


async def attack(edge: Edge, cases: list[Case]) -> int:
    """How many attacks, one after the other beside an honest client, were answered otherwise."""
    wrong = 0
    for case in cases:
        stop = asyncio.Event()
        async with edge.client(timeout=60) as client, edge.client() as honest:
            asking = asyncio.create_task(probe(honest, stop))
            start = time.monotonic()
            outcomes = await run(edge, client, case)
            stop.set()
            served = await asking
        is_right = outcomes == {case.expected} and set(served) <= {(200, None)}
        wrong += not is_right
        seen = ", ".join(sorted(map(describe, outcomes)))
        tell(is_right, case.name, f"{case.times} x {seen}, {time.monotonic() - start:.1f} s, honest: {len(served)}")
    return wrong


async def wait_for_slow_errors(edge: Edge) -> int:
    """How many of the reasons that take seconds are not brought about."""
    wrong = 0
    for reason, bring_about in SLOW.items():
        async with edge.client() as client:
            answer = await bring_about(edge, client)
        is_right = reason_of(answer) == reason
        wrong += not is_right
        tell(is_right, reason, str(answer.status_code))
    return wrong


def tell(is_right: bool, name: str, what: str) -> None:
    """One line."""
    print(f"{'ok   ' if is_right else 'WRONG'} {name}: {what}", flush=True)  # noqa: T201 - a command that prints


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
