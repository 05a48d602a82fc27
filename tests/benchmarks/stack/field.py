"""The processes that are measured: a whole stack, the plain service on the same database, the generator, the vendor."""

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from tests.benchmarks.processes import Child
from tests.benchmarks.stack.consumption import Meter, Roots
from tests.benchmarks.stack.contents import Grpc, kinds
from tests.support.ports import free_port
from tests.support.stack import Stack

BASELINE = "baseline"
LOAD = "generator"
VENDOR = "vendor"
_START_SECONDS, _STOP_SECONDS, _POLL_SECONDS = 30.0, 10.0, 0.05
# As `make run` starts it, the generator being one client.
_ENVIRONMENT = {"LOG_LEVEL": "warning", "LLM_CALLS_PER_MINUTE": "1000000"}
_BREATH_SECONDS = 0.3
_AGAIN_SECONDS = 3.0

Sample = dict[str, Any]


class NotMeasured(Exception):
    """A figure could not be had: something did not start, or answers were not good."""


@dataclass(frozen=True, slots=True)
class Load:
    """What one contestant is asked: a way of asking, a port, and what it answers to."""

    port: int
    requests: Sequence[str] | Grpc

    def question(self) -> tuple[str, dict[str, Any]]:
        """As the generator is told."""
        if isinstance(self.requests, Grpc):
            return "grpc", {"port": self.port, "path": self.requests.path, "messages": list(self.requests.messages)}
        return "closed", {"port": self.port, "kinds": kinds(self.requests)}


@dataclass(slots=True)
class Field:
    """What runs. `roots` are the first processes of what is measured."""

    load: Child
    roots: dict[str, int] = field(default_factory=dict)

    async def measure(
        self, load: Load, *, clients: int, seconds: float, warm_up: float = 0.5, roots: Roots | None = None
    ) -> Sample:
        """One run: the rate, the times in milliseconds, and CPU µs of each process for a request.

        Raises `NotMeasured` where an answer was not good: a refusal is cheap, and would make a figure better.
        """
        await asyncio.sleep(_BREATH_SECONDS)
        do, question = load.question()
        meter = Meter({**(roots or self.roots), LOAD: self.load.pid})
        answer = await self.load.ask(do, **question, clients=clients, duration=seconds, warm_up=warm_up)
        used = meter.read()
        counts: Mapping[str, int] = answer["counts"]
        if set(counts) != {"200"}:
            raise NotMeasured(f"answers that are not good, or none in time: {dict(counts)}")
        requests = counts["200"] + answer["in_warm_up"]
        return {
            "per_second": answer["good_per_second"],
            "ms": answer["good_ms"],
            "cpu_us": {name: 1e6 * spent / requests for name, spent in used.items()},
        }


@asynccontextmanager
async def open_field() -> AsyncIterator[Field]:
    """The generator, to which others are added."""
    async with Child("tests.load") as load:
        yield Field(load)


@asynccontextmanager
async def open_stack(
    extra: Mapping[str, str] | None = None,
    *,
    names: Sequence[str] = (),
    started: Callable[[Stack], None] = lambda _stack: None,
) -> AsyncIterator[Stack]:
    """A stack in a folder that is gone in the end; with `names` of these processes alone, and nobody waits for them.

    `started` is called before it is waited for, such as for further processes.
    """
    with TemporaryDirectory(prefix="bench-") as folder:
        stack = Stack(Path(folder), {**_ENVIRONMENT, **(extra or {})})
        try:
            if names:
                for name in names:
                    stack.launch(name)
            else:
                await asyncio.to_thread(_start, stack, started)
            yield stack
        finally:
            await asyncio.to_thread(stack.stop)


def _start(stack: Stack, started: Callable[[Stack], None]) -> None:
    for name in ("mongo", "resume", "interview", "learning", "gateway"):
        if name != "mongo" or stack.settings.embedded_database:
            stack.launch(name)
    started(stack)
    stack.wait()


def roots_of(stack: Stack) -> dict[str, int]:
    """The first process of each part of a stack."""
    return {name: process.pid for name, process in stack.processes.items()}


@asynccontextmanager
async def open_baseline(stack: Stack) -> AsyncIterator[tuple[int, int]]:
    """The plain service on a stack's database: its port and its process."""
    port = free_port()
    with (stack.folder / f"{BASELINE}.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: ASYNC220 - at the start, with nothing to hold up
            [sys.executable, "-m", "tests.benchmarks.stack.baseline"],
            env=stack.environment | {"RESUME_PORT": str(port)},
            cwd=stack.folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        await _wait_for(f"http://127.0.0.1:{port}/openapi.json", process)
        yield port, process.pid
    finally:
        process.terminate()
        try:
            await asyncio.to_thread(process.wait, _STOP_SECONDS)
        finally:
            process.kill()


@asynccontextmanager
async def open_vendor(latency: float) -> AsyncIterator[tuple[Child, dict[str, str]]]:
    """The fake vendor and what a stack is told of it."""
    async with Child("tests.benchmarks.stack.vendor", str(latency)) as vendor:
        url = f"http://127.0.0.1:{vendor.hello['port']}/v1"
        yield vendor, {"LLM_PROVIDERS": "openai", "OPENAI_API_KEY": "none", "OPENAI_BASE_URL": url}


async def _wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + _START_SECONDS
    async with httpx.AsyncClient(trust_env=False) as client:
        while time.monotonic() < end and process.poll() is None:
            try:
                (await client.get(url)).raise_for_status()
            except httpx.HTTPError:
                await asyncio.sleep(_POLL_SECONDS)
            else:
                return
    raise NotMeasured(f"{url} does not answer")


async def store(port: int, resumes: Sequence[Mapping[str, Any]]) -> list[str]:
    """Stores resumes over REST and gives their keys."""
    keys = []
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        for resume in resumes:
            answer = await client.post("/api/v1/resumes", json=resume)
            if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
                # On a busy machine, right after the start. What is measured is not repeated.
                sys.stderr.write("      503 while resumes were stored; once more\n")
                await asyncio.sleep(_AGAIN_SECONDS)
                answer = await client.post("/api/v1/resumes", json=resume)
            if answer.status_code != httpx.codes.OK:
                raise NotMeasured(f"a resume was not stored: {answer.status_code}")
            keys.append(str(answer.json()["unique_key"]))
    return keys
