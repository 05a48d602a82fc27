"""What follows from each way in which asking a provider can fail: one table.

Every failure moves on to the next provider. The table says what follows beside: whether the same provider may be asked
once more when nobody else is left, and whether the failure speaks against the provider, so that it is left alone for a
while.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from shared.llm.errors import (
    AnswerMalformed,
    AnswerRejected,
    AnswerTruncated,
    AtCapacity,
    CircuitOpen,
    ConnectionFailed,
    ContentFiltered,
    CredentialsRejected,
    ModelNotFound,
    OverBudget,
    Overloaded,
    ProviderError,
    ProviderTimeout,
    QuotaExhausted,
    RateLimited,
    RequestRejected,
)


class Retry(Enum):
    """Whether the same provider may do better when it is asked again."""

    NEVER = "never"
    AT_ONCE = "at once"
    # After what the vendor asks for (Retry-After), else after a jittered second at most.
    AFTER_A_WAIT = "after a wait"


class Health(Enum):
    """What a failure says of the provider."""

    # Nothing: another request may well succeed.
    UNTOUCHED = "untouched"
    # It may be over soon; a few in a row open the circuit.
    TRANSIENT = "transient"
    # It stays until an operator acts or the account is filled; one opens the circuit.
    STANDING = "standing"


@dataclass(frozen=True, slots=True)
class Policy:
    """`away` is the first pause in seconds once the circuit is open; each further one is twice as long, to `longest`."""

    retry: Retry
    health: Health
    away: float = 0.0
    longest: float = 0.0


_SOON, _LATE = (1.0, 60.0), (300.0, 3600.0)

POLICIES: Mapping[type[ProviderError], Policy] = {
    #                           once more?           against its health?  away?
    RateLimited:         Policy(Retry.AFTER_A_WAIT, Health.TRANSIENT, *_SOON),
    Overloaded:          Policy(Retry.AFTER_A_WAIT, Health.TRANSIENT, *_SOON),
    ConnectionFailed:    Policy(Retry.AFTER_A_WAIT, Health.TRANSIENT, *_SOON),
    ProviderTimeout:     Policy(Retry.NEVER,        Health.TRANSIENT, *_SOON),
    ProviderError:       Policy(Retry.NEVER,        Health.TRANSIENT, *_SOON),
    QuotaExhausted:      Policy(Retry.NEVER,        Health.STANDING,  *_LATE),
    CredentialsRejected: Policy(Retry.NEVER,        Health.STANDING,  *_LATE),
    ModelNotFound:       Policy(Retry.NEVER,        Health.STANDING,  *_LATE),
    RequestRejected:     Policy(Retry.NEVER,        Health.UNTOUCHED),
    ContentFiltered:     Policy(Retry.NEVER,        Health.UNTOUCHED),
    AnswerTruncated:     Policy(Retry.AT_ONCE,      Health.UNTOUCHED),
    AnswerMalformed:     Policy(Retry.AT_ONCE,      Health.UNTOUCHED),
    AnswerRejected:      Policy(Retry.AT_ONCE,      Health.UNTOUCHED),
    CircuitOpen:         Policy(Retry.NEVER,        Health.UNTOUCHED),
    AtCapacity:          Policy(Retry.NEVER,        Health.UNTOUCHED),
    OverBudget:          Policy(Retry.NEVER,        Health.UNTOUCHED),
}  # fmt: skip


def policy_of(error: ProviderError) -> Policy:
    """The row of an error; that of its nearest ancestor where it has none of its own."""
    return next(POLICIES[kind] for kind in type(error).__mro__ if kind in POLICIES)
