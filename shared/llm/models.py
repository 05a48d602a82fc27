"""The dated table of models: what they cost and from when until when, what they take, and when they end."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from shared.clock import Clock
from shared.llm.messages import Usage
from shared.llm.settings import Tariff

_GOOGLE = "https://ai.google.dev/gemini-api/docs/pricing"
_OPENAI = "https://platform.openai.com/docs/pricing"
_ANTHROPIC = "https://claude.com/pricing"

DEFAULT_MODELS: Mapping[str, str] = {
    "gemini": "gemini-3.5-flash-lite",
    "openai": "gpt-6-luna",
    "claude": "claude-sonnet-5-5",
}


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens, valid from `since` to `until`, both included; None is without end.

    Thinking is billed as output. `cache_write` is for input that is written to a cache; None: it costs what any does.
    """

    input: float
    cached: float
    output: float
    since: date
    until: date | None = None
    cache_write: float | None = None

    def covers(self, day: date) -> bool:
        """Whether this is the price of `day`."""
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Model:
    """One model of one provider.

    `ends` is the first day on which the vendor no longer answers with this model. `json_schema` says that the vendor
    holds the answer to a schema.
    """

    provider: str
    id: str
    source: str
    prices: tuple[Price, ...] = ()
    ends: date | None = None
    takes_temperature: bool = True
    json_schema: bool = True


# The first day of a price is the day on which it was read, unless the vendor announced a change.
_READ = date(2026, 11, 1)

MODELS: tuple[Model, ...] = (
    Model("gemini", "gemini-3.5-flash-lite", _GOOGLE, (Price(0.30, 0.03, 2.50, _READ),)),
    Model(
        "gemini",
        "gemini-3.8-flash",
        _GOOGLE,
        (
            Price(0.75, 0.075, 3.75, _READ, date(2026, 12, 31)),
            Price(1.50, 0.15, 7.50, date(2027, 1, 1)),
        ),
    ),
    # From its end on Google answers with gemini-3.5-flash-lite in its place, and at that price.
    Model("gemini", "gemini-2.5-flash", _GOOGLE, (Price(0.30, 0.03, 2.50, date(2026, 12, 1)),), ends=date(2026, 12, 1)),
    # GPT-6 takes a temperature only where it does not reason, and it reasons unless told otherwise.
    Model("openai", "gpt-6-luna", _OPENAI, (Price(0.10, 0.01, 0.50, _READ),), takes_temperature=False),
    Model("openai", "gpt-4.1", _OPENAI, ends=date(2027, 1, 14)),
    Model("openai", "gpt-4o", _OPENAI, ends=date(2027, 1, 14)),
    # By the same page a write to the cache of five minutes costs 1.25 times the input; we ask for no longer one.
    Model(
        "claude",
        "claude-sonnet-5-5",
        _ANTHROPIC,
        (Price(2.0, 0.20, 10.0, _READ, cache_write=2.5),),
        takes_temperature=False,
    ),
    Model("claude", "claude-3-5-sonnet-20241022", _ANTHROPIC, ends=date(2025, 10, 28), json_schema=False),
)
_BY_NAME = {(model.provider, model.id): model for model in MODELS}


def find_model(provider: str, model: str) -> Model | None:
    """The row of a model; None where the table has none."""
    return _BY_NAME.get((provider, model.removeprefix("models/")))


def takes_temperature(provider: str, model: str) -> bool:
    """Whether a temperature may be sent; to a model we do not know it is, since an operator asked for it."""
    known = find_model(provider, model)
    return known is None or known.takes_temperature


def price(provider: str, model: str, usage: Usage, on: date, tariff: Tariff | None = None) -> float | None:
    """What `usage` cost on the day `on`, in US dollars; None where the price is not known, which is not zero.

    `tariff`, an operator's own knowledge, outranks the table.
    """
    if provider == "local":
        return 0.0
    rates = tariff or _listed(provider, model, on)
    if rates is None:
        return None
    write = rates.cache_write if isinstance(rates, Price) else None
    written = usage.cache_write_input_tokens
    fresh = usage.input_tokens - usage.cached_input_tokens - written
    output = usage.output_tokens + usage.thinking_tokens
    micros = (
        fresh * rates.input
        + usage.cached_input_tokens * rates.cached
        + written * (rates.input if write is None else write)
        + output * rates.output
    )
    return micros / 1_000_000


def priced(provider: str, model: str, usage: Usage, tariff: Tariff | None = None) -> Usage:
    """`usage` with what it costs today (UTC)."""
    return replace(usage, cost_usd=price(provider, model, usage, Clock().now().date(), tariff))


def _listed(provider: str, model: str, on: date) -> Price | None:
    known = find_model(provider, model)
    return next((price for price in known.prices if price.covers(on)), None) if known else None
