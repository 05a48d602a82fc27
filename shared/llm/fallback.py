"""A client made of clients: asks one provider after the other until an answer is accepted, within one deadline."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing, suppress
from typing import TypeVar

from shared.llm.call import Call, OnAttempt, Resources
from shared.llm.client import LLMClient
from shared.llm.continuation import Continuation
from shared.llm.endpoint import Endpoint, EndpointStatus
from shared.llm.errors import AllProvidersFailed, NotAsked
from shared.llm.hedging import HedgeBudget
from shared.llm.ledger import Ledger
from shared.llm.limits import RateLimiter
from shared.llm.messages import Answer, Completion, Prompt
from shared.llm.progress import Broadcast, OnProgress, Progress
from shared.llm.race import Race
from shared.llm.relay import relay
from shared.llm.retry import SecondChance, find_second_chance, try_again
from shared.llm.routing import Route, in_fixed_order
from shared.llm.salvage import Salvage
from shared.llm.settings import HEDGE_PERCENT, Limits
from shared.llm.spending import SpendingGuard

T = TypeVar("T")


class FallbackClient:
    """Asks its providers in order, moving on at every `ProviderError`; is itself an `LLMClient`.

    Calls run as streams underneath, so a provider that hangs is known by its silence: the next one is asked beside it,
    and the first good answer wins. Each attempt has its fair share of the time that is left. A provider that failed a
    few times in a row is passed over for a while. What arrived whole of an answer that broke off is kept, where the
    caller says how it is continued. `docs/architecture.md` draws it. Safe for concurrent use.
    """

    def __init__(self, endpoints: Sequence[Endpoint], resources: Resources, *, route: Route = in_fixed_order) -> None:
        if not endpoints:
            raise ValueError("a chain needs at least one provider")
        self._endpoints = tuple(endpoints)
        self._resources = resources
        self._route = route

    @classmethod
    def of(
        cls,
        clients: Sequence[LLMClient],
        *,
        on_attempt: OnAttempt | None = None,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> "FallbackClient":
        """A chain of clients with a state and default limits of its own. A registry makes chains that share them."""
        resources = Resources(
            hedges=HedgeBudget(HEDGE_PERCENT),
            rate=RateLimiter(Limits().calls_per_minute, now=now),
            spending=SpendingGuard(None),
            on_attempt=on_attempt,
            now=now,
            sleep=sleep,
        )
        return cls([Endpoint(client, now=now) for client in clients], resources)

    @property
    def provider(self) -> str:
        """Name of the first provider in the fixed order."""
        return self._endpoints[0].provider

    @property
    def model(self) -> str:
        """Model of the first provider in the fixed order."""
        return self._endpoints[0].model

    @property
    def providers(self) -> tuple[str, ...]:
        """Names of all providers, in the fixed order."""
        return tuple(endpoint.provider for endpoint in self._endpoints)

    def status(self) -> tuple[EndpointStatus, ...]:
        """How its providers are now."""
        return tuple(endpoint.status() for endpoint in self._endpoints)

    async def answer(
        self,
        prompt: Prompt,
        accept: Callable[[Completion], T],
        *,
        timeout: float,
        on_attempt: OnAttempt | None = None,
        on_progress: OnProgress | None = None,
        continuation: Continuation | None = None,
    ) -> Answer[T]:
        """The first answer that `accept` takes, within `timeout` seconds; raises `AllProvidersFailed`, `CallsExceeded`.

        And what the keeper of the spending caps raises where nobody knows what is spent.

        `accept` reads a completion and raises `AnswerMalformed` or `AnswerRejected` to have the next one asked; what
        else it raises is a defect of ours and passes through. `on_attempt` sees every attempt as it ends, also where
        no answer tells of it: on failure of all, and when the caller leaves; it must not raise. `continuation` says
        what is kept of an answer that broke off, and how the rest is asked for. `on_progress` sees what may be shown
        while it is written, and must not raise; where there is an answer, its items are what is shown at the end.
        """
        call = Call(prompt, accept, self._resources.now() + timeout, on_attempt)
        return await self._run(call, Salvage(continuation), Broadcast(on_progress, continuation))

    async def follow(
        self,
        prompt: Prompt,
        accept: Callable[[Completion], T],
        *,
        timeout: float,
        on_attempt: OnAttempt | None = None,
        continuation: Continuation | None = None,
    ) -> AsyncGenerator[Progress | Answer[T], None]:
        """Yields what may be shown of an answer while it is written, then the answer; raises what `answer` raises.

        Who stops reading closes the iterator (`contextlib.aclosing`), which ends every request at once.
        """

        async def write(tell: OnProgress) -> Answer[T]:
            return await self.answer(
                prompt, accept, timeout=timeout, on_attempt=on_attempt, on_progress=tell, continuation=continuation
            )

        async with aclosing(relay(write)) as events:
            async for event in events:
                yield event

    async def complete(self, prompt: Prompt, *, timeout: float) -> Completion:
        """The first answer that comes, unchecked; raises `AllProvidersFailed`, `CallsExceeded`."""
        return (await self.answer(prompt, _as_it_is, timeout=timeout)).completion

    async def stream(self, prompt: Prompt, *, timeout: float) -> AsyncIterator[str | Completion]:
        """Yields the text of one whole answer, then its completion; raises `AllProvidersFailed`, `CallsExceeded`.

        A stream that breaks is dropped with all its text and the next provider is asked, so nothing is yielded before
        an answer is whole: what was yielded cannot be taken back. `follow` shows more, and says what is taken back.
        """
        completion = await self.complete(prompt, timeout=timeout)
        yield completion.text
        yield completion

    async def close(self) -> None:
        """Closes the clients. Those of a registry are shared: close the registry instead."""
        for endpoint in self._endpoints:
            await endpoint.client.close()

    async def _run(self, call: Call[T], salvage: Salvage, broadcast: Broadcast) -> Answer[T]:
        self._resources.hedges.note_call()
        ledger = Ledger([self._resources.on_attempt, call.on_attempt])
        race = Race(call, self._resources, salvage, ledger, broadcast)
        endpoints = self._route(self._endpoints, call.prompt)

        def find() -> SecondChance | None:
            return find_second_chance(endpoints, race.failures, race.left)

        async def run(chance: SecondChance) -> Answer[T]:
            # Who finds that another is trying it waits for how that ends.
            with suppress(TimeoutError):
                async with asyncio.timeout(race.left):
                    await chance.endpoint.breaker.probe_end()
            asked = {endpoint for endpoint, error in race.failures if not isinstance(error, NotAsked)}
            # Those that were passed over before and would be let through by now stand behind it.
            rest = [one for one in endpoints if one not in asked | {chance.endpoint} and one.breaker.admits]
            return await race.run([chance.endpoint, *rest], early=chance.early)

        try:
            return await race.run(endpoints)
        except AllProvidersFailed as failed:
            return await try_again(failed, find, run, sleep=self._resources.sleep)


def _as_it_is(completion: Completion) -> Completion:
    return completion
