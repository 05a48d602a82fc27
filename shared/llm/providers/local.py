"""Our own rules in the place of a model: no key, no network, no cost."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from shared.llm.messages import Completion, Prompt, Usage

_PIECE = 64


class LocalClient:
    """Answers with what `write` makes of the subject of the prompt.

    `write` is called with a fresh random generator each time, so that asking again gives another answer. It runs in a
    thread of its own, for it may take long about a long resume.
    """

    provider = "local"

    def __init__(self, write: Callable[[object, random.Random], Mapping[str, Any]], *, model: str = "rules-1") -> None:
        self._write = write
        self._model = model

    @property
    def model(self) -> str:
        """The version of the rules."""
        return self._model

    async def complete(self, prompt: Prompt, *, timeout: float) -> Completion:  # noqa: ARG002 - rules take milliseconds
        """Answers at once, at no cost."""
        answer = await asyncio.to_thread(self._write, prompt.subject, random.Random())
        text = json.dumps(answer, ensure_ascii=False)
        return Completion(text, self.provider, self.model, Usage(cost_usd=0.0))

    async def stream(self, prompt: Prompt, *, timeout: float) -> AsyncIterator[str | Usage | Completion]:
        """Yields the answer in pieces of a line's length, then the completion."""
        completion = await self.complete(prompt, timeout=timeout)
        for start in range(0, len(completion.text), _PIECE):
            yield completion.text[start : start + _PIECE]
            await asyncio.sleep(0)
        yield completion

    async def close(self) -> None:
        """Holds nothing to give back."""
