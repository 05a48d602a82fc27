"""What a race costs: hedges, tokens and money, whoever wins it."""

from collections.abc import Sequence

import pytest

from shared.llm.accounting import total_usage
from shared.llm.breaker import Circuit
from shared.llm.call import Resources
from shared.llm.continuation import Kept, ListContinuation
from shared.llm.endpoint import Endpoint
from shared.llm.errors import ContentFiltered, Overloaded
from shared.llm.fallback import FallbackClient
from shared.llm.hedging import HedgeBudget
from shared.llm.limits import RateLimiter
from shared.llm.messages import Prompt
from shared.llm.scripted import HANG
from shared.llm.settings import Limits, ProviderSettings, Tariff
from shared.llm.spending import MemorySpendingCaps, SpendingGuard
from tests.unit.llm.chains import PATIENCE, PacedClient, client, outcomes, race, read
from tests.unit.llm.conftest import PROMPT


async def test_hedges_are_a_share_of_the_answers_and_not_of_the_requests() -> None:
    """A failover is one request more and no reason for more hedges."""
    budget = HedgeBudget(5)
    for _ in range(10):
        assert budget.take()
    clients = client("a", *[ContentFiltered()] * 19), client("b", *["2"] * 19)
    endpoints = [Endpoint(one) for one in clients]
    chain = FallbackClient(endpoints, Resources(budget, RateLimiter(1000), SpendingGuard(None)))

    for _ in range(19):
        await chain.answer(PROMPT, read, timeout=60)

    assert not budget.take()


def break_down(_prompt: Prompt, _kept: Kept, _failed_checks: Sequence[str]) -> Prompt:
    """A defect of whoever words what is missing."""
    raise ZeroDivisionError


async def test_a_continuation_that_breaks_locks_nobody_out() -> None:
    """A defect in wording the rest is heard of, and the right to ask the next provider is given back."""
    chain, endpoints = race(PacedClient("a", ['{"items": [1, 2', Overloaded()]), client("b", "2"))

    with pytest.raises(ZeroDivisionError):
        await chain.answer(PROMPT, read, timeout=60, continuation=ListContinuation("items", 5, break_down))

    assert [endpoint.breaker.state for endpoint in endpoints] == [Circuit.CLOSED, Circuit.CLOSED]
    assert [endpoint.gate.in_flight for endpoint in endpoints] == [0, 0]


async def test_a_loser_of_unknown_cost_makes_the_cost_unknown() -> None:
    """What was overtaken is paid for, and nobody knows how much: the sum does not pretend to."""
    chain, _ = race(PacedClient("a", [HANG]), client("b", "2"))

    answer = await chain.answer(PROMPT, read, timeout=60)

    usage = total_usage(answer.attempts)
    assert usage is not None
    assert (usage.input_tokens, usage.cost_usd) == (10, None)


async def test_money_is_settled_whatever_becomes_of_a_request() -> None:
    """What failed for nothing costs nothing, what answered costs what it costs, what was overtaken its whole hold."""
    caps = MemorySpendingCaps(daily_usd=1.0, monthly_usd=None)
    spending = SpendingGuard(Limits(daily_cap_usd=1.0), caps)
    clients = PacedClient("a", [HANG]), PacedClient("b", [Overloaded()]), PacedClient("c", ["3"])
    endpoints = []
    for one in clients:
        settings = ProviderSettings(one.provider, one.model, api_key="", tariff=Tariff(0, 0, 10))
        endpoints.append(Endpoint(one, settings, min_hedge_delay=PATIENCE))
    chain = FallbackClient(endpoints, Resources(HedgeBudget(5), RateLimiter(1000), spending))

    answer = await chain.answer(PROMPT, read, timeout=60)

    await spending.close()
    (month,) = caps._months.values()
    assert outcomes(answer.attempts) == [("a", "OVERTAKEN"), ("b", "OVERLOADED"), ("c", "OK")]
    assert month.holds == ()
    # 8192 tokens of output at ten dollars a million, and what the answer said of itself, in millionths.
    assert month.spent == 81_920 + 1_000
