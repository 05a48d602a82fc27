"""One call on its way: providers one after the other, and beside a late one the next; the first good answer wins."""

import asyncio
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from shared.llm.breaker import Circuit, Lease
from shared.llm.call import Call, Resources
from shared.llm.endpoint import Endpoint
from shared.llm.errors import (
    AllProvidersFailed,
    AnswerRejected,
    CallsExceeded,
    NotAsked,
    ProviderError,
    ProviderTimeout,
    RateCapped,
    UnusableAnswer,
)
from shared.llm.ledger import Ledger
from shared.llm.messages import ABANDONED, CIRCUIT_OPEN, OK, OVERTAKEN, Answer, Attempt, Completion
from shared.llm.progress import Broadcast
from shared.llm.run import Run, consume_exception, end_of, result_of
from shared.llm.salvage import Salvage

T = TypeVar("T")
Won = tuple[T, Completion]

# How long the end of a call waits for those that it gave up, in seconds: they were cancelled and end at once, and a
# client that does not must not hold up the answer.
_PARTING_SECONDS = 0.25
# How much longer than its share a run may take to notice that its time is over, in seconds.
_GRACE_SECONDS = 0.1
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
    ledger: Ledger
    broadcast: Broadcast
    failures: list[tuple[Endpoint, ProviderError]] = field(default_factory=list)
    _running: dict[asyncio.Task[Completion], Run] = field(default_factory=dict)
    _waiting: deque[Endpoint] = field(default_factory=deque)
    _parting: set[asyncio.Task[Completion]] = field(default_factory=set)
    _no_hedge: set[Endpoint] = field(default_factory=set)

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
        return Answer(*won, self.ledger.attempts)

    @property
    def left(self) -> float:
        """Seconds until the deadline."""
        return self.call.ends - self.resources.now()

    def _go_on(self, *, early: bool) -> Won[T] | None:
        """Starts the next where nobody is asked any more, or nobody in time; what is late may be whole by now."""
        self._leave_overdue()
        if self._running and self._waiting and self._all_late():
            won = self._salvage_late()
            if won is not None:
                return won
            self._leave_open_circuits()
            self._start_hedge()
        if not self._running:
            self._start_next(early=early)
        return None

    def _failure(self) -> AllProvidersFailed | CallsExceeded:
        waits = [error.retry_after for _, error in self.failures if isinstance(error, RateCapped)]
        if waits and not self.ledger.has_asked:
            return CallsExceeded(min(wait or 0.0 for wait in waits))
        return AllProvidersFailed(self.ledger.attempts)

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
        """Starts the first that may be asked beside those that are late, where budget and time allow it.

        Not rules of our own, which are faster than any model: they are there for when all models have failed.
        """
        if not self._running or self.left <= 0:
            return
        able = [one for one in self._waiting if one.metered and one not in self._no_hedge and one.breaker.admits]
        if able and self.resources.hedges.take():
            lease = able[0].breaker.admit()
            if lease is not None:
                self._waiting.remove(able[0])
                self._start(able[0], lease, hedge=True)

    def _start(self, endpoint: Endpoint, lease: Lease, *, hedge: bool) -> None:
        try:
            prompt, kept = self.salvage.ask(self.call.prompt), self.salvage.kept
        except BaseException:
            lease.release()  # a defect of ours must not keep the provider from being probed again
            raise
        # Shared with those only who could take over.
        share = self.left / (1 + sum(waiting.breaker.admits for waiting in self._waiting))
        number, now = self._number(), self.resources.now
        reading = self.broadcast.open(endpoint.provider, endpoint.model, kept)
        run = Run(
            endpoint, lease, prompt, number=number, kept=kept, hedge=hedge, ends=now() + share, now=now, reading=reading
        )
        task = asyncio.create_task(run.ask(share, self.resources))
        task.add_done_callback(consume_exception)
        self._running[task] = run

    def _number(self) -> int:
        return len(self.ledger.attempts) + len(self._running)

    def _pass_over(self, endpoint: Endpoint) -> None:
        self.ledger.note(self._number(), Attempt(endpoint.provider, endpoint.model, CIRCUIT_OPEN, duration_ms=0))

    def _patience(self) -> float:
        """How long to wait for the running before somebody else may be started, or one of them is overdue."""
        now = self.resources.now()
        overdue = min(run.ends for run in self._running.values()) + _GRACE_SECONDS - now
        if not self._waiting:
            return max(0.0, overdue)
        until_late = max(run.late_at for run in self._running.values()) - now
        return max(0.0, min(overdue, until_late if until_late > 0 else _RECHECK_SECONDS))

    def _all_late(self) -> bool:
        now = self.resources.now()
        if not all(run.late_at <= now for run in self._running.values()):
            return False
        for run in self._running.values():
            run.was_late = True
        return True

    def _finish(self, task: asyncio.Task[Completion], run: Run) -> Won[T] | None:
        """The answer of a run that ended, or what was kept until then where that is whole; else None."""
        completion: Completion | None = None
        try:
            completion = result_of(task)
            run.note_answer()
            won = self._accept(run, completion)
        except ProviderError as error:
            run.note_failure(error)
            self.failures.append((run.endpoint, error))
            if run.hedge and isinstance(error, NotAsked):
                self._take_back(run.endpoint)
            kept = self._salvage(run, error)
            self.ledger.note(run.number, run.record(error, completion, used=kept is not None))
            if kept is None:
                self.broadcast.end(run.reading, error.reason)
                if isinstance(error, UnusableAnswer):
                    self._plan_repair(run.endpoint)
            return kept
        except BaseException:
            # A defect of ours, or the caps cannot be read.
            run.lease.release()
            self.ledger.note(run.number, run.record(ABANDONED, completion))
            raise
        self.ledger.note(run.number, run.record(OK, completion))
        return won

    def _accept(self, run: Run, completion: Completion) -> Won[T]:
        completion = self.salvage.join(run.kept, completion)
        return self._win(run, completion)

    def _win(self, run: Run, completion: Completion) -> Won[T]:
        value = self.call.accept(completion)
        self.broadcast.finish(run.reading, completion.text)
        return value, completion

    def _plan_repair(self, endpoint: Endpoint) -> None:
        """Has the same provider asked for the rest, where a part of an answer is good and neither time nor tokens lack.

        Not beside another that is under way: that one was asked for the rest already.
        """
        has_tokens = self.ledger.tokens < self.resources.tokens_per_answer
        if not self._running and self.left > 0 and has_tokens and self.salvage.may_repair(endpoint):
            self._waiting.appendleft(endpoint)

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

    def _take_back(self, endpoint: Endpoint) -> None:
        """A hedge that became no request: its provider is still there to move on to, and nothing was spent."""
        self.resources.hedges.give_back()
        self._no_hedge.add(endpoint)
        self._waiting.append(endpoint)

    def _leave_open_circuits(self) -> None:
        """Leaves late runs whose circuit others have opened meanwhile, where somebody can take over.

        That costs no hedge, for nobody waits twice.
        """
        if any(waiting.breaker.admits for waiting in self._waiting):
            for task, run in list(self._running.items()):
                if run.endpoint.breaker.state is Circuit.OPEN:
                    self._leave(task, run)

    def _leave_overdue(self) -> None:
        """Leaves runs whose client ignores that their time is over."""
        for task, run in list(self._running.items()):
            if run.ends + _GRACE_SECONDS <= self.resources.now():
                self._leave(task, run)

    def _leave(self, task: asyncio.Task[Completion], run: Run, *, used: bool = False) -> None:
        error = ProviderTimeout()
        run.note_failure(error)
        self.failures.append((run.endpoint, error))
        self.ledger.note(run.number, run.record(error, used=used))
        self.broadcast.end(run.reading, error.reason)
        self._running.pop(task)
        self._cancel(task)

    def _cancel(self, task: asyncio.Task[Completion]) -> None:
        task.cancel()
        self._parting.add(task)

    def _keep(self, run: Run) -> bool:
        if run.looked_at == len(run.pieces):
            return False
        run.looked_at = len(run.pieces)
        gained = self.salvage.keep(run.pieces, run.kept)
        run.gained += gained or 0
        return gained is not None

    def _accept_kept(self, run: Run) -> Won[T] | None:
        kept = self.salvage.kept
        if kept is None or kept.missing:
            return None
        completion = Completion(kept.text, run.endpoint.provider, run.endpoint.model)
        try:
            return self._win(run, completion)
        except UnusableAnswer:
            return None

    async def _give_up(self, outcome: str) -> None:
        """Ends what is still running; afterwards nothing is."""
        self.broadcast.stop()
        for task, run in self._running.items():
            # What came in the same moment as the one that won is heard too.
            completion, error = end_of(task)
            self._cancel(task)
            if completion is not None:
                run.note_answer()
            elif error is not None:
                run.note_failure(error)
            elif outcome == OVERTAKEN:
                run.note_overtaken()
            run.lease.release()
            self.ledger.note(run.number, run.record(error or outcome, completion))
        self._running.clear()
        if self._parting:
            await asyncio.wait(self._parting, timeout=_PARTING_SECONDS)
