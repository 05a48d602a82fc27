"""What one call asks, and what all calls of a process share while they ask."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from shared.llm.hedging import HedgeBudget
from shared.llm.limits import RateLimiter
from shared.llm.messages import Attempt, Completion, Prompt
from shared.llm.settings import TOKENS_PER_ANSWER
from shared.llm.spending import SpendingGuard

T = TypeVar("T")
OnAttempt = Callable[[Attempt], None]


@dataclass(frozen=True, slots=True)
class Resources:
    """What all calls of a process have in common. `now` is a monotonic clock in seconds.

    An answer that has taken `tokens_per_answer`, input and output of all attempts, is not repaired any more.
    """

    hedges: HedgeBudget
    rate: RateLimiter
    spending: SpendingGuard
    on_attempt: OnAttempt | None = None
    tokens_per_answer: int = TOKENS_PER_ANSWER
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """What is asked, how its answer is read, and until when on the clock."""

    prompt: Prompt
    accept: Callable[[Completion], T]
    ends: float
    on_attempt: OnAttempt | None = None
