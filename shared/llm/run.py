"""One request to one provider, under way: what has come of it so far, and since when nothing has."""

import asyncio
from collections.abc import Callable

import structlog

from shared.llm.breaker import Lease
from shared.llm.call import Resources
from shared.llm.continuation import Kept
from shared.llm.endpoint import Endpoint
from shared.llm.errors import (
    AnswerRejected,
    AtCapacity,
    ConnectionFailed,
    LLMError,
    NotAsked,
    ProviderError,
    ProviderTimeout,
)
from shared.llm.messages import OK, Attempt, Completion, Prompt, Usage
from shared.llm.policies import policy_of
from shared.llm.progress import Reading
from shared.llm.spending import Hold, SpendingGuard

log = structlog.get_logger()


class Run:
    """Asks once. `kept` are the parts of earlier answers that `prompt` does not ask for again; `gained` it kept itself.

    `number` orders the runs of one call by their starts, `ends` is when on the clock its share of the time is over.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        lease: Lease,
        prompt: Prompt,
        *,
        number: int,
        kept: Kept | None,
        hedge: bool,
        ends: float,
        now: Callable[[], float],
        reading: Reading | None = None,
    ) -> None:
        self.endpoint = endpoint
        self.lease = lease
        self.number = number
        self.kept = kept
        self.gained = 0
        # Reads along, where somebody watches.
        self.reading = reading
        self._prompt = prompt
        self.hedge = hedge
        self.ends = ends
        self._now = now
        self._begun = now()
        self._delay = endpoint.latencies.hedge_delay(begun=False)
        self._asked: float | None = None
        self._first: float | None = None
        self._last = 0.0
        self._longest_gap: float | None = None
        self._usage: Usage | None = None
        self.pieces: list[str] = []
        # How many of them were looked at for what may be kept.
        self.looked_at = 0
        # It was late, and somebody else was asked.
        self.was_late = False

    @property
    def silent(self) -> bool:
        """Whether nothing has come so far."""
        return self._first is None

    @property
    def late_at(self) -> float:
        """When on the clock it is late, if nothing comes until then."""
        if self._asked is None:  # it waits for a place of ours, which does not speak against the provider
            return self._now() + self._delay
        if self.silent:
            return self._asked + self._delay
        return self._last + self.endpoint.latencies.hedge_delay(begun=True)

    async def ask(self, seconds: float, resources: Resources) -> Completion:
        """Asks, within `seconds` and the limits; raises `ProviderError`, and what the keeper of the caps raises.

        The timeout is enforced here too, so that no client can outstay its share.
        """
        gate, spending = self.endpoint.gate, resources.spending
        if self.endpoint.metered:
            resources.rate.take()
        try:
            async with asyncio.timeout(seconds):
                await gate.enter()
                try:
                    hold = await spending.reserve_for(self._prompt, self.endpoint.settings, seconds)
                    return await (self._read(seconds) if hold is None else self._read_paying(seconds, spending, hold))
                finally:
                    gate.leave()
        except TimeoutError:
            if self._asked is None:  # the wait was for a place or for money, and not for the provider
                raise AtCapacity from None
            raise ProviderTimeout(usage=self._usage) from None

    async def _read_paying(self, seconds: float, spending: SpendingGuard, hold: Hold) -> Completion:
        cost: float | None = None
        try:
            completion = await self._read(seconds)
        except ProviderError as error:
            cost = self._cost_of(error)
            raise
        else:
            cost = completion.usage.cost_usd if completion.usage else None
            return completion
        finally:
            spending.settle(hold, cost)

    def _cost_of(self, error: ProviderError) -> float | None:
        usage = error.usage or self._usage
        if usage is None and self.silent and not policy_of(error).may_cost:
            return 0.0
        return usage.cost_usd if usage else None

    async def _read(self, seconds: float) -> Completion:
        self._asked = self._now()
        if self.reading is not None:
            self.reading.begin()
        try:
            if self.endpoint.settings.streaming:
                return await self._read_stream(seconds)
            completion = await self.endpoint.client.complete(self._prompt, timeout=seconds)
        except (LLMError, TimeoutError):
            raise
        except Exception as error:
            # A defect of the client must not cost the answer of the next one, nor pass unseen.
            kind = type(error).__name__  # its text may hold the prompt
            log.error("llm.client_broke", provider=self.endpoint.provider, model=self.endpoint.model, kind=kind)  # noqa: TRY400
            raise ProviderError from None
        self._note_piece(completion.text)
        return completion

    async def _read_stream(self, seconds: float) -> Completion:
        whole: Completion | None = None
        # To its very end, past the completion: a generator that is left early closes its connection only some day.
        async for item in self.endpoint.client.stream(self._prompt, timeout=seconds):
            if isinstance(item, str):
                self._note_piece(item)
            elif isinstance(item, Completion):
                whole = item
            else:
                self._usage = item
        if whole is None:
            raise ConnectionFailed(usage=self._usage)
        return whole

    def _note_piece(self, piece: str) -> None:
        now = self._now()
        if self._first is None:
            self._first = now
        else:
            self._longest_gap = max(now - self._last, self._longest_gap or 0.0)
        self._last = now
        self.pieces.append(piece)
        if self.reading is not None:
            self.reading.read(piece)

    def note_answer(self) -> None:
        """A whole answer came."""
        self.lease.succeed()
        if self._asked is not None and self._first is not None:
            self.endpoint.latencies.note_answer(self._first - self._asked, self._longest_gap, self._now() - self._asked)

    def note_failure(self, error: ProviderError) -> None:
        """It failed. That it did not answer a hurried caller in time says nothing while it is not late."""
        if not isinstance(error, NotAsked):
            self.endpoint.latencies.note_failure()
        hurried = isinstance(error, ProviderTimeout) and error.status is None and self._now() < self.late_at
        if hurried and not self.was_late:
            self.lease.release()
        self.lease.fail(error)

    def note_overtaken(self) -> None:
        """Another answered first, because this one was late or in spite of it."""
        if not self.was_late:
            self.lease.release()
            return
        if self.silent:
            self.endpoint.latencies.note_silence(self._delay)
        self.lease.fail(ProviderTimeout())

    def record(
        self, outcome: str | ProviderError, completion: Completion | None = None, *, used: bool = False
    ) -> Attempt:
        """What is told of it. Usage is what the completion says, else the error, else what the stream had said.

        It is `OK` where what was kept of it was `used` as the answer, whatever it failed by.
        """
        error = outcome if isinstance(outcome, ProviderError) else None
        usage = completion.usage if completion else error.usage if error else None
        return Attempt(
            self.endpoint.provider,
            self.endpoint.model,
            OK if used else error.reason if error else str(outcome),
            duration_ms=round((self._now() - self._begun) * 1000),
            failed_checks=error.failed_checks if isinstance(error, AnswerRejected) else (),
            rejections=error.rejections if isinstance(error, AnswerRejected) else (),
            usage=usage or self._usage,
            hedge=self.hedge,
            first_token_ms=self._to_first_token(),
            kept_items=self.gained,
        )

    def _to_first_token(self) -> int | None:
        if self._asked is None or self._first is None:
            return None
        return round((self._first - self._asked) * 1000)


def result_of(task: asyncio.Task[Completion]) -> Completion:
    """What the task of a run gave; raises what it raised."""
    if task.cancelled():  # by the client itself: we cancel only what we no longer listen to
        raise ProviderError
    return task.result()


def end_of(task: asyncio.Task[Completion]) -> tuple[Completion | None, ProviderError | None]:
    """What a task gave or how it failed, if it has ended by itself."""
    if not task.done() or task.cancelled():
        return None, None
    error = task.exception()
    if error is None:
        return task.result(), None
    return None, error if isinstance(error, ProviderError) else None


def consume_exception(task: asyncio.Task[Completion]) -> None:
    """Takes note of how a task ended that nobody waits for any more."""
    if not task.cancelled():
        task.exception()
