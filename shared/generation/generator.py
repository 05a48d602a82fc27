"""From a resume to a checked answer: profile, prompt, providers. Stores nothing but the usage."""

import asyncio
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Generic, TypeVar

import structlog

from shared.cancellation import finish
from shared.clock import Clock, seconds_to_midnight
from shared.errors import CareerError, DatabaseUnavailable, Violation
from shared.generation.errors import BudgetExhausted, EveryProviderFailed, ProviderUnavailable, TooManyCalls
from shared.generation.model import GenerationRequest, Provenance, Subject
from shared.generation.ports import UsageLedger
from shared.generation.similarity import EarlierTexts
from shared.llm.accounting import total_usage
from shared.llm.continuation import Continuation
from shared.llm.errors import AllProvidersFailed, AnswerRejected, CallsExceeded, ProviderNotAvailable
from shared.llm.fallback import FallbackClient
from shared.llm.messages import (
    AT_CAPACITY,
    OVER_BUDGET,
    RATE_CAPPED,
    Answer,
    Attempt,
    Completion,
    Prompt,
    Rejection,
)
from shared.llm.registry import LLMRegistry
from shared.resume_profile.profile import build_profile

log = structlog.get_logger()

T = TypeVar("T")

# Kept back of the caller's time for storing and sending the answer, in seconds.
_RESERVE_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Task(Generic[T]):
    """What a generator writes: how it asks, how it reads an answer, and which checks the answer must pass.

    `continuation` says what is kept of a broken answer and how the rest is asked for; without it nothing is kept.
    """

    prompt: Callable[[Subject], Prompt]
    read: Callable[[str], T]
    check: Callable[[T, Subject], Sequence[Rejection]]
    continuation: Callable[[Subject], Continuation] | None = None


@dataclass(frozen=True, slots=True)
class Generator(Generic[T]):
    """Writes one kind of answer. `deadline` in seconds bounds all providers together; `now` is a monotonic clock."""

    task: Task[T]
    registry: LLMRegistry
    usage: UsageLedger
    clock: Clock
    deadline: float
    now: Callable[[], float] = time.monotonic

    def end_of(self, time_left: float | None) -> float:
        """When on the clock `now` an answer is of no more use to a caller who has `time_left` seconds from now on."""
        return math.inf if time_left is None else self.now() + time_left - _RESERVE_SECONDS

    async def write(
        self, request: GenerationRequest, resume: Mapping[str, Any], ends: float, earlier: Sequence[str] = ()
    ) -> tuple[T, Provenance]:
        """Writes an answer about a resume that repeats none of the `earlier` texts, until `ends` and in the deadline.

        Raises `ProviderUnavailable`, `EveryProviderFailed`, `TooManyCalls`, `BudgetExhausted`, `DatabaseUnavailable`
        (where a cap cannot be read).
        """
        chain = self._chain(request)
        # In a thread: some resumes take a second to read, and others must not wait for it.
        profile = await asyncio.to_thread(build_profile, resume)
        subject = Subject(profile, request.language, EarlierTexts(earlier), request.weekly_hours)
        prompt = self.task.prompt(subject)
        answer = await self._ask(chain, prompt, subject, min(self.deadline, ends - self.now()))
        return answer.value, Provenance(
            provider=answer.completion.provider,
            model=answer.completion.model,
            prompt_version=prompt.version,
            generated_at=self.clock.now(),
            attempts=answer.attempts,
            usage=total_usage(answer.attempts),
            warnings=subject.profile.warnings,
        )

    def _chain(self, request: GenerationRequest) -> FallbackClient:
        try:
            return self.registry.get_client_with_fallback(request.provider, fallback=request.fallback)
        except ProviderNotAvailable as error:
            available = ", ".join(error.available)
            rule = f"must be one of {available}"
            raise ProviderUnavailable(
                [Violation("provider", rule)], provider=error.provider, available=available
            ) from None

    async def _ask(self, chain: FallbackClient, prompt: Prompt, subject: Subject, timeout: float) -> Answer[T]:
        attempts: list[Attempt] = []

        def accept(completion: Completion) -> T:
            return self._accept(completion, subject)

        continuation = self.task.continuation(subject) if self.task.continuation else None
        try:
            return await chain.answer(
                prompt, accept, timeout=timeout, on_attempt=attempts.append, continuation=continuation
            )
        except AllProvidersFailed as error:
            raise self._failure(error.attempts) from None
        except CallsExceeded as error:
            raise TooManyCalls(retry_after=error.retry_after) from None
        finally:
            await self._record(attempts)

    def _failure(self, attempts: Sequence[Attempt]) -> CareerError:
        """What a caller is told: a limit of ours that kept everybody from being asked is not the providers' failure."""
        outcomes = {attempt.outcome for attempt in attempts}
        if not any(attempt.asked for attempt in attempts):
            if outcomes & {AT_CAPACITY, RATE_CAPPED}:
                return TooManyCalls(retry_after=1)
            if OVER_BUDGET in outcomes:
                return BudgetExhausted(retry_after=seconds_to_midnight(self.clock.now()))
        return EveryProviderFailed(attempts)

    def _accept(self, completion: Completion, subject: Subject) -> T:
        value = self.task.read(completion.text)
        rejections = self.task.check(value, subject)
        if rejections:
            raise AnswerRejected.of(rejections)
        return value

    async def _record(self, attempts: Sequence[Attempt]) -> None:
        """Adds to the usage, also when the caller has left; that it cannot be added is no reason to fail the answer."""
        await finish(self._record_or_warn(attempts))

    async def _record_or_warn(self, attempts: Sequence[Attempt]) -> None:
        try:
            await self.usage.record(self.clock.now().date(), attempts)
        except DatabaseUnavailable:
            # One line holds all that the sums lack, so that they can be put right.
            for attempt in attempts:
                spent = asdict(attempt.usage) if attempt.usage else {}
                log.warning(
                    "usage.lost", provider=attempt.provider, model=attempt.model, outcome=attempt.outcome, **spent
                )
