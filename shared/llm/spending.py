"""Caps on what asking may cost a day and a month (UTC): reserved before a call, settled after it.

What is reserved and what is spent never exceed a cap together, so many calls at its edge overshoot by nothing. A hold
that nobody settles, since its process died, ends by itself.
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import date, datetime
from math import ceil, floor
from typing import Protocol

import msgspec
import structlog

from shared.clock import Clock
from shared.llm.errors import OverBudget, PriceUnknown
from shared.llm.messages import Prompt, Usage
from shared.llm.models import price
from shared.llm.settings import Limits, ProviderSettings, Tariff

log = structlog.get_logger()

_MILLION = 1_000_000
# Longer than any call is late in settling, and than the clocks of two processes differ.
_SLACK_SECONDS = 30.0
# How long the end of a process waits for what is being settled.
_CLOSING_SECONDS = 5.0
# What a vendor adds of its own: roles, separators, its words on how to follow a schema.
_FRAME_TOKENS = 512


@dataclass(frozen=True, slots=True)
class Hold:
    """Money set aside for one call on a day (20261120): `amount` in millionths of a dollar, `until` in Unix ms."""

    id: str
    day: int
    amount: int
    until: int

    @property
    def month(self) -> int:
        """The month in whose sums it stands, such as 202611."""
        return self.day // 100


class SpendingCaps(Protocol):
    """Keeps the sums. Safe for concurrent use."""

    async def reserve(self, amount_usd: float, *, seconds: float) -> Hold:
        """Sets an amount aside for `seconds` at most, or raises `OverBudget` and sets nothing aside.

        Raises `DatabaseUnavailable` where nobody knows what is spent. Whoever is cancelled has reserved nothing.
        """

    async def settle(self, hold: Hold, cost_usd: float | None) -> None:
        """Puts what the call did cost in the place of its hold, once and even after its end; 0.0 gives it back.

        None, a cost that nobody knows, counts as the whole amount. Counts for the day and the month of the hold.
        """


@dataclass(frozen=True, slots=True)
class Month:
    """The sums of one month, in millionths of a dollar; `day` is the last one on which anything was reserved."""

    spent: int = 0
    day: int = 0
    day_spent: int = 0
    holds: tuple[Hold, ...] = ()

    def on(self, day: int) -> "Month":
        """As of a day; one that is over does not come back, though the clock of a process be slow."""
        return replace(self, day=day, day_spent=0) if day > self.day else self

    def without_expired(self, now: int) -> "Month":
        """Without the holds of those who never came back."""
        holds = tuple(hold for hold in self.holds if hold.until > now)
        return self if len(holds) == len(self.holds) else replace(self, holds=holds)

    def settled(self, hold: Hold, cost: int, now: int) -> "Month":
        """With the cost in the place of the hold; unchanged where that was done before."""
        rest = tuple(other for other in self.holds if other.id != hold.id)
        if len(rest) == len(self.holds) and now < hold.until:
            return self
        month = self.on(hold.day)
        today = cost if hold.day == month.day else 0
        return replace(month, spent=month.spent + cost, day_spent=month.day_spent + today, holds=rest)


class Budget:
    """The caps in US dollars; None is without."""

    def __init__(self, *, daily_usd: float | None, monthly_usd: float | None) -> None:
        self._daily = None if daily_usd is None else floor(_micros(daily_usd))
        self._monthly = None if monthly_usd is None else floor(_micros(monthly_usd))

    def admit(self, month: Month, hold: Hold) -> tuple[Month, Hold]:
        """The month with the hold, and the hold as it stands there; raises `OverBudget`."""
        known = next((other for other in month.holds if other.id == hold.id), None)
        if known is not None:
            return month, known
        month = month.on(hold.day)
        hold = replace(hold, day=month.day)
        held = sum(other.amount for other in month.holds)
        held_today = sum(other.amount for other in month.holds if other.day == month.day)
        if self._monthly is not None and month.spent + held + hold.amount > self._monthly:
            raise OverBudget
        if self._daily is not None and month.day_spent + held_today + hold.amount > self._daily:
            raise OverBudget
        return replace(month, holds=(*month.holds, hold)), hold


class MemorySpendingCaps:
    """`SpendingCaps` of one process, gone with it."""

    def __init__(self, *, daily_usd: float | None, monthly_usd: float | None, clock: Clock | None = None) -> None:
        self._budget = Budget(daily_usd=daily_usd, monthly_usd=monthly_usd)
        self._clock = clock or Clock()
        self._months: dict[int, Month] = {}

    async def reserve(self, amount_usd: float, *, seconds: float) -> Hold:
        """Sets an amount aside."""
        hold = new_hold(self._clock, amount_usd, seconds)
        month = self._months.get(hold.month, Month()).without_expired(unix_ms(self._clock.now()))
        self._months[hold.month], hold = self._budget.admit(month, hold)
        return hold

    async def settle(self, hold: Hold, cost_usd: float | None) -> None:
        """Puts the cost in the place of the hold."""
        month = self._months.get(hold.month, Month())
        self._months[hold.month] = month.settled(hold, cost_of(hold, cost_usd), unix_ms(self._clock.now()))


def new_hold(clock: Clock, amount_usd: float, seconds: float) -> Hold:
    """A hold of today, rounded up, that nobody has admitted yet."""
    now = clock.now()
    day = now.year * 10_000 + now.month * 100 + now.day
    return Hold(clock.new_id(), day, ceil(_micros(amount_usd)), unix_ms(now) + ceil(seconds * 1000))


def cost_of(hold: Hold, cost_usd: float | None) -> int:
    """What a call cost, in millionths of a dollar, rounded up."""
    return hold.amount if cost_usd is None else ceil(_micros(cost_usd))


def unix_ms(moment: datetime) -> int:
    """Milliseconds since 1970."""
    return round(moment.timestamp() * 1000)


def _micros(amount_usd: float) -> float:
    """Millionths of a dollar, without the last digits of a float: 0.000123 are 123 and not a little more."""
    return round(amount_usd * _MILLION, 3)


def most_it_can_cost(
    prompt: Prompt, provider: str, model: str, max_output_tokens: int, tariff: Tariff | None, on: date
) -> float | None:
    """US dollars that one request costs at most; None where the price is not known.

    A token stands for one byte of UTF-8 at least, in every vocabulary that falls back to bytes, as those of the vendors
    do; so the bytes are a bound for any language, about three times what Korean takes and four times what English does.
    Thinking is within `max_output_tokens`.
    """
    text = sum(len(part.encode("utf-8", "surrogatepass")) for part in (prompt.system, prompt.user, prompt.schema_name))
    # Whoever lays the schema out with spaces at most doubles it.
    tokens = text + 2 * len(msgspec.json.encode(prompt.schema)) + _FRAME_TOKENS
    # All of it fresh, written to a cache, or read from one: whichever is dearest.
    usages = (
        Usage(tokens, output_tokens=max_output_tokens),
        Usage(tokens, output_tokens=max_output_tokens, cache_write_input_tokens=tokens),
        Usage(tokens, output_tokens=max_output_tokens, cached_input_tokens=tokens),
    )
    costs = [price(provider, model, usage, on, tariff) for usage in usages]
    return max((cost for cost in costs if cost is not None), default=None)


class SpendingGuard:
    """What a chain pays its requests from.

    Without a cap in `limits` it holds whatever is asked of it and `caps` is never asked; with one, `caps` keeps the
    sums, or the memory of this process.
    """

    def __init__(self, limits: Limits | None, caps: SpendingCaps | None = None, *, clock: Clock | None = None) -> None:
        self._clock = clock or Clock()
        self._caps: SpendingCaps | None = None
        if limits is not None and (limits.daily_cap_usd is not None or limits.monthly_cap_usd is not None):
            self._caps = caps or MemorySpendingCaps(
                daily_usd=limits.daily_cap_usd, monthly_usd=limits.monthly_cap_usd, clock=self._clock
            )
        self._unpriced: set[tuple[str, str]] = set()
        self._settling: set[asyncio.Task[None]] = set()

    async def reserve_for(self, prompt: Prompt, settings: ProviderSettings, seconds: float) -> Hold | None:
        """Sets aside what a request of at most `seconds` can cost; None where there is nothing to settle.

        Raises `OverBudget`, `PriceUnknown`, and what `SpendingCaps.reserve` raises.
        """
        if self._caps is None:
            return None
        today = self._clock.now().date()
        name, model = settings.name, settings.model
        amount = most_it_can_cost(prompt, name, model, settings.max_output_tokens, settings.tariff, today)
        if amount is None:
            self._tell_of_unknown_price(name, model)
            raise PriceUnknown
        if amount == 0:
            return None
        return await self._caps.reserve(amount, seconds=seconds + _SLACK_SECONDS)

    def settle(self, hold: Hold, cost_usd: float | None) -> None:
        """Settles what `reserve_for` gave, soon: no answer waits for it, and none is lost where it takes long."""
        task = asyncio.create_task(self._settle(hold, cost_usd))
        self._settling.add(task)
        task.add_done_callback(self._settling.discard)

    async def close(self) -> None:
        """Waits for what is being settled, for a while."""
        if self._settling:
            await asyncio.wait(self._settling, timeout=_CLOSING_SECONDS)

    async def _settle(self, hold: Hold, cost_usd: float | None) -> None:
        if self._caps is not None:
            await self._caps.settle(hold, cost_usd)

    def _tell_of_unknown_price(self, provider: str, model: str) -> None:
        if (provider, model) not in self._unpriced:
            self._unpriced.add((provider, model))
            log.warning("llm.price_unknown", provider=provider, model=model)
