"""How asking a model can fail, split by one question: may another provider help?

    LLMError
    ├── ProviderNotAvailable      asked for by name, but unknown or without a key
    ├── AllProvidersFailed        every provider of the chain failed; carries each attempt
    ├── CallsExceeded             nobody was asked, for there were too many requests this minute
    └── ProviderError             one attempt failed; another provider may help
        ├── NotAsked              we passed the provider over
        │   ├── AtCapacity        it has as many requests of ours as it may
        │   ├── RateCapped        more requests a minute than we allow ourselves
        │   ├── OverBudget        what it may cost does not fit under the cap
        │   └── PriceUnknown      there is a cap, and nobody knows what it costs
        ├── RateLimited           too many requests; may say when to come back
        ├── QuotaExhausted        the account is out of money or of its allowance
        ├── Overloaded            the vendor answers 5xx
        ├── ProviderTimeout       no answer in time
        ├── ConnectionFailed      no connection, or it broke
        ├── CredentialsRejected   the key is wrong or may not
        ├── ModelNotFound         the model is gone or was never there
        ├── RequestRejected       the vendor finds fault with our request
        ├── ContentFiltered       the vendor or the model refuses to answer
        └── UnusableAnswer        an answer came, and is paid for
            ├── AnswerTruncated   it was cut short
            ├── AnswerMalformed   it is not the JSON that was asked for
            └── AnswerRejected    it did not pass our checks

No error holds a key, a prompt, an answer or a vendor's text: they would end in a log.
"""

from collections.abc import Sequence
from typing import ClassVar

from shared.llm.messages import AT_CAPACITY, OVER_BUDGET, PRICE_UNKNOWN, RATE_CAPPED, Attempt, Rejection, Usage


class LLMError(Exception):
    """Asking a model failed."""


class ProviderNotAvailable(LLMError):
    """The provider that was asked for by name is unknown or not configured; `available` are the ones that are."""

    def __init__(self, provider: str, available: Sequence[str]) -> None:
        super().__init__("the provider is not available")
        self.provider = provider
        self.available = tuple(available)


class AllProvidersFailed(LLMError):
    """Every provider of the chain failed, or there was no time left to ask the rest; `attempts` says how."""

    def __init__(self, attempts: Sequence[Attempt]) -> None:
        super().__init__("all providers failed: " + ", ".join(f"{a.provider} {a.outcome}" for a in attempts))
        self.attempts = tuple(attempts)


class CallsExceeded(LLMError):
    """Nobody was asked, for there were too many requests this minute; after `retry_after` seconds one more fits."""

    def __init__(self, retry_after: float) -> None:
        super().__init__("too many requests a minute")
        self.retry_after = retry_after


class ProviderError(LLMError):
    """One attempt failed. `shared/llm/policies.py` says what follows from each class.

    `retry_after` is what the vendor asked us to wait, in seconds.
    """

    reason: ClassVar[str] = "PROVIDER_FAILED"

    def __init__(
        self,
        *,
        status: int | str | None = None,
        retry_after: float | None = None,
        usage: Usage | None = None,
    ) -> None:
        super().__init__(self.reason if status is None else f"{self.reason} ({status})")
        self.status = status
        self.retry_after = retry_after
        self.usage = usage


class NotAsked(ProviderError):
    """We passed the provider over."""


class AtCapacity(NotAsked):
    """It has as many requests of ours as it may, and nobody waits longer for it."""

    reason = AT_CAPACITY


class RateCapped(NotAsked):
    """More requests a minute than we allow ourselves; after `retry_after` seconds one more fits."""

    reason = RATE_CAPPED


class OverBudget(NotAsked):
    """What it may cost does not fit under the cap of the day or the month."""

    reason = OVER_BUDGET


class PriceUnknown(NotAsked):
    """There is a cap, and nobody knows what it may cost: an operator has to say."""

    reason = PRICE_UNKNOWN


class RateLimited(ProviderError):
    """Too many requests."""

    reason = "RATE_LIMITED"


class QuotaExhausted(ProviderError):
    """The account is out of money or of its allowance: waiting does not help."""

    reason = "QUOTA_EXHAUSTED"


class Overloaded(ProviderError):
    """The vendor answers 5xx."""

    reason = "OVERLOADED"


class ProviderTimeout(ProviderError):
    """No answer in time."""

    reason = "TIMEOUT"


class ConnectionFailed(ProviderError):
    """No connection, or it broke."""

    reason = "CONNECTION_FAILED"


class CredentialsRejected(ProviderError):
    """The key is wrong or may not use this model. An operator must act."""

    reason = "CREDENTIALS_REJECTED"


class ModelNotFound(ProviderError):
    """The model is gone or was never there. An operator must act."""

    reason = "MODEL_NOT_FOUND"


class RequestRejected(ProviderError):
    """The vendor finds fault with our request: a defect of ours or something the vendor cannot do."""

    reason = "REQUEST_REJECTED"


class ContentFiltered(ProviderError):
    """The vendor or the model refuses to answer."""

    reason = "CONTENT_FILTERED"


class UnusableAnswer(ProviderError):
    """An answer came, and is paid for."""


class AnswerTruncated(UnusableAnswer):
    """The answer was cut short."""

    reason = "ANSWER_TRUNCATED"


class AnswerMalformed(UnusableAnswer):
    """The answer is not the JSON that was asked for."""

    reason = "ANSWER_MALFORMED"


class AnswerRejected(UnusableAnswer):
    """The answer did not pass our checks; `failed_checks` are their names, `rejections` also say which items failed."""

    reason = "ANSWER_REJECTED"

    def __init__(
        self, failed_checks: Sequence[str], *, rejections: Sequence[Rejection] = (), usage: Usage | None = None
    ) -> None:
        super().__init__(usage=usage)
        self.failed_checks = tuple(failed_checks)
        self.rejections = tuple(rejections)

    @classmethod
    def of(cls, rejections: Sequence[Rejection]) -> "AnswerRejected":
        """The error of these rejections."""
        return cls(sorted({rejection.check for rejection in rejections}), rejections=rejections)
