"""What a request can cost at most, and who is asked under a cap. The caps themselves: tests/contract."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from structlog.testing import capture_logs

from shared.clock import Clock
from shared.llm.errors import OverBudget, PriceUnknown
from shared.llm.messages import Prompt, Usage
from shared.llm.models import price
from shared.llm.settings import Limits, ProviderSettings, Tariff
from shared.llm.spending import MemorySpendingCaps, SpendingGuard, most_it_can_cost, unix_ms

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TODAY = NOW.date()
CLOCK = Clock(now=lambda: NOW)
PROMPT = Prompt("면접관", "이력서 résumé", "set", {"type": "object"}, "questions/1")
# In bytes: system, user, name, twice the schema, and what vendors add.
TOKENS = 9 + 18 + 3 + 2 * 17 + 512
CLAUDE = ProviderSettings("claude", "claude-sonnet-5-5", api_key="k", max_output_tokens=1000)
SERVER = ProviderSettings("vllm", "llama", api_key="", base_url="http://h", max_output_tokens=1000)
# Refuse whatever is reserved.
NOTHING_LEFT = MemorySpendingCaps(daily_usd=0.0, monthly_usd=0.0, clock=CLOCK)


@pytest.mark.parametrize(
    ("provider", "model", "tariff", "expected"),
    [
        pytest.param("openai", "gpt-6-luna", None, TOKENS * 0.10 + 1000 * 0.50, id="by the table"),
        pytest.param("claude", "claude-sonnet-5-5", None, TOKENS * 2.50 + 1000 * 10, id="written to a cache"),
        pytest.param("vllm", "llama", Tariff(2, 1, 5), TOKENS * 2 + 1000 * 5, id="by a tariff"),
        pytest.param(
            "openai", "gpt-6-luna", Tariff(2, 1, 5), TOKENS * 2 + 1000 * 5, id="the tariff outranks the table"
        ),
        pytest.param("vllm", "llama", Tariff(1, 3, 5), TOKENS * 3 + 1000 * 5, id="dearer from a cache"),
        pytest.param("vllm", "llama", Tariff(0, 0, 0), 0.0, id="free of charge"),
        pytest.param("local", "rules-1", None, 0.0, id="local"),
        pytest.param("vllm", "llama", None, None, id="a server without a price"),
        pytest.param("openai", "gpt-4.1", None, None, id="a model without a price"),
    ],
)
def test_the_most_it_can_cost(provider: str, model: str, tariff: Tariff | None, expected: float | None) -> None:
    """The dearest input and all the output that is allowed; None where nobody knows."""
    cost = most_it_can_cost(PROMPT, provider, model, 1000, tariff, TODAY)

    assert cost == (None if expected is None else pytest.approx(expected / 1_000_000))


@pytest.mark.parametrize(
    "text",
    ["한국어 이력서를 읽고 질문을 만드세요. " * 200, "Plain English text. " * 200, "🦀" * 500, "\ud800" * 100, ""],
    ids=["Korean", "English", "emoji", "half a character", "nothing"],
)
def test_no_text_costs_more_than_that(text: str) -> None:
    """Even where each byte were a token of its own."""
    worst = Usage(len(text.encode("utf-8", "surrogatepass")), output_tokens=1000)

    cost = most_it_can_cost(replace(PROMPT, user=text), "claude", "claude-sonnet-5-5", 1000, None, TODAY)

    paid = price("claude", "claude-sonnet-5-5", worst, TODAY)
    assert cost is not None
    assert paid is not None
    assert cost >= paid


async def test_without_a_cap_nobody_is_asked() -> None:
    """No sums are kept where there is nothing to hold them against, whatever the price."""
    spending = SpendingGuard(Limits(), NOTHING_LEFT)

    holds = [await spending.reserve_for(PROMPT, settings, 30) for settings in (CLAUDE, SERVER)]

    assert holds == [None, None]


@pytest.mark.parametrize(
    "settings",
    [ProviderSettings("local", "rules-1", api_key=""), replace(SERVER, tariff=Tariff(0, 0, 0))],
    ids=["local", "a server of our own"],
)
async def test_what_is_free_needs_no_hold(settings: ProviderSettings) -> None:
    """Under a cap of nothing too."""
    spending = SpendingGuard(Limits(daily_cap_usd=0.0), NOTHING_LEFT)

    assert await spending.reserve_for(PROMPT, settings, 30) is None


async def test_an_unknown_price_is_refused_under_a_cap() -> None:
    """What nobody can reckon is not asked, and the operator reads why, once."""
    spending = SpendingGuard(Limits(monthly_cap_usd=100.0), NOTHING_LEFT)

    with capture_logs() as lines:
        for _ in range(2):
            with pytest.raises(PriceUnknown):
                await spending.reserve_for(PROMPT, SERVER, 30)

    assert [(line["event"], line["provider"], line["model"]) for line in lines] == [
        ("llm.price_unknown", "vllm", "llama")
    ]


async def test_a_hold_is_of_the_most_it_can_cost_and_outlasts_the_call() -> None:
    """It ends some time after the call must have ended, and not long after."""
    spending = SpendingGuard(Limits(daily_cap_usd=1.0), clock=CLOCK)

    hold = await spending.reserve_for(PROMPT, replace(SERVER, tariff=Tariff(0, 0, 10)), 30)

    assert hold is not None
    assert hold.amount == 10_000
    assert 30_000 < hold.until - unix_ms(NOW) <= 90_000


async def test_the_memory_keeps_the_sums_where_nobody_else_does() -> None:
    """Without a keeper of its own a chain keeps to its caps within the process."""
    dear = replace(SERVER, tariff=Tariff(0, 0, 600))
    spending = SpendingGuard(Limits(daily_cap_usd=1.0), clock=CLOCK)
    hold = await spending.reserve_for(PROMPT, dear, 30)
    assert hold is not None

    with pytest.raises(OverBudget):
        await spending.reserve_for(PROMPT, dear, 30)
    spending.settle(hold, 0.25)
    await spending.close()

    assert await spending.reserve_for(PROMPT, dear, 30) is not None


async def test_the_keeper_given_is_the_one_asked() -> None:
    """What one chain spends counts for all that share the keeper."""
    limits, dear = Limits(daily_cap_usd=1.0), replace(SERVER, tariff=Tariff(0, 0, 600))
    caps = MemorySpendingCaps(daily_usd=1.0, monthly_usd=None, clock=CLOCK)
    one, other = SpendingGuard(limits, caps, clock=CLOCK), SpendingGuard(limits, caps, clock=CLOCK)

    hold = await one.reserve_for(PROMPT, dear, 30)
    assert hold is not None
    one.settle(hold, 0.5)
    await one.close()

    with pytest.raises(OverBudget):
        await other.reserve_for(PROMPT, dear, 30)
