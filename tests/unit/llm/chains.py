"""Chains of scripted clients, and a clock that tests turn."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from shared.llm.client import LLMClient
from shared.llm.errors import (
    AnswerMalformed,
    AnswerRejected,
)
from shared.llm.fallback import FallbackClient
from shared.llm.messages import Attempt, Completion, Usage
from shared.llm.scripted import Line, ScriptedClient

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
