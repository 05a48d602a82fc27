"""The protocol of one provider. A chain of providers follows it too, so either stands where the other does."""

from collections.abc import AsyncIterator
from typing import Protocol

from shared.llm.messages import Completion, Prompt, Usage


class LLMClient(Protocol):
    """Asks one model. Neither retries nor falls back; fails with an `LLMError` and nothing vendor-shaped.

    Safe for concurrent use. Cancelling a call ends the request to the vendor at once.
    """

    @property
    def provider(self) -> str:
        """Name in the configuration, such as `openai`."""

    @property
    def model(self) -> str:
        """Model that is asked."""

    async def complete(self, prompt: Prompt, *, timeout: float) -> Completion:
        """Answers within `timeout` seconds in all or raises, `AnswerTruncated` for an answer that was cut included."""

    def stream(self, prompt: Prompt, *, timeout: float) -> AsyncIterator[str | Usage | Completion]:
        """Yields text as it comes and, once the vendor has marked the end, the whole `Completion` as the last item.

        A `Usage` in between is what the vendor has reported so far, for whoever does not read to the end.
        """

    async def close(self) -> None:
        """Gives back connections. The client is of no use afterwards."""
