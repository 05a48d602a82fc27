"""The table of models."""

from datetime import date
from itertools import pairwise

import pytest

from shared.llm.messages import Usage
from shared.llm.models import DEFAULT_MODELS, MODELS, Model, find_model, price, priced, takes_temperature
from shared.llm.settings import Tariff

MILLION = Usage(1_000_000, 0, 1_000_000, 0)
TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("provider", "model", "usage", "on", "expected"),
    [
        ("gemini", "gemini-3.5-flash-lite", MILLION, TODAY, 2.80),
        ("gemini", "models/gemini-3.5-flash-lite", MILLION, TODAY, 2.80),
        ("openai", "gpt-6-luna", MILLION, TODAY, 0.60),
        ("claude", "claude-sonnet-5-5", MILLION, TODAY, 12.0),
        ("claude", "claude-sonnet-5-5", Usage(1_000_000, 1_000_000, 0, 0), TODAY, 0.20),
        ("claude", "claude-sonnet-5-5", Usage(0, 0, 0, 1_000_000), TODAY, 10.0),
        ("claude", "claude-sonnet-5-5", Usage(), TODAY, 0.0),
        ("gemini", "gemini-3.8-flash", MILLION, date(2026, 12, 31), 4.50),
        ("gemini", "gemini-3.8-flash", MILLION, date(2027, 1, 1), 9.00),
        ("local", "rules-1", MILLION, TODAY, 0.0),
        ("openai", "gpt-4.1", MILLION, TODAY, None),
        ("openai", "nobody-knows", MILLION, TODAY, None),
        ("vllm", "gpt-6-luna", MILLION, TODAY, None),
        ("gemini", "gemini-3.5-flash-lite", MILLION, date(2026, 1, 1), None),
    ],
    ids=lambda value: str(value) if isinstance(value, str | date) else None,
)
def test_a_price_is_that_of_its_day(provider: str, model: str, usage: Usage, on: date, expected: float | None) -> None:
    """Cached input and thinking have their own prices, prices have their dates, and unknown is not zero."""
    cost = price(provider, model, usage, on)

    assert cost == (None if expected is None else pytest.approx(expected))


WRITTEN = Usage(1_000_000, 200_000, 0, 0, cache_write_input_tokens=300_000)


@pytest.mark.parametrize(
    ("provider", "model", "expected"),
    [
        ("claude", "claude-sonnet-5-5", 0.5 * 2.0 + 0.2 * 0.20 + 0.3 * 2.5),
        ("openai", "gpt-6-luna", 0.8 * 0.10 + 0.2 * 0.01),
    ],
    ids=["at a price of its own", "at that of any input"],
)
def test_what_is_written_to_a_cache_is_priced(provider: str, model: str, expected: float) -> None:
    """It is a part of the input, and some vendors take more for it."""
    assert price(provider, model, WRITTEN, TODAY) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("provider", "model", "expected"),
    [("vllm", "nobody-knows", 4.0), ("claude", "claude-sonnet-5-5", 4.0), ("local", "rules-1", 0.0)],
)
def test_a_tariff_outranks_the_table(provider: str, model: str, expected: float) -> None:
    """An operator knows what they pay; rules of our own cost nothing, whatever is configured."""
    tariff = Tariff(input=1.0, cached=0.5, output=3.0)

    assert price(provider, model, MILLION, TODAY, tariff) == pytest.approx(expected)
    assert priced(provider, model, MILLION, tariff).cost_usd == pytest.approx(expected)


@pytest.mark.parametrize(("provider", "model"), DEFAULT_MODELS.items())
def test_a_default_model_is_priced_and_has_no_end(provider: str, model: str) -> None:
    """Whoever sets a key and nothing else gets a model that lives and whose cost is known."""
    known = find_model(provider, model)

    assert known is not None
    assert known.ends is None
    assert price(provider, model, Usage(1, 0, 1, 0), TODAY) is not None


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.id)
def test_prices_of_a_model_follow_each_other(model: Model) -> None:
    """No day has two prices, and every row says where it is from."""
    assert str(model.source).startswith("https://")
    for earlier, later in pairwise(model.prices):
        assert earlier.until is not None
        assert earlier.until < later.since


@pytest.mark.parametrize(
    ("provider", "model", "expected"),
    [
        ("gemini", "gemini-3.5-flash-lite", True),
        ("openai", "gpt-6-luna", False),
        ("claude", "claude-sonnet-5-5", False),
        ("vllm", "nobody-knows", True),
    ],
)
def test_a_temperature_goes_where_it_is_taken(provider: str, model: str, expected: bool) -> None:
    """To a model that we do not know it is sent, since an operator asked for it."""
    assert takes_temperature(provider, model) is expected
