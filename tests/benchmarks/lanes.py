"""A lane is one contestant: its worker process, and a process of the fake that nobody else asks."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks import environments
from tests.benchmarks.processes import Child, ChildFailed

OURS, RAW, RAW_AIOHTTP = "ours", "openai SDK", "openai SDK, aiohttp"
LITELLM, LANGCHAIN, PYDANTIC_AI = "LiteLLM", "LangChain", "pydantic-ai"
PEERS = (LITELLM, LANGCHAIN, PYDANTIC_AI)


@dataclass(frozen=True, slots=True)
class Entry:
    """Which environment a contestant lives in (None: ours), its module, and its arguments."""

    environment: str | None
    module: str
    arguments: tuple[str, ...] = ()


ENTRIES: Mapping[str, Entry] = {
    OURS: Entry(None, "ours"),
    LITELLM: Entry("litellm", "litellm_router"),
    LANGCHAIN: Entry("langchain", "langchain_fallbacks"),
    PYDANTIC_AI: Entry("pydantic_ai", "pydantic_ai_fallback"),
    RAW: Entry("openai", "openai_sdk"),
    RAW_AIOHTTP: Entry("openai", "openai_sdk", ("--aiohttp",)),
}


@dataclass(frozen=True, slots=True)
class Lane:
    """Speaks to the two processes of one contestant."""

    name: str
    worker: Child
    fake: Child

    @property
    def version(self) -> str:
        """Of the library."""
        return str(self.worker.hello["version"])

    async def set(self, server: str, mode: str = "answer", **more: Any) -> None:
        """Puts one server of the fake into a mode and its count back to nothing."""
        await self.fake.ask("set", server=server, mode=mode, **more)

    async def restore(self, **more: Any) -> None:
        """Both servers answer."""
        for server in ("first", "second"):
            await self.set(server, **more)

    async def prepare(self, *, refusing: bool = False, warm: bool = True, **plan: Any) -> None:
        """A new chain; `warm` asks the second provider once."""
        await self.worker.ask(
            "prepare", first=self._url("refusing" if refusing else "first"), second=self._url("second"), **plan
        )
        if warm:
            await self.worker.ask("warm")

    async def run(self, calls: int, **more: Any) -> dict[str, Any]:
        """Makes calls; see `contestants/worker.py`."""
        seconds = 30.0 + calls * more.get("limit", 60.0)
        return await self.worker.ask("run", calls=calls, seconds=min(seconds, 400.0), **more)

    async def counts(self) -> dict[str, int]:
        """How many requests each server had since it was set."""
        counts: dict[str, int] = (await self.fake.ask("counts"))["counts"]
        return counts

    def _url(self, server: str) -> str:
        return f"http://127.0.0.1:{self.fake.hello['ports'][server]}/v1"


def install(names: list[str]) -> dict[str, Path | None]:
    """The interpreter of each contestant; those that cannot be installed are left out."""
    found: dict[str, Path | None] = {}
    for name in names:
        environment = ENTRIES[name].environment
        python = environments.make(environment) if environment else None
        if python is not None or environment is None:
            found[name] = python
    return found


@asynccontextmanager
async def open_lane(name: str, python: Path | None, variables: dict[str, str] | None = None) -> AsyncIterator[Lane]:
    """Starts the processes of a lane, and ends them."""
    entry = ENTRIES[name]
    module = f"tests.benchmarks.contestants.{entry.module}"
    async with (
        Child("tests.benchmarks.fake_openai") as fake,
        Child(module, *entry.arguments, python=python, environment=variables) as worker,
    ):
        yield Lane(name, worker, fake)


@asynccontextmanager
async def open_lanes(
    pythons: Mapping[str, Path | None], variables: dict[str, str] | None = None
) -> AsyncIterator[dict[str, Lane]]:
    """All lanes; a contestant that does not start is left out."""
    async with AsyncExitStack() as stack:
        lanes: dict[str, Lane] = {}
        for name, python in pythons.items():
            try:
                lanes[name] = await stack.enter_async_context(open_lane(name, python, variables))
            except ChildFailed:
                if name == OURS:
                    raise
        yield lanes
