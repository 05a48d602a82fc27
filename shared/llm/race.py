"""One call on its way: providers one after the other, and beside a late one the next; the first good answer wins."""

import asyncio
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import structlog

from shared.llm.accounting import total_usage
from shared.llm.breaker import Circuit, Lease
from shared.llm.call import Call, Resources
from shared.llm.endpoint import Endpoint
from shared.llm.errors import (
    AllProvidersFailed,
    AnswerRejected,
    CallsExceeded,
    ProviderError,
    ProviderTimeout,
    RateCapped,
    UnusableAnswer,
)
from shared.llm.messages import ABANDONED, CIRCUIT_OPEN, OK, OVERTAKEN, Answer, Attempt, Completion, Usage
from shared.llm.run import Run
from shared.llm.salvage import Salvage

T = TypeVar("T")
Won = tuple[T, Completion]

log = structlog.get_logger()

# How long the end of a call waits for those that it gave up, in seconds: they were cancelled and end at once, and a
# client that does not must not hold up the answer.
_PARTING_SECONDS = 0.25
# How often a call that is late looks again whether the budget has room by now, or the circuit was opened, in seconds.
_RECHECK_SECONDS = 0.5


@dataclass(slots=True)
class Race(Generic[T]):
    """Asks `endpoints` in order, until one gives an answer that `accept` takes.

    `failures` are the endpoints that failed and how; `early` probes circuits before their pause is over.
    """

    call: Call[T]
    resources: Resources
    salvage: Salvage
    ledger: dict[int, Attempt] = field(default_factory=dict)
    failures: list[tuple[Endpoint, ProviderError]] = field(default_factory=list)
    _running: dict[asyncio.Task[Completion], Run] = field(default_factory=dict)
    _waiting: deque[Endpoint] = field(default_factory=deque)
    _parting: set[asyncio.Task[Completion]] = field(default_factory=set)

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
            raise self._failure()
        return Answer(*won, self.attempts)

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """Every attempt so far, in the order of their starts."""
        return tuple(self.ledger[number] for number in sorted(self.ledger))

    @property
    def left(self) -> float:
        """Seconds until the deadline."""
        return self.call.ends - self.resources.now()

    def _go_on(self, *, early: bool) -> Won[T] | None:
        """Starts the next where nobody is asked any more, or nobody in time; what is late may be whole by now."""
        if not self._running:
            self._start_next(early=early)
        elif self._waiting and self._all_late():
            won = self._salvage_late()
            if won is not None:
                return won
            self._leave_open_circuits()
            if self._running:
                self._start_hedge()
            else:
                self._start_next(early=early)
        return None

    def _failure(self) -> AllProvidersFailed | CallsExceeded:
        waits = [error.retry_after for _, error in self.failures if isinstance(error, RateCapped)]
        if waits and not any(attempt.asked for attempt in self.attempts):
            return CallsExceeded(min(wait or 0.0 for wait in waits))
        return AllProvidersFailed(self.attempts)

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
        """Starts the next that may be asked beside those that are late, where budget and time allow it.

        Rules of our own, which are faster than any model, are there for when all models have failed.
        """
        while self._waiting and self._waiting[0].metered:
            endpoint = self._waiting.popleft()
            lease = endpoint.breaker.admit()
            if lease is None:
                self._pass_over(endpoint)
                continue
            if self.left > 0 and self.resources.hedges.take():
                self._start(endpoint, lease, hedge=True)
            else:
                # It is still there to move on to once the late ones have failed.
                lease.release()
                self._waiting.appendleft(endpoint)
            return

    def _start(self, endpoint: Endpoint, lease: Lease, *, hedge: bool) -> None:
        try:
            prompt, kept = self.salvage.ask(self.call.prompt), self.salvage.kept
        except BaseException:
            lease.release()  # a defect of ours must not keep the provider from being probed again
            raise
        run = Run(endpoint, lease, prompt, number=self._number(), kept=kept, hedge=hedge, now=self.resources.now)
        share = self.left / (1 + len(self._waiting))
        task = asyncio.create_task(run.ask(share, self.resources))
        task.add_done_callback(_consume_exception)
        self._running[task] = run

    def _number(self) -> int:
        return len(self.ledger) + len(self._running)

    def _pass_over(self, endpoint: Endpoint) -> None:
        self._note(self._number(), Attempt(endpoint.provider, endpoint.model, CIRCUIT_OPEN, duration_ms=0))

    def _patience(self) -> float | None:
        """How long to wait for the running before somebody else may be started; None where nobody is left."""
        if not self._waiting:
            return None
        until_late = max(run.late_at for run in self._running.values()) - self.resources.now()
        return until_late if until_late > 0 else _RECHECK_SECONDS

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
            self._note(run.number, run.record(error, completion, used=kept is not None))
            if kept is None and isinstance(error, UnusableAnswer):
                self._plan_repair(run.endpoint)
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
        return self.call.accept(completion), completion

    def _plan_repair(self, endpoint: Endpoint) -> None:
        """Has the same provider asked for the rest, where a part of an answer is good and neither time nor tokens lack.

        Not beside another that is under way: that one was asked for the rest already.
        """
        if not self._running and self.left > 0 and self._has_tokens() and self.salvage.may_repair(endpoint):
            self._waiting.appendleft(endpoint)

    def _has_tokens(self) -> bool:
        usage = total_usage(self.attempts) or Usage()
        return usage.input_tokens + usage.output_tokens + usage.thinking_tokens < self.resources.tokens_per_answer

    def _salvage(self, run: Run, error: ProviderError) -> Won[T] | None:
        """Keeps what a failed run brought; an answer where that is all of it, but for an end mark or one item more."""
        if isinstance(error, AnswerRejected):
            self.salvage.failed_checks = error.failed_checks
        won = self._accept_kept(run) if self._keep(run) else None
        if won is None:
            self.salvage.drop_whole()
        return won

    def _salvage_late(self) -> Won[T] | None:
        """Keeps what the late runs have brought so far; an answer where that is all of it, but for the end mark."""
        for task, run in list(self._running.items()):
            won = self._accept_kept(run) if self._keep(run) else None
            if won is not None:
                self._leave(task, run, used=True)
                return won
        return None

    def _leave_open_circuits(self) -> None:
        """Leaves late runs whose circuit others have opened meanwhile: that costs no budget, for nobody waits twice."""
        for task, run in list(self._running.items()):
            if run.endpoint.breaker.state is Circuit.OPEN:
                self._leave(task, run)

    def _leave(self, task: asyncio.Task[Completion], run: Run, *, used: bool = False) -> None:
        error = ProviderTimeout()
        run.lease.fail(error)
        self.failures.append((run.endpoint, error))
        self._note(run.number, run.record(error, used=used))
        self._running.pop(task)
        self._cancel(task)

    def _cancel(self, task: asyncio.Task[Completion]) -> None:
        task.cancel()
        self._parting.add(task)

    def _keep(self, run: Run) -> bool:
        gained = self.salvage.keep(run.pieces, run.kept)
        run.gained += gained or 0
        return gained is not None

    def _accept_kept(self, run: Run) -> Won[T] | None:
        kept = self.salvage.kept
        if kept is None or kept.missing:
            return None
        completion = Completion(kept.text, run.endpoint.provider, run.endpoint.model)
        try:
            return self.call.accept(completion), completion
        except UnusableAnswer:
            return None

    async def _give_up(self, outcome: str) -> None:
        """Ends what is still running; afterwards nothing is."""
        for task, run in self._running.items():
            completion = _completion_of(task)
            self._cancel(task)
            if completion is not None:
                run.note_answer()  # it came in the same moment as the one that won
            elif outcome == OVERTAKEN:
                run.note_overtaken()
            run.lease.release()
            self._note(run.number, run.record(outcome, completion))
        self._running.clear()
        if self._parting:
            await asyncio.wait(self._parting, timeout=_PARTING_SECONDS)

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
        for watch in (self.resources.on_attempt, self.call.on_attempt):
            if watch is not None:
                watch(attempt)


def _result(task: asyncio.Task[Completion]) -> Completion:
    if task.cancelled():  # by the client itself: we cancel only what we no longer listen to
        raise ProviderError
    return task.result()


def _completion_of(task: asyncio.Task[Completion]) -> Completion | None:
    """What a task gave, if it has."""
    return task.result() if task.done() and not task.cancelled() and task.exception() is None else None


def _consume_exception(task: asyncio.Task[Completion]) -> None:
    """Takes note of how a task ended that nobody waits for any more."""
    if not task.cancelled():
        task.exception()
