"""From a resume to a checked answer: profile, prompt, providers. Stores nothing but the usage."""

import asyncio
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import structlog

from shared.clock import Clock, seconds_to_midnight
from shared.errors import CareerError, Violation
from shared.generation.books import Books, version_behind
from shared.generation.errors import BudgetExhausted, EveryProviderFailed, ProviderUnavailable, TooManyCalls
from shared.generation.experiment import Experiment
from shared.generation.model import GenerationRequest, Provenance, Subject
from shared.generation.prompt_stats import count_answer, count_failure
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
from shared.llm.progress import OnProgress
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
class Draft(Generic[T]):
    """A checked answer that is in no books yet; `seconds` is how long all providers together took."""

    content: T
    provenance: Provenance
    attempts: Sequence[Attempt]
    prompt_version: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Generator(Generic[T]):
    """Writes one kind of answer. `deadline` in seconds bounds all providers together; `now` is a monotonic clock.

    `tasks` are the same task by the versions of its prompt.
    """

    tasks: Experiment[Task[T]]
    registry: LLMRegistry
    books: Books
    clock: Clock
    deadline: float
    now: Callable[[], float] = time.monotonic

    def end_of(self, time_left: float | None) -> float:
        """When on the clock `now` an answer is of no more use to a caller who has `time_left` seconds from now on."""
        return math.inf if time_left is None else self.now() + time_left - _RESERVE_SECONDS

    async def write(
        self,
        request: GenerationRequest,
        resume: Mapping[str, Any],
        ends: float,
        earlier: Sequence[str] = (),
        on_progress: OnProgress | None = None,
    ) -> Draft[T]:
        """Writes an answer about a resume that repeats none of the `earlier` texts, until `ends` and in the deadline.

        What failed is in the books by then; an answer is for its caller to store and `settle`. `on_progress` sees what
        may be shown of it before its end. Raises `ProviderUnavailable`, `EveryProviderFailed`, `TooManyCalls`,
        `BudgetExhausted`, `DatabaseUnavailable` (where a cap cannot be read).
        """
        chain = self._chain(request)
        # In a thread: some resumes take a second to read, and others must not wait for it.
        profile = await asyncio.to_thread(build_profile, resume)
        subject = Subject(profile, request.language, EarlierTexts(earlier), request.weekly_hours)
        writing = _Writing(self.tasks.choose(request.unique_key), subject, on_progress)
        started, attempts = self.now(), list[Attempt]()
        answer = await self._ask(chain, writing, attempts, min(self.deadline, ends - started))
        provenance = Provenance(
            provider=answer.completion.provider,
            model=answer.completion.model,
            prompt_version=version_behind(writing.prompt.version, answer.completion.provider),
            generated_at=self.clock.now(),
            attempts=answer.attempts,
            usage=total_usage(answer.attempts),
            warnings=subject.profile.warnings,
        )
        return Draft(answer.value, provenance, attempts, writing.prompt.version, self.now() - started)

    async def settle(self, draft: Draft[T], *, stored: bool) -> None:
        """Adds what a draft took to the books; only one that was `stored` is an answer."""
        result = count_answer(draft.seconds, draft.attempts) if stored else {}
        await self.books.record(draft.prompt_version, draft.attempts, result, under=draft.provenance.prompt_version)

    def _chain(self, request: GenerationRequest) -> FallbackClient:
        try:
            return self.registry.get_client_with_fallback(request.provider, fallback=request.fallback)
        except ProviderNotAvailable as error:
            available = ", ".join(error.available)
            rule = f"must be one of {available}"
            raise ProviderUnavailable(
                [Violation("provider", rule)], provider=error.provider, available=available
            ) from None

    async def _ask(
        self, chain: FallbackClient, writing: "_Writing[T]", attempts: list[Attempt], timeout: float
    ) -> Answer[T]:
        try:
            # From here to whoever stores it there is no place where a caller who leaves could lose an answer.
            return await chain.answer(
                writing.prompt,
                writing.accept,
                timeout=timeout,
                on_attempt=attempts.append,
                on_progress=writing.on_progress,
                continuation=writing.continuation,
            )
        except BaseException as error:
            told = self._told(error)
            result = count_failure() if isinstance(told, EveryProviderFailed) else {}
            await self.books.record(writing.prompt.version, attempts, result)
            raise told from None

    def _told(self, error: BaseException) -> BaseException:
        """What a caller is told of an error of the chain."""
        if isinstance(error, AllProvidersFailed):
            return self._failure(error.attempts)
        return TooManyCalls(retry_after=error.retry_after) if isinstance(error, CallsExceeded) else error

    def _failure(self, attempts: Sequence[Attempt]) -> CareerError:
        """What a caller is told: a limit of ours that kept everybody from being asked is not the providers' failure."""
        outcomes = {attempt.outcome for attempt in attempts}
        if not any(attempt.asked for attempt in attempts):
            if outcomes & {AT_CAPACITY, RATE_CAPPED}:
                return TooManyCalls(retry_after=1)
            if OVER_BUDGET in outcomes:
                return BudgetExhausted(retry_after=seconds_to_midnight(self.clock.now()))
        return EveryProviderFailed(attempts)


class _Writing(Generic[T]):
    """One task about one subject, and who watches how it goes."""

    def __init__(self, task: Task[T], subject: Subject, on_progress: OnProgress | None) -> None:
        self.on_progress = on_progress
        self.prompt = task.prompt(subject)
        self.continuation = task.continuation(subject) if task.continuation else None
        self._task = task
        self._subject = subject

    def accept(self, completion: Completion) -> T:
        """The answer where it passes every check; raises `AnswerMalformed`, `AnswerRejected`."""
        value = self._task.read(completion.text)
        if rejections := self._task.check(value, self._subject):
            raise AnswerRejected.of(rejections)
        return value
