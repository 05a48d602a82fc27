"""A provider that replays a script. For tests."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from enum import Enum

from shared.llm.messages import Completion, Prompt, Usage


class Hang(Enum):
    """A line of a script: no answer until the caller goes away."""

    HANG = "hang"


HANG = Hang.HANG
Line = str | Completion | Exception | Hang


class ScriptExhausted(AssertionError):
    """The provider was asked more often than its script has lines."""


class ScriptedClient:
    """Plays one line a call: a text is answered, an error raised.

    In a stream a text comes in two pieces, and an error before any. `prompts` and `timeouts` tell what was asked, and
    `asked` is set once it was.
    """

    def __init__(
        self,
        script: Iterable[Line],
        *,
        provider: str = "scripted",
        model: str = "scripted-1",
        usage: Usage | None = None,
    ) -> None:
        self._script = iter(tuple(script))
        self._provider = provider
        self._model = model
        self._usage = usage
        self.prompts: list[Prompt] = []
        self.timeouts: list[float] = []
        self.asked = asyncio.Event()
        self.closed = False

    @property
    def provider(self) -> str:
        """Name it was given."""
        return self._provider

    @property
    def model(self) -> str:
        """Model it was given."""
        return self._model

    async def complete(self, prompt: Prompt, *, timeout: float) -> Completion:
        """Plays the next line; raises `ScriptExhausted` after the last."""
        self.prompts.append(prompt)
        self.timeouts.append(timeout)
        self.asked.set()
        line = next(self._script, None)
        if line is None:
            raise ScriptExhausted(
                f"{self._provider} was asked {len(self.prompts)} times, which its script has no line for"
            )
        if isinstance(line, Exception):
            raise line
        if isinstance(line, Hang):
            await asyncio.Event().wait()
        if isinstance(line, Completion):
            return line
        return Completion(str(line), self._provider, self._model, self._usage)

    async def stream(self, prompt: Prompt, *, timeout: float) -> AsyncIterator[str | Completion]:
        """Plays the next line, a text in two pieces."""
        completion = await self.complete(prompt, timeout=timeout)
        middle = len(completion.text) // 2
        yield completion.text[:middle]
        yield completion.text[middle:]
        yield completion

    async def close(self) -> None:
        """Notes that it was closed."""
        self.closed = True
