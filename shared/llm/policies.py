"""What follows from each way in which asking a provider can fail: one table.

Every failure moves on to the next provider. The table says what follows beside: whether the same provider may be asked
once more when nobody else is left, whether the failure speaks against the provider, so that it is left alone for a
while, and whether it may have to be paid for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from shared.llm.errors import (
    AnswerMalformed,
    AnswerRejected,
    AnswerTruncated,
    ConnectionFailed,
    ContentFiltered,
    CredentialsRejected,
    ModelNotFound,
    NotAsked,
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
    PERMANENT = "permanent"


@dataclass(frozen=True, slots=True)
class Policy:
    """`away` is the first pause in seconds once the circuit is open; each further one is twice as long, to `longest`.

    `may_cost` says that the vendor may charge for the request although it gave no usable answer.
    """

    retry: Retry
    health: Health
    may_cost: bool = False
    away: float = 0.0
    longest: float = 0.0


_SOON, _LATE = (1.0, 60.0), (300.0, 3600.0)

POLICIES: Mapping[type[ProviderError], Policy] = {
    #                           once more?           against its health?  paid?  away?
    RateLimited:         Policy(Retry.AFTER_A_WAIT, Health.TRANSIENT, False, *_SOON),
    Overloaded:          Policy(Retry.AFTER_A_WAIT, Health.TRANSIENT, False, *_SOON),
    ConnectionFailed:    Policy(Retry.AFTER_A_WAIT, Health.TRANSIENT, False, *_SOON),
    ProviderTimeout:     Policy(Retry.NEVER,        Health.TRANSIENT, True,  *_SOON),
    ProviderError:       Policy(Retry.NEVER,        Health.TRANSIENT, True,  *_SOON),
    QuotaExhausted:      Policy(Retry.NEVER,        Health.PERMANENT,  False, *_LATE),
    CredentialsRejected: Policy(Retry.NEVER,        Health.PERMANENT,  False, *_LATE),
    ModelNotFound:       Policy(Retry.NEVER,        Health.PERMANENT,  False, *_LATE),
    RequestRejected:     Policy(Retry.NEVER,        Health.UNTOUCHED, False),
    ContentFiltered:     Policy(Retry.NEVER,        Health.UNTOUCHED, True),
    AnswerTruncated:     Policy(Retry.AT_ONCE,      Health.UNTOUCHED, True),
    AnswerMalformed:     Policy(Retry.AT_ONCE,      Health.UNTOUCHED, True),
    AnswerRejected:      Policy(Retry.AT_ONCE,      Health.UNTOUCHED, True),
    NotAsked:            Policy(Retry.NEVER,        Health.UNTOUCHED, False),
}  # fmt: skip


def policy_of(error: ProviderError) -> Policy:
    """The row of an error; that of its nearest ancestor where it has none of its own."""
    return next(POLICIES[kind] for kind in type(error).__mro__ if kind in POLICIES)
