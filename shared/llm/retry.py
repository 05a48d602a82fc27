"""The one retry policy: the same provider is asked again only where there is no other one left to move on to."""

import asyncio
from collections.abc import Awaitable, Callable

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt, wait_random_exponential

from shared.llm.errors import ProviderError, UnusableAnswer
from shared.llm.policies import Retry, policy_of

MAX_ATTEMPTS = 2
MAX_WAIT = 1.0
# With less than this left no model answers, so waiting for it is in vain.
MIN_ATTEMPT = 1.0

_jittered = wait_random_exponential(multiplier=0.25, max=MAX_WAIT)


def retrying(
    *,
    last: bool,
    left: Callable[[], float],
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> AsyncRetrying:
    """A policy for the attempts at one provider; make a new one for each call, since it holds state.

    Unless `last`, the first failure is final. Else two attempts in all, for what the same provider may do better
    shortly: after what the vendor asks us to wait if that fits into the seconds `left`, else after a jittered second at
    most. An answer that cannot be used is asked for again at once. Nothing but a `ProviderError` is ever retried.
    """

    def may_help(error: BaseException) -> bool:
        if not last or not isinstance(error, ProviderError):
            return False
        if isinstance(error, UnusableAnswer):
            return left() >= MIN_ATTEMPT
        return policy_of(error).retry is Retry.AFTER_A_WAIT and left() >= (error.retry_after or 0.0) + MIN_ATTEMPT

    return AsyncRetrying(
        retry=retry_if_exception(may_help),
        stop=stop_after_attempt(MAX_ATTEMPTS),
        wait=_wait,
        sleep=sleep,
        reraise=True,
    )


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, UnusableAnswer):
        return 0.0
    if isinstance(error, ProviderError) and error.retry_after is not None:
        return error.retry_after
    return _jittered(state)
