"""The generator in a process of its own, asked in JSON lines (`tests.benchmarks.processes.Child`).

    {"do": "closed", "port": 8080, "kinds": [[3, ["GET / HTTP/1.1..."]], [1, [...]]], "clients": 64, "duration": 5}
    {"do": "open", "port": 8080, "kinds": [...], "rate": 1000, "duration": 60}

A kind is its weight and the texts of its requests, which are taken in turn. Answers with `Tally.summary`.
"""

import asyncio
import gc
import itertools
from collections.abc import Sequence
from typing import Any

import uvloop

from tests.benchmarks.lines import read_lines, write_line
from tests.load.generator import MakeRequest, Tally, closed_loop, open_loop, rest_of

Kinds = Sequence[tuple[float, Sequence[str]]]


def _mix(kinds: Kinds) -> MakeRequest:
    return rest_of([(weight, _in_turn(texts)) for weight, texts in kinds])


def _in_turn(texts: Sequence[str]) -> MakeRequest:
    requests = itertools.cycle([text.encode() for text in texts])
    return lambda _number: next(requests)


async def _answer(question: dict[str, Any]) -> dict[str, Any]:
    run = {"closed": closed_loop, "open": open_loop}[question.pop("do")]
    host, port, make = question.pop("host", "127.0.0.1"), question.pop("port"), _mix(question.pop("kinds"))
    tally: Tally = await run(host, port, make, **question)  # type: ignore[operator] # two loops, options of their own
    return tally.summary()


async def main() -> None:
    """Serves until its input ends."""
    write_line({"ready": True})
    gc.freeze()
    async for question in read_lines():
        try:
            write_line(await _answer(question))
        except (OSError, ValueError, TypeError, KeyError, asyncio.InvalidStateError) as error:
            write_line({"failed": f"{type(error).__name__}: {error}"})


if __name__ == "__main__":
    uvloop.run(main())
