"""The loop of every worker: prepares what it is told, makes calls, and says how long they took. Plain Python."""

import asyncio
import gc
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import uvloop

from tests.benchmarks.lines import claim_stdout, read_lines, write_line
from tests.benchmarks.question import Unusable

MODEL = "gpt-6-luna"
KEY = "sk-benchmark"
# How long a peer waits for one provider where it is tuned, in seconds.
TUNED_SECONDS = 1.0
_PAGE_MEGABYTES = os.sysconf("SC_PAGE_SIZE") / 1024 / 1024


@dataclass(frozen=True, slots=True)
class Plan:
    """`first` and `second` are addresses that end in `/v1`.

    `tuned`: retries off, a second of patience. `cooldown`: whatever the library has against dead providers switched on.
    `others` are addresses of other vendors by name, which are configured beside the two and not asked.
    """

    first: str
    second: str
    tuned: bool = False
    cooldown: bool = False
    others: dict[str, str] = field(default_factory=dict)


class Contestant(Protocol):
    """One library. `ask` and `stream` return the authors of the items (`question.read`), or raise what they raise."""

    version: str

    def prepare(self, plan: Plan) -> None:
        """Makes the chain anew."""

    async def ask(self) -> list[str]:
        """One call through the chain."""

    async def stream(self) -> list[str]:
        """One call through the chain, read as a stream."""

    async def ask_second(self) -> list[str]:
        """One call to the second provider alone, to open its connection."""

    async def close(self) -> None:
        """Closes what `prepare` made."""


async def run(contestant: Contestant, request: dict[str, Any]) -> dict[str, Any]:
    """Makes `calls` calls, `in_flight` at once, one start every `pace` seconds; each is given up after `limit`."""
    call = contestant.stream if request.get("stream") else contestant.ask
    limit, pace = request.get("limit", 60.0), request.get("pace", 0.0)
    seconds: list[float] = []
    outcomes: list[str] = []
    left = iter(range(request["calls"]))

    async def go_on() -> None:
        for _ in left:
            began = time.perf_counter()
            outcomes.append(await _outcome(call, limit))
            took = time.perf_counter() - began
            seconds.append(took)
            if pace > took:
                await asyncio.sleep(pace - took)

    gc.collect()
    began = time.perf_counter()
    await asyncio.gather(*(go_on() for _ in range(request.get("in_flight", 1))))
    return {"seconds": seconds, "outcomes": outcomes, "elapsed": time.perf_counter() - began, "memory": memory()}


async def _outcome(call: Any, limit: float) -> str:
    """Whose items the answer has (`first`, `second`, `first+second`), or how it failed."""
    try:
        async with asyncio.timeout(limit):
            return "+".join(dict.fromkeys(await call()))
    except Unusable:
        return "unusable"
    except TimeoutError:
        return "gave up"
    except Exception as error:
        return f"error {type(error).__name__}"


def memory() -> float:
    """Resident memory of this process in megabytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE_MEGABYTES


async def _serve(contestant: Contestant) -> None:
    write_line({"version": contestant.version})
    prepared = False
    async for request in read_lines():
        do = request.pop("do")
        answer: dict[str, Any] = {}
        try:
            if do == "prepare":
                if prepared:
                    await contestant.close()
                contestant.prepare(Plan(**request))
                prepared = True
            elif do == "warm":
                await contestant.ask_second()
            elif do == "run":
                answer = await run(contestant, request)
        except Exception as error:
            answer = {"failed": f"{do}: {type(error).__name__}: {str(error)[:300]}"}
        write_line(answer)
    if prepared:
        await contestant.close()


def serve(contestant: Contestant) -> None:
    """Works until the input ends."""
    claim_stdout()
    uvloop.run(_serve(contestant))
