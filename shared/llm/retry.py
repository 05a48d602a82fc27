"""The one retry policy: once all have failed, one provider is asked once more, where the table says that may help."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from random import uniform
from typing import TypeVar

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt

from shared.llm.breaker import Circuit
from shared.llm.endpoint import Endpoint
from shared.llm.errors import AllProvidersFailed, NotAsked, ProviderError
from shared.llm.policies import Retry, policy_of

T = TypeVar("T")

MAX_PASSES = 2
# The wait where the vendor names none, in seconds; jittered, so that who failed together does not return together.
MAX_WAIT = 1.0
# A pause is a little longer than the wait that the vendor names, by its jitter and its shortest length.
_PAUSE_SLACK = 1.2
# With less than this left no model answers, so waiting for it is in vain.
MIN_ATTEMPT = 1.0


@dataclass(frozen=True, slots=True)
class SecondChance:
    """Who is asked once more, after how many seconds, and whether before the end of its circuit's pause."""

    endpoint: Endpoint
    wait: float
    early: bool = False


def find_second_chance(
    endpoints: Sequence[Endpoint], failures: Sequence[tuple[Endpoint, ProviderError]], left: float
) -> SecondChance | None:
    """The one that may answer soonest, within the seconds `left`; None where asking again would be in vain.

    Where all were passed over, nobody knows whether they still fail: one is probed early, so that a call does not fail
    without anybody having been asked while time is left. Else a pause that ends in time is waited for.
    """
    if left < MIN_ATTEMPT:
        return None
    if all(isinstance(error, NotAsked) for _, error in failures):
        sleeping = [one for one in endpoints if one.breaker.may_probe_early or _is_probed(one)]
        first = min(sleeping, key=lambda endpoint: endpoint.breaker.seconds_left, default=None)
        if first is not None:
            return SecondChance(first, 0.0, early=True)
    # Who has repaired its answer in vain has had its chance.
    tries = Counter(endpoint for endpoint, _ in failures)
    chances = [_chance_of(endpoint, error) for endpoint, error in failures if tries[endpoint] == 1]
    chances += [SecondChance(one, one.breaker.seconds_left) for one in endpoints if one.breaker.may_be_waited_for]
    fitting = [chance for chance in chances if chance is not None and chance.wait + MIN_ATTEMPT <= left]
    return min(fitting, key=lambda chance: chance.wait, default=None)


def _is_probed(endpoint: Endpoint) -> bool:
    """Whether somebody is about to learn how it is: his call is worth waiting for."""
    return endpoint.breaker.state is Circuit.HALF_OPEN


def _chance_of(endpoint: Endpoint, error: ProviderError) -> SecondChance | None:
    retry = policy_of(error).retry
    if retry is Retry.NEVER:
        return None
    wait = 0.0
    if retry is Retry.AFTER_A_WAIT:
        wait = uniform(0, MAX_WAIT) if error.retry_after is None else error.retry_after
    pause = endpoint.breaker.seconds_left
    # A circuit that stays open for longer than the wait is meant to: who waited it out would ask a dead provider twice.
    return SecondChance(endpoint, max(wait, pause)) if pause <= wait + _PAUSE_SLACK else None


async def try_again(
    failed: AllProvidersFailed,
    find: Callable[[], SecondChance | None],
    run: Callable[[SecondChance], Awaitable[T]],
    *,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> T:
    """What `run` gives for a second chance, after its wait; raises `failed`, the error of the first pass, without one.

    Nothing but `AllProvidersFailed` is ever retried.
    """
    chance: SecondChance | None = None

    def may_help(error: BaseException) -> bool:
        nonlocal chance
        chance = find() if isinstance(error, AllProvidersFailed) else None
        return chance is not None

    def wait(_state: RetryCallState) -> float:
        return chance.wait if chance is not None else 0.0

    async def one_pass() -> T:
        if chance is None:
            raise failed  # the first pass, which is over by now
        return await run(chance)

    # A new policy for each call, since it holds state; and only once a pass has failed, since it takes 30 us to make.
    policy = AsyncRetrying(
        retry=retry_if_exception(may_help), stop=stop_after_attempt(MAX_PASSES), wait=wait, sleep=sleep, reraise=True
    )
    result: T = await policy(one_pass)
    return result
