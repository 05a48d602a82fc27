"""What happens once everybody has failed or was passed over: who is asked again, and who waits for what."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from shared.llm.breaker import Circuit
from shared.llm.endpoint import Endpoint
from shared.llm.errors import AllProvidersFailed, CredentialsRejected, Overloaded, ProviderError, RateLimited
from shared.llm.messages import Completion, Prompt, Usage
from shared.llm.scripted import HANG
from tests.unit.llm.chains import PacedClient, client, outcomes, race, read
from tests.unit.llm.conftest import PROMPT


def trip(endpoint: Endpoint, failure: ProviderError) -> None:
    """Opens the circuit of an endpoint."""
    while endpoint.breaker.state is Circuit.CLOSED:
        lease = endpoint.breaker.admit()
        assert lease is not None
        lease.fail(failure)


@pytest.mark.parametrize("wait", [0.05, 0.4, 1.0], ids=str)
async def test_a_short_wait_that_the_vendor_names_is_waited_out(wait: float) -> None:
    """Its circuit is open for a little longer than that, by its shortest pause: that is waited out too."""
    chain, _ = race(client("a", RateLimited(retry_after=wait), "1"))

    answer = await chain.answer(PROMPT, read, timeout=60)

    assert outcomes(answer.attempts) == [("a", "RATE_LIMITED"), ("a", "OK")]


async def test_who_finds_all_told_to_wait_waits_for_the_first() -> None:
    """A caller with time left would rather wait a moment than fail without anybody having been asked."""
    chain, endpoints = race(client("a", "1"), client("b", "2"))
    trip(endpoints[0], RateLimited(retry_after=30))
    trip(endpoints[1], RateLimited(retry_after=0.2))

    answer = await chain.answer(PROMPT, read, timeout=60)

    assert outcomes(answer.attempts) == [("a", "CIRCUIT_OPEN"), ("b", "CIRCUIT_OPEN"), ("b", "OK")]


async def test_who_needs_an_operator_is_not_waited_for() -> None:
    """Nothing that a caller waits for would change a wrong key."""
    chain, endpoints = race(client("a"))
    trip(endpoints[0], CredentialsRejected())

    with pytest.raises(AllProvidersFailed) as raised:
        await chain.answer(PROMPT, read, timeout=3600)

    assert outcomes(raised.value.attempts) == [("a", "CIRCUIT_OPEN")]


@pytest.mark.parametrize(("probe", "answered"), [(["1"], 9), ([Overloaded()], 0)], ids=["is back", "still down"])
async def test_many_wait_for_one_probe(probe: list[str | ProviderError], answered: int) -> None:
    """While one call tries a provider the others wait for what it learns, and do not fail meanwhile."""
    go = asyncio.Event()
    tried = PacedClient("a", [go, *probe], *[["1"]] * 9)
    chain, endpoints = race(tried)
    trip(endpoints[0], Overloaded())
    calls = [asyncio.create_task(chain.answer(PROMPT, read, timeout=60)) for _ in range(9)]
    await tried.asked.wait()

    go.set()
    results = await asyncio.gather(*calls, return_exceptions=True)

    failed = [result for result in results if isinstance(result, AllProvidersFailed)]
    # Where it is still down one after the other tries it again, and nobody waits for ever.
    assert len(results) - len(failed) >= answered
    assert len(tried.prompts) <= 9
    assert endpoints[0].gate.in_flight == 0


async def test_an_early_probe_makes_the_pause_no_longer() -> None:
    """What it met was to be expected: an outage of a second must not keep a provider away for a minute."""
    chain, endpoints = race(client("a", *[Overloaded()] * 30))
    trip(endpoints[0], Overloaded())
    before = endpoints[0].breaker.seconds_left

    for _ in range(5):
        with pytest.raises(AllProvidersFailed):
            await chain.answer(PROMPT, read, timeout=60)

    assert endpoints[0].breaker.seconds_left <= before


class DeafClient(PacedClient):
    """Goes on when it is cancelled, once."""

    async def stream(self, prompt: Prompt, *, timeout: float) -> AsyncIterator[str | Usage | Completion]:  # noqa: ARG002 - the protocol's signature
        """Says nothing."""
        for _ in range(2):
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                self.left += 1
        yield "never"


async def test_a_client_that_ignores_its_end_is_left() -> None:
    """The deadline holds whatever a client does; the next one is asked in time."""
    deaf = DeafClient("a")
    chain, _ = race(deaf, client("b", "2"), percent=0)

    answer = await chain.answer(PROMPT, read, timeout=0.6)

    assert outcomes(answer.attempts) == [("a", "TIMEOUT"), ("b", "OK")]
    assert deaf.left >= 1


async def test_hurried_callers_do_not_open_a_circuit() -> None:
    """That a provider does not answer within milliseconds says nothing of it."""
    chain, endpoints = race(PacedClient("a", *[[HANG]] * 5))

    for _ in range(5):
        with pytest.raises(AllProvidersFailed):
            await chain.answer(PROMPT, read, timeout=0.01)

    assert endpoints[0].breaker.state is Circuit.CLOSED


async def test_a_share_is_not_kept_for_those_who_are_away() -> None:
    """Time is shared with who could take over: a provider whose circuit is open could not."""
    first = client("a", "1")
    chain, endpoints = race(first, client("b"), client("c"))
    for endpoint in endpoints[1:]:
        trip(endpoint, CredentialsRejected())

    await chain.answer(PROMPT, read, timeout=60)

    assert first.timeouts[0] == pytest.approx(60, abs=1)
