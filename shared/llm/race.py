"""One call on its way: providers one after the other, and beside a late one the next; the first good answer wins."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import structlog

from shared.llm.breaker import Lease
from shared.llm.endpoint import Endpoint
from shared.llm.errors import (
    AllProvidersFailed,
    AnswerRejected,
    CallsExceeded,
    ProviderError,
    ProviderTimeout,
    UnusableAnswer,
)
from shared.llm.hedging import HedgeBudget
from shared.llm.limits import CallRate
from shared.llm.messages import ABANDONED, CIRCUIT_OPEN, OK, OVERTAKEN, Answer, Attempt, Completion, Prompt
from shared.llm.run import Run
from shared.llm.salvage import Salvage
from shared.llm.spending import Purse

T = TypeVar("T")
OnAttempt = Callable[[Attempt], None]
Won = tuple[T, Completion]

log = structlog.get_logger()

# How long the end of a call waits for those that it gave up, in seconds: they were cancelled and end at once, and a
# client that does not must not hold up the answer.
_PARTING_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Resources:
    """What all calls of a process have in common. `now` is a monotonic clock in seconds."""

    hedges: HedgeBudget
    rate: CallRate
    purse: Purse
    on_attempt: OnAttempt | None = None
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


@dataclass(frozen=True, slots=True)
class Question(Generic[T]):
    """What is asked, how its answer is read, and until when on the clock."""

    prompt: Prompt
    accept: Callable[[Completion], T]
    ends: float
    on_attempt: OnAttempt | None = None


@dataclass(slots=True)
class Race(Generic[T]):
    """Asks `endpoints` in order, until one gives an answer that `accept` takes.

    `failures` are the endpoints that failed and how; `early` probes circuits before their pause is over.
    """

    question: Question[T]
    resources: Resources
    salvage: Salvage
    ledger: dict[int, Attempt] = field(default_factory=dict)
    failures: list[tuple[Endpoint, ProviderError]] = field(default_factory=list)
    _may_hedge: bool = True
    _running: dict[asyncio.Task[Completion], Run] = field(default_factory=dict)
    _waiting: deque[Endpoint] = field(default_factory=deque)

    async def run(self, endpoints: Iterable[Endpoint], *, early: bool = False) -> Answer[T]:
        """One pass over the endpoints; raises `AllProvidersFailed`, `CallsExceeded`."""
        self._waiting.extend(endpoints)
        won: Won[T] | None = None
        try:
            self._start_next(early=early)
            while self._running and won is None:
                done, _ = await asyncio.wait(
                    self._running, timeout=self._patience(), return_when=asyncio.FIRST_COMPLETED
                )
                for task in done:
                    won = won or self._finish(task, self._running.pop(task))
                if won is None:
                    won = self._go_on(early=early)
        finally:
            await self._give_up(ABANDONED if won is None else OVERTAKEN)
        if won is None:
            raise AllProvidersFailed(self.attempts)
        return Answer(*won, self.attempts)

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """Every attempt so far, in the order of their starts."""
        return tuple(self.ledger[number] for number in sorted(self.ledger))

    @property
    def left(self) -> float:
        """Seconds until the deadline."""
        return self.question.ends - self.resources.now()

    def _go_on(self, *, early: bool) -> Won[T] | None:
        """Starts the next where nobody is asked any more, or nobody in time; what is late may be whole by now."""
        if not self._running:
            self._start_next(early=early)
        elif self._may_hedge and self._waiting and self._all_late():
            won = self._salvage_late()
            if won is not None:
                return won
            self._start_hedge()
        return None

    def _start_next(self, *, early: bool) -> None:
        """Starts the next that may be asked, if there is one and time is left."""
        while self._waiting and self.left > 0:
            endpoint = self._waiting.popleft()
            lease = endpoint.breaker.admit(early=early)
            if lease is not None:
                self._start(endpoint, lease, hedge=False)
                return
            self._pass_over(endpoint)

    def _start_hedge(self) -> None:
        """Starts the next that may be asked beside those that are late, where budget and time allow it."""
        while self._waiting:
            endpoint = self._waiting.popleft()
            lease = endpoint.breaker.admit()
            if lease is None:
                self._pass_over(endpoint)
                continue
            self._may_hedge = self.left > 0 and self.resources.hedges.take()
            if self._may_hedge:
                with suppress(CallsExceeded):
                    self._start(endpoint, lease, hedge=True)
            else:
                # It is still there to move on to once the late ones have failed.
                lease.release()
                self._waiting.appendleft(endpoint)
            return

    def _start(self, endpoint: Endpoint, lease: Lease, *, hedge: bool) -> None:
        if endpoint.metered:
            try:
                self.resources.rate.take()
            except CallsExceeded:
                lease.release()
                raise
        self.resources.hedges.note_call()
        prompt, kept = self.salvage.ask(self.question.prompt), self.salvage.kept
        run = Run(endpoint, lease, prompt, number=self._number(), kept=kept, hedge=hedge, now=self.resources.now)
        share = self.left / (1 + len(self._waiting))
        task = asyncio.create_task(run.ask(share, self.resources.purse))
        task.add_done_callback(_hear_out)
        self._running[task] = run

    def _number(self) -> int:
        return len(self.ledger) + len(self._running)

    def _pass_over(self, endpoint: Endpoint) -> None:
        self._note(self._number(), Attempt(endpoint.provider, endpoint.model, CIRCUIT_OPEN, duration_ms=0))

    def _patience(self) -> float | None:
        """How long to wait before a hedge may be started; None where none will be."""
        if not self._waiting or not self._may_hedge:
            return None
        return max(0.0, max(run.late_at for run in self._running.values()) - self.resources.now())

    def _all_late(self) -> bool:
        now = self.resources.now()
        return all(run.late_at <= now for run in self._running.values())

    def _finish(self, task: asyncio.Task[Completion], run: Run) -> Won[T] | None:
        """The answer of a run that ended, or what was kept until then where that is whole; else None."""
        completion: Completion | None = None
        try:
            completion = _result(task)
            run.note_answer()
            won = self._accept(run, completion)
        except ProviderError as error:
            run.lease.fail(error)
            self.failures.append((run.endpoint, error))
            kept = self._salvage(run, error)
            self._note(run.number, run.record(error, completion))
            return kept
        except BaseException:
            # A defect of ours, or the caps cannot be read.
            run.lease.release()
            self._note(run.number, run.record(ABANDONED, completion))
            raise
        self._note(run.number, run.record(OK, completion))
        return won

    def _accept(self, run: Run, completion: Completion) -> Won[T]:
        completion = self.salvage.join(run.kept, completion)
        return self.question.accept(completion), completion

    def _salvage(self, run: Run, error: ProviderError) -> Won[T] | None:
        """Keeps what a failed run brought; an answer where that is all of it, but for the end mark."""
        if isinstance(error, UnusableAnswer) and run.kept is not None:
            # What was kept did not go with what was added to it: the next one starts from nothing.
            self.salvage.drop()
            return None
        gained = self._keep(run)
        return self._accept_kept(run) if gained and not isinstance(error, AnswerRejected) else None

    def _salvage_late(self) -> Won[T] | None:
        """Keeps what the late runs have brought so far; an answer where that is all of it, but for the end mark."""
        for task, run in list(self._running.items()):
            won = self._accept_kept(run) if self._keep(run) else None
            if won is not None:
                error = ProviderTimeout()
                run.lease.fail(error)
                self._note(run.number, run.record(error))
                self._running.pop(task)
                task.cancel()
                return won
        return None

    def _keep(self, run: Run) -> int:
        gained = self.salvage.keep(run.pieces, run.kept)
        run.gained += gained
        return gained

    def _accept_kept(self, run: Run) -> Won[T] | None:
        kept = self.salvage.kept
        if kept is None:
            return None
        completion = Completion(kept.text, run.endpoint.provider, run.endpoint.model)
        try:
            return self.question.accept(completion), completion
        except UnusableAnswer:
            return None

    async def _give_up(self, outcome: str) -> None:
        """Ends what is still running; afterwards nothing is."""
        tasks = list(self._running)
        for task, run in self._running.items():
            task.cancel()
            if outcome == OVERTAKEN:
                run.note_overtaken()
            run.lease.release()
            self._note(run.number, run.record(outcome))
        self._running.clear()
        if tasks:
            await asyncio.wait(tasks, timeout=_PARTING_SECONDS)

    def _note(self, number: int, attempt: Attempt) -> None:
        self.ledger[number] = attempt
        if attempt.asked and attempt.outcome not in (OK, ABANDONED):
            log.warning(
                "llm.attempt_failed",
                provider=attempt.provider,
                model=attempt.model,
                outcome=attempt.outcome,
                duration_ms=attempt.duration_ms,
                failed_checks=list(attempt.failed_checks),
                kept_items=attempt.kept_items,
            )
        for watch in (self.resources.on_attempt, self.question.on_attempt):
            if watch is not None:
                watch(attempt)


def _result(task: asyncio.Task[Completion]) -> Completion:
    if task.cancelled():  # by the client itself: we cancel only what we no longer listen to
        raise ProviderError
    return task.result()


def _hear_out(task: asyncio.Task[Completion]) -> None:
    """Takes note of how a task ended that nobody waits for any more."""
    if not task.cancelled():
        task.exception()
