"""Our library as a service uses it: the registry, the chain, the real SDKs; breaker, ledger, usage and hedges on."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import structlog

from shared.llm import (
    DEFAULT_MODELS,
    Answer,
    AnswerMalformed,
    Completion,
    FallbackClient,
    LLMRegistry,
    LLMSettings,
    Prompt,
)
from shared.llm.continuation import Kept, ListContinuation
from shared.llm.settings import Limits, ProviderSettings
from shared.version import VERSION
from tests.benchmarks.contestants.worker import KEY, MODEL, Plan, serve
from tests.benchmarks.question import ITEMS, ONLY, SCHEMA, SYSTEM, USER, Unusable, read

_PROMPT = Prompt(system=SYSTEM, user=USER, schema_name="questions", schema=SCHEMA, version="benchmark/1")
_DEADLINE = 60.0
# The only settings that are not our defaults: the benchmark makes more calls than the defaults let through.
_LIMITS = Limits(concurrency=1024, calls_per_minute=10_000_000)


class Ours:
    """`openai` first, and a compatible server second."""

    version = VERSION

    def prepare(self, plan: Plan) -> None:
        """Makes a registry; nothing is tuned."""
        urls = {"openai": plan.first, **(plan.others or {"second": plan.second})}
        providers = {
            name: ProviderSettings(name, DEFAULT_MODELS.get(name, MODEL), KEY, url) for name, url in urls.items()
        }
        self._others = tuple(urls)[1:]
        self._registry = LLMRegistry(LLMSettings(tuple(urls), providers, limits=_LIMITS))
        self._chain = self._registry.get_client_with_fallback()

    async def ask(self) -> list[str]:
        """Through the chain."""
        return (await self._answer(self._chain)).value

    async def stream(self) -> list[str]:
        """Through the chain, keeping what is whole of an answer that breaks off."""
        continuation = ListContinuation("questions", ITEMS, ask=_ask_for_the_rest)
        return (await self._answer(self._chain, continuation=continuation)).value

    async def ask_second(self) -> list[str]:
        """Every provider behind the first alone."""
        authors: list[str] = []
        for name in self._others:
            authors += (await self._answer(self._registry.get_client_with_fallback(name, fallback=False))).value
        return authors

    async def close(self) -> None:
        """Closes the registry."""
        await self._registry.close()

    async def _answer(self, chain: FallbackClient, **more: Any) -> Answer[list[str]]:
        return await chain.answer(_PROMPT, _accept, timeout=_DEADLINE, **more)


def _accept(completion: Completion) -> list[str]:
    try:
        return read(completion.text)
    except Unusable:
        raise AnswerMalformed from None


def _ask_for_the_rest(prompt: Prompt, kept: Kept, _failed_checks: Sequence[str]) -> Prompt:
    return replace(prompt, user=f"{prompt.user}\n{kept.text}\n{ONLY}{kept.missing}")


def _drop(_logger: object, _method: str, _event: object) -> Any:
    raise structlog.DropEvent


if __name__ == "__main__":
    structlog.configure(processors=[_drop])
    serve(Ours())
