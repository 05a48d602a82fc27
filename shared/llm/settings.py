"""What the provider library needs to know. `shared/config.py` reads it from the environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Routing = Literal["fixed", "cheapest", "fastest", "complexity"]
HEDGE_PERCENT = 5.0
TOKENS_PER_ANSWER = 60_000


@dataclass(frozen=True, slots=True)
class Tariff:
    """US dollars for a million tokens, as an operator knows them of a server of their own."""

    input: float
    cached: float
    output: float


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """How one provider is reached.

    `base_url` is None for the vendor's own address; for gemini it is `host:port`. `temperature` None leaves the choice
    to the vendor. `timeout` caps one attempt, in seconds. `tariff` outranks the table of models. `priority` is sent
    along to servers that schedule by it (vLLM: lower comes first). `streaming` False is for servers or proxies that
    hold streams back: a hung one is then known by its timeout alone.
    """

    name: str
    model: str
    api_key: str = field(repr=False)
    base_url: str | None = None
    temperature: float | None = None
    max_output_tokens: int = 8192
    timeout: float = 30.0
    tariff: Tariff | None = None
    priority: int | None = None
    streaming: bool = True


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is asked at all.

    `concurrency` requests at once to one provider, `queue` more wait for at most `queue_seconds`. `calls_per_minute`
    is for all providers of this process together. An answer that has taken `tokens_per_answer` over all attempts is not
    repaired any more. The caps are US dollars a day and a month (UTC), None is without.
    """

    concurrency: int = 256
    queue: int = 1024
    queue_seconds: float = 2.0
    calls_per_minute: int = 1000
    daily_cap_usd: float | None = None
    monthly_cap_usd: float | None = None
    tokens_per_answer: int = TOKENS_PER_ANSWER


@dataclass(frozen=True, slots=True)
class LLMSettings:
    """Who is asked, and in which order.

    `providers` holds what is configured; `order` may name others, which are skipped. `deadline` bounds one answer over
    all its attempts, in seconds. `hedge_percent` is the share of calls that may start a second provider beside a late
    one; 0 starts none.
    """

    order: tuple[str, ...]
    providers: Mapping[str, ProviderSettings]
    deadline: float = 60.0
    routing: Routing = "fixed"
    hedge_percent: float = HEDGE_PERCENT
    limits: Limits = field(default_factory=Limits)
