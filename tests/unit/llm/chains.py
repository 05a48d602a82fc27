"""Chains of scripted clients, and a clock that tests turn."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from time import monotonic
from typing import Any

from shared.llm.call import Resources
from shared.llm.client import LLMClient
from shared.llm.endpoint import Endpoint
from shared.llm.errors import (
    AnswerMalformed,
    AnswerRejected,
)
from shared.llm.fallback import FallbackClient
from shared.llm.hedging import HedgeBudget
from shared.llm.limits import RateLimiter
from shared.llm.messages import Attempt, Completion, Prompt, Usage
from shared.llm.scripted import Hang, Line, ScriptedClient
from shared.llm.settings import TOKENS_PER_ANSWER, Limits
from shared.llm.spending import SpendingGuard

USAGE = Usage(10, 0, 5, 0, 0.001)


class Time:
    """A clock that moves when someone sleeps or is told to."""

    def __init__(self) -> None:
        self.seconds = 100.0
        self.slept: list[float] = []

    def now(self) -> float:
        """Seconds since whenever."""
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        """Moves on at once."""
        self.slept.append(seconds)
        self.seconds += seconds


class SlowClient(ScriptedClient):
    """Takes so many seconds of `time` for each answer."""

    def __init__(self, script: Sequence[Line], time: Time, seconds: float, provider: str) -> None:
        super().__init__(script, provider=provider)
        self._time = time
        self._seconds = seconds

    async def complete(self, prompt: Any, *, timeout: float) -> Completion:
        """Plays the next line after a while."""
        self._time.seconds += self._seconds
        return await super().complete(prompt, timeout=timeout)


Step = str | Usage | Exception | asyncio.Event | Hang

# Seconds of silence after which a provider of a race is late; short, and yet long against what a scripted one takes.
PATIENCE = 0.05


class PacedClient:
    """Plays one list of steps a call, each when its time has come: an event is waited for.

    After the last step the completion comes, of all the pieces. `prompts` tells what was asked, `asked` is set once it
    was, `left` counts the calls that were given up.
    """

    def __init__(self, name: str, *script: Sequence[Step]) -> None:
        self.provider = name
        self.model = f"{name}-1"
        self.prompts: list[Prompt] = []
        self.asked = asyncio.Event()
        self.left = 0
        self._script = iter(script)

    async def stream(self, prompt: Prompt, *, timeout: float) -> AsyncIterator[str | Usage | Completion]:  # noqa: ARG002 - the protocol's signature
        """Plays the next list of steps."""
        self.prompts.append(prompt)
        self.asked.set()
        pieces = []
        try:
            for step in next(self._script):
                if isinstance(step, asyncio.Event):
                    await step.wait()
                elif isinstance(step, Hang):
                    await asyncio.Event().wait()
                elif isinstance(step, Exception):
                    raise step
                elif isinstance(step, Usage):
                    yield step
                else:
                    pieces.append(step)
                    yield step
        except asyncio.CancelledError:
            self.left += 1
            raise
        yield Completion("".join(pieces), self.provider, self.model, USAGE)

    async def complete(self, prompt: Prompt, *, timeout: float) -> Completion:
        """The completion of the next list of steps."""
        items = [item async for item in self.stream(prompt, timeout=timeout)]
        assert isinstance(items[-1], Completion)
        return items[-1]

    async def close(self) -> None:
        """Holds nothing to give back."""


def race(
    *clients: LLMClient,
    percent: float = 5,
    limits: Limits | None = None,
    on_attempt: Callable[[Attempt], None] | None = None,
    now: Callable[[], float] = monotonic,
    tokens_per_answer: int = TOKENS_PER_ANSWER,
    rate: int = 1000,
    spending: SpendingGuard | None = None,
) -> tuple[FallbackClient, list[Endpoint]]:
    """A chain of providers that are late after a moment, and its endpoints."""
    endpoints = [Endpoint(client, limits=limits, min_hedge_delay=PATIENCE, now=now) for client in clients]
    spending = spending or SpendingGuard(None)
    resources = Resources(HedgeBudget(percent), RateLimiter(rate), spending, on_attempt, tokens_per_answer, now)
    return FallbackClient(endpoints, resources), endpoints


def client(name: str, *script: Line) -> ScriptedClient:
    """A provider with this name and script."""
    return ScriptedClient(script, provider=name, model=f"{name}-1", usage=USAGE)


def chain(
    *clients: LLMClient, time: Time | None = None, on_attempt: Callable[[Attempt], None] | None = None
) -> FallbackClient:
    """A chain on a clock of its own, so that no test waits."""
    time = time or Time()
    return FallbackClient.of(clients, now=time.now, sleep=time.sleep, on_attempt=on_attempt)


def read(completion: Completion) -> Any:
    """What a service does with an answer: JSON, and not the word `bad` in it."""
    try:
        value = json.loads(completion.text)
    except ValueError:
        raise AnswerMalformed from None
    if value == "bad":
        raise AnswerRejected(["grounded", "pii"])
    return value


def outcomes(attempts: Sequence[Attempt]) -> list[tuple[str, str]]:
    """Who, and how it went."""
    return [(attempt.provider, attempt.outcome) for attempt in attempts]
