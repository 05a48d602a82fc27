"""Late providers: the next is asked beside them, the first good answer wins, and what was begun is ended."""

import asyncio

import pytest

from shared.llm.breaker import Circuit
from shared.llm.errors import AllProvidersFailed, AnswerMalformed, CallsExceeded, Overloaded, ProviderTimeout
from shared.llm.messages import ABANDONED, Attempt, Usage
from shared.llm.scripted import HANG, ScriptedClient
from shared.llm.settings import Limits
from tests.unit.llm.chains import PATIENCE, USAGE, PacedClient, Time, client, outcomes, race, read
from tests.unit.llm.conftest import PROMPT


@pytest.mark.parametrize("steps", [[HANG], ["1", HANG]], ids=["silent", "stalled"])
async def test_a_late_provider_is_overtaken(steps: list[str]) -> None:
    """The next one is asked beside one that says nothing, or no more; its answer ends the call of the late one."""
    late, next_one = PacedClient("a", steps), client("b", "2")
    chain, _ = race(late, next_one)

    answer = await chain.answer(PROMPT, read, timeout=60)

    assert answer.value == 2
    assert outcomes(answer.attempts) == [("a", "OVERTAKEN"), ("b", "OK")]
    assert [attempt.hedge for attempt in answer.attempts] == [False, True]
    assert late.left == 1


async def test_the_late_one_may_still_win() -> None:
    """Being late is no failure: whoever answers first wins, and the other is ended."""
    second = PacedClient("b", [HANG])
    first = PacedClient("a", [second.asked, "1"])
    chain, endpoints = race(first, second)

    answer = await chain.answer(PROMPT, read, timeout=60)

    assert answer.value == 1
    assert outcomes(answer.attempts) == [("a", "OK"), ("b", "OVERTAKEN")]
    assert second.left == 1
    assert [endpoint.breaker.state for endpoint in endpoints] == [Circuit.CLOSED, Circuit.CLOSED]


async def test_a_hedge_that_fails_leaves_the_late_one_its_chance() -> None:
    """The late one goes on; the one after the failed hedge is asked too, for nobody is in time."""
    third = PacedClient("c", [HANG])
    chain, _ = race(PacedClient("a", [third.asked, "1"]), client("b", Overloaded()), third)

    answer = await chain.answer(PROMPT, read, timeout=60)

    assert outcomes(answer.attempts) == [("a", "OK"), ("b", "OVERLOADED"), ("c", "OVERTAKEN")]


async def test_a_hedge_whose_answer_is_refused_does_not_win() -> None:
    """The first good answer wins, not the first answer."""
    third = PacedClient("c", [HANG])
    chain, _ = race(PacedClient("a", [third.asked, "1"]), client("b", '"bad"'), third)

    answer = await chain.answer(PROMPT, read, timeout=60)

    assert (answer.value, answer.completion.provider) == (1, "a")


async def test_without_a_budget_nobody_is_asked_beside() -> None:
    """Where hedges are off, the next one is asked once the share of the first is over."""
    late = PacedClient("a", [HANG])
    chain, _ = race(late, client("b", "2"), percent=0)

    answer = await chain.answer(PROMPT, read, timeout=0.4)

    assert outcomes(answer.attempts) == [("a", "TIMEOUT"), ("b", "OK")]
    assert [attempt.hedge for attempt in answer.attempts] == [False, False]


async def test_a_provider_that_hangs_again_and_again_is_passed_over() -> None:
    """After three calls nobody waits for it any more, and the answer tells why it was not asked."""
    late = PacedClient("a", *[[HANG]] * 3)
    chain, endpoints = race(late, client("b", *map(str, range(4))))

    answers = [await chain.answer(PROMPT, read, timeout=60) for _ in range(4)]

    assert len(late.prompts) == 3
    assert outcomes(answers[-1].attempts) == [("a", "CIRCUIT_OPEN"), ("b", "OK")]
    assert endpoints[0].status().cause == "TIMEOUT"


async def test_who_waits_for_a_provider_that_others_found_dead_moves_on() -> None:
    """Once its circuit is open a late provider is left by all who wait for it, and no hedge is spent on that."""
    late = PacedClient("a", [HANG])
    chain, endpoints = race(late, client("b", "2"), percent=0)
    call = asyncio.create_task(chain.answer(PROMPT, read, timeout=600))
    await late.asked.wait()
    lease = endpoints[0].breaker.admit()
    assert lease is not None

    lease.fail(Overloaded(retry_after=60))
    answer = await call

    assert outcomes(answer.attempts) == [("a", "TIMEOUT"), ("b", "OK")]
    assert answer.attempts[1].hedge is False
    assert late.left == 1


async def test_rules_of_our_own_are_no_hedge() -> None:
    """They would win every race: they are asked when the models have failed, and not when one is slow."""
    rules = ScriptedClient(["7", "7"], provider="local")
    looked = asyncio.Event()
    slow = PacedClient("a", [looked, "1"])
    chain, _ = race(slow, rules)
    call = asyncio.create_task(chain.answer(PROMPT, read, timeout=600))
    await slow.asked.wait()
    await asyncio.sleep(2 * PATIENCE)  # it is late by now, whatever the machine is busy with

    looked.set()
    answer = await call

    assert outcomes(answer.attempts) == [("a", "OK")]
    assert rules.prompts == []


async def test_what_a_stream_told_of_its_usage_is_counted_when_it_is_overtaken() -> None:
    """The loser is paid for, as far as anybody knows."""
    known = Usage(input_tokens=7)
    chain, _ = race(PacedClient("a", [known, HANG]), client("b", "2"))

    answer = await chain.answer(PROMPT, read, timeout=60)

    assert answer.attempts[0].usage == known


async def test_an_answer_in_the_same_moment_is_counted() -> None:
    """Two that answer at once: one wins, and the other is paid for, measured, and not held against its provider."""
    both = asyncio.Event()
    second = PacedClient("b", [both, "2"])
    first = PacedClient("a", [second.asked, both, "1"])
    chain, endpoints = race(first, second)
    call = asyncio.create_task(chain.answer(PROMPT, read, timeout=60))
    await second.asked.wait()
    await asyncio.sleep(0)

    both.set()
    answer = await call

    assert sorted(attempt.outcome for attempt in answer.attempts) == ["OK", "OVERTAKEN"]
    assert [attempt.usage for attempt in answer.attempts] == [USAGE, USAGE]
    assert [endpoint.latencies.total.median is not None for endpoint in endpoints] == [True, True]


async def test_a_caller_who_leaves_ends_all_that_was_begun() -> None:
    """Both calls are cancelled, no third begins, and whoever watches hears of both."""
    seen: list[Attempt] = []
    second, third = PacedClient("b", [HANG]), PacedClient("c")
    first = PacedClient("a", [HANG])
    chain, endpoints = race(first, second, third, on_attempt=seen.append)
    call = asyncio.create_task(chain.answer(PROMPT, read, timeout=60))
    await second.asked.wait()

    call.cancel()

    with pytest.raises(asyncio.CancelledError):
        await call
    assert (first.left, second.left) == (1, 1)
    assert outcomes(seen)[:2] == [("a", ABANDONED), ("b", ABANDONED)]
    assert [endpoint.gate.in_flight for endpoint in endpoints] == [0, 0, 0]


async def test_a_cancelled_probe_is_given_back() -> None:
    """A caller who leaves while his call probes a provider does not lock that provider out."""
    time, hung = Time(), PacedClient("a", [HANG], ["1"])
    chain, (endpoint,) = race(hung, now=time.now)
    breaker = endpoint.breaker
    lease = breaker.admit()
    assert lease is not None
    lease.fail(Overloaded(retry_after=2.0))
    time.seconds += 2
    call = asyncio.create_task(chain.answer(PROMPT, read, timeout=60))
    await hung.asked.wait()
    assert breaker.state.value == "half_open"

    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    answer = await chain.answer(PROMPT, read, timeout=60)

    assert answer.value == 1
    assert breaker.state is Circuit.CLOSED


async def test_a_call_fails_only_after_somebody_was_asked() -> None:
    """Where all are left alone, one is tried before its time: it may be back, and the caller has nobody else."""
    chain, endpoints = race(client("a", *[Overloaded()] * 3, "1"))
    for _ in range(3):
        lease = endpoints[0].breaker.admit()
        assert lease is not None
        lease.fail(ProviderTimeout())
    assert endpoints[0].breaker.state is Circuit.OPEN

    with pytest.raises(AllProvidersFailed) as raised:
        await chain.answer(PROMPT, read, timeout=60)

    assert outcomes(raised.value.attempts) == [("a", "CIRCUIT_OPEN"), ("a", "OVERLOADED")]


async def test_a_provider_without_a_free_place_is_passed_over() -> None:
    """Who finds the queue full moves on at once, and it does not speak against the provider."""
    busy, spare = PacedClient("a", [HANG]), client("b", "2")
    chain, endpoints = race(busy, spare, limits=Limits(concurrency=1, queue=0), percent=0)
    holder = asyncio.create_task(chain.answer(PROMPT, read, timeout=60))
    await busy.asked.wait()

    answer = await chain.answer(PROMPT, read, timeout=60)

    assert outcomes(answer.attempts) == [("a", "AT_CAPACITY"), ("b", "OK")]
    assert endpoints[0].breaker.state is Circuit.CLOSED
    holder.cancel()
    with pytest.raises(asyncio.CancelledError):
        await holder


async def test_beyond_the_rate_nobody_is_asked() -> None:
    """A provider that the rate keeps us from asking is passed over; where all are, the caller hears when to return."""
    chain, endpoints = race(
        client("a", Overloaded()), client("b", "2"), ScriptedClient(["3"], provider="local"), rate=1
    )

    answer = await chain.answer(PROMPT, read, timeout=60)
    spare, _ = race(client("a", "1"), client("b", "2"), rate=1)
    await spare.complete(PROMPT, timeout=60)
    with pytest.raises(CallsExceeded) as raised:
        await spare.answer(PROMPT, read, timeout=60)

    assert outcomes(answer.attempts) == [("a", "OVERLOADED"), ("b", "RATE_CAPPED"), ("local", "OK")]
    assert endpoints[1].breaker.state is Circuit.CLOSED
    assert 0 < raised.value.retry_after <= 61


async def test_a_late_answer_is_measured_whatever_it_is_worth() -> None:
    """Speed is known also of answers that are refused; how long it took to the first token is told."""
    chain, endpoints = race(PacedClient("a", ["no", " json"]), client("b", "2"))

    answer = await chain.answer(PROMPT, read, timeout=60)

    assert endpoints[0].latencies.total.median is not None
    assert answer.attempts[0].outcome == AnswerMalformed.reason
    assert answer.attempts[0].first_token_ms is not None
