"""The generator in a process of its own, asked in JSON lines (`tests.benchmarks.processes.Child`).

    {"do": "closed", "port": 8080, "kinds": [[3, ["GET / HTTP/1.1..."]], [1, [...]]], "clients": 64, "duration": 5}
    {"do": "open", "port": 8080, "kinds": [...], "rate": 1000, "duration": 60}
    {"do": "grpc", "port": 8001, "path": "/package.Service/Method", "messages": [...], "clients": 64, "duration": 5}
    {"do": "together", "runs": [{"do": "open", ...}, ...]}

A kind is its weight and the texts of its requests, which are taken in turn, as messages are, which are in base64.
Answers with `Tally.summary`, an open loop by kind too, by their places; those that ran together, with a list of them
under `runs`.
"""

import asyncio
import base64
import gc
import itertools
from collections.abc import Sequence
from typing import Any

import uvloop

from tests.benchmarks.lines import read_lines, write_line
from tests.load import grpc
from tests.load.connection import ConnectionBroken
from tests.load.generator import MakeRequest, Tally, closed_loop, open_loop, rest_of

Kinds = Sequence[tuple[float, Sequence[str]]]


def _mix(kinds: Kinds) -> MakeRequest:
    return rest_of([(weight, _in_turn(texts)) for weight, texts in kinds])


def _in_turn(texts: Sequence[str]) -> MakeRequest:
    return _cycle([text.encode() for text in texts])


def _cycle(data: Sequence[bytes]) -> MakeRequest:
    requests = itertools.cycle(data)
    return lambda _number: next(requests)


async def _call(messages: Sequence[str], **question: Any) -> Tally:
    frames = _cycle([grpc.message_frame(base64.b64decode(message)) for message in messages])
    return await grpc.closed_loop(question.pop("host", "127.0.0.1"), make=frames, **question)


async def _answer(question: dict[str, Any]) -> dict[str, Any]:
    if question["do"] == "together":
        return {"runs": await asyncio.gather(*(_answer(run) for run in question["runs"]))}
    if question["do"] == "grpc":
        del question["do"]
        return (await _call(**question)).summary()
    run, kinds = {"closed": closed_loop, "open": open_loop}[question["do"]], question.pop("kinds")
    if question.pop("do") == "open":
        question["kind_of"] = {text.encode(): number for number, (_, texts) in enumerate(kinds) for text in texts}
    host, port, make = question.pop("host", "127.0.0.1"), question.pop("port"), _mix(kinds)
    tally: Tally = await run(host, port, make, **question)  # type: ignore[operator] # two loops, options of their own
    return tally.summary()


async def main() -> None:
    """Serves until its input ends."""
    write_line({"ready": True})
    gc.freeze()
    async for question in read_lines():
        try:
            write_line(await _answer(question))
        except (OSError, ConnectionBroken, ValueError, TypeError, KeyError, asyncio.InvalidStateError) as error:
            write_line({"failed": f"{type(error).__name__}: {error}"})


if __name__ == "__main__":
    uvloop.run(main())
