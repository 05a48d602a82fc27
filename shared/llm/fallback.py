"""A client made of clients: asks one provider after the other until an answer is accepted, within one deadline."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import structlog

from shared.llm.client import LLMClient
from shared.llm.errors import (
    AllProvidersFailed,
    AnswerRejected,
    ConnectionFailed,
    LLMError,
    ProviderError,
    ProviderTimeout,
)
from shared.llm.messages import ABANDONED, OK, Answer, Attempt, Completion, Prompt, Usage
from shared.llm.retry import retrying

T = TypeVar("T")

OnAttempt = Callable[[Attempt], None]


@dataclass(frozen=True, slots=True)
class _Question(Generic[T]):
    """One call on its way through the chain. `ends` is the deadline on the chain's clock."""

    ask: Callable[[LLMClient, float], Awaitable[Completion]]
    accept: Callable[[Completion], T]
    ends: float
    on_attempt: OnAttempt | None
    ledger: list[Attempt] = field(default_factory=list)


class FallbackClient:
    """Asks its clients in order, moving on at every `ProviderError`; is itself an `LLMClient`.

    Each attempt has its fair share of the time that is left, so that a provider that hangs leaves time for the others.
    `on_attempt` sees every attempt as it ends, also where no answer tells of it: on failure of all, and when the caller
    leaves; it must not raise. `now` is a monotonic clock in seconds. Safe for concurrent use.
    """

    def __init__(
        self,
        clients: Sequence[LLMClient],
        *,
        on_attempt: OnAttempt | None = None,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        if not clients:
            raise ValueError("a chain needs at least one client")
        self._clients = tuple(clients)
        self._on_attempt = on_attempt
        self._now = now
        self._sleep = sleep

    @property
    def provider(self) -> str:
        """Name of the first provider."""
        return self._clients[0].provider

    @property
    def model(self) -> str:
        """Model of the first provider."""
        return self._clients[0].model

    @property
    def providers(self) -> tuple[str, ...]:
        """Names of all providers, in the order in which they are asked."""
        return tuple(client.provider for client in self._clients)

    async def answer(
        self,
        prompt: Prompt,
        accept: Callable[[Completion], T],
        *,
        timeout: float,
        on_attempt: OnAttempt | None = None,
    ) -> Answer[T]:
        """The first answer that `accept` takes, within `timeout` seconds; raises `AllProvidersFailed`.

        `accept` reads a completion and raises `AnswerMalformed` or `AnswerRejected` to have the next one asked; what
        else it raises is a defect of ours and passes through.
        """

        async def ask(client: LLMClient, seconds: float) -> Completion:
            return await client.complete(prompt, timeout=seconds)

        return await self._answer(ask, accept, timeout, on_attempt)

    async def complete(self, prompt: Prompt, *, timeout: float) -> Completion:
        """The first answer that comes, unchecked; raises `AllProvidersFailed`."""
        return (await self.answer(prompt, _as_it_is, timeout=timeout)).completion

    async def stream(self, prompt: Prompt, *, timeout: float) -> AsyncIterator[str | Completion]:
        """Yields the text of one whole answer, in its pieces, then its completion; raises `AllProvidersFailed`.

        A stream that breaks is dropped with all its text and the next provider is asked, so nothing is yielded before
        an answer is whole: what was yielded cannot be taken back.
        """
        pieces: list[str] = []

        async def ask(client: LLMClient, seconds: float) -> Completion:
            pieces.clear()
            return await _read_stream(client, prompt, seconds, pieces)

        answer = await self._answer(ask, _as_it_is, timeout, None)
        for piece in pieces:
            yield piece
        yield answer.completion

    async def close(self) -> None:
        """Closes the clients. Those of a registry are shared: close the registry instead."""
        for client in self._clients:
            await client.close()

    async def _answer(
        self,
        ask: Callable[[LLMClient, float], Awaitable[Completion]],
        accept: Callable[[Completion], T],
        timeout: float,
        on_attempt: OnAttempt | None,
    ) -> Answer[T]:
        question = _Question(ask, accept, self._now() + timeout, on_attempt)
        for index, client in enumerate(self._clients):
            if self._left(question) <= 0:
                break
            remaining = len(self._clients) - index
            policy = retrying(last=remaining == 1, left=lambda: self._left(question), sleep=self._sleep)
            try:
                result: tuple[Completion, T] = await policy(self._attempt, client, question, remaining)
            except ProviderError:
                continue  # it is in the ledger
            completion, value = result
            return Answer(value, completion, tuple(question.ledger))
        raise AllProvidersFailed(question.ledger)

    async def _attempt(self, client: LLMClient, question: _Question[T], remaining: int) -> tuple[Completion, T]:
        started = self._now()
        completion: Completion | None = None
        outcome: str | ProviderError = ABANDONED
        try:
            completion = await self._ask(client, question, self._left(question) / remaining)
            value = question.accept(completion)
            outcome = OK
        except ProviderError as error:
            outcome = error
            raise
        finally:
            duration = self._now() - started
            self._note(question, _attempt_of(client, outcome, duration, completion.usage if completion else None))
        return completion, value

    async def _ask(self, client: LLMClient, question: _Question[T], seconds: float) -> Completion:
        """Asks once; the timeout is enforced here too, so that no client can outstay its share."""
        try:
            async with asyncio.timeout(seconds):
                return await question.ask(client, seconds)
        except TimeoutError:
            raise ProviderTimeout from None
        except LLMError:
            raise
        except Exception as error:
            # A defect of the client must not cost the answer of the next one, nor pass unseen.
            structlog.get_logger().error("llm.client_broke", provider=client.provider, model=client.model, error=error)
            raise ProviderError from None

    def _note(self, question: _Question[T], attempt: Attempt) -> None:
        question.ledger.append(attempt)
        if attempt.outcome not in (OK, ABANDONED):
            structlog.get_logger().warning(
                "llm.attempt_failed",
                provider=attempt.provider,
                model=attempt.model,
                outcome=attempt.outcome,
                duration_ms=attempt.duration_ms,
                failed_checks=list(attempt.failed_checks),
            )
        for watch in (self._on_attempt, question.on_attempt):
            if watch is not None:
                watch(attempt)

    def _left(self, question: _Question[T]) -> float:
        return question.ends - self._now()


def _attempt_of(client: LLMClient, outcome: str | ProviderError, seconds: float, usage: Usage | None) -> Attempt:
    duration = round(seconds * 1000)
    if isinstance(outcome, str):
        return Attempt(client.provider, client.model, outcome, duration, usage=usage)
    return Attempt(
        client.provider,
        client.model,
        outcome.reason,
        duration,
        failed_checks=outcome.failed_checks if isinstance(outcome, AnswerRejected) else (),
        usage=usage if outcome.usage is None else outcome.usage,
    )


async def _read_stream(client: LLMClient, prompt: Prompt, seconds: float, pieces: list[str]) -> Completion:
    completion: Completion | None = None
    # To its very end, past the completion: a generator that is left early closes its connection only some day.
    async for item in client.stream(prompt, timeout=seconds):
        if isinstance(item, Completion):
            completion = item
        else:
            pieces.append(item)
    if completion is None:
        raise ConnectionFailed
    return completion


def _as_it_is(completion: Completion) -> Completion:
    return completion
