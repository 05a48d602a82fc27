"""The vocabulary that every vendor is bent to: what is asked, what comes back, and what it cost."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

T = TypeVar("T")

Complexity = Literal["simple", "ordinary", "hard"]


@dataclass(frozen=True, slots=True)
class Prompt:
    """One question to a model, answered by one JSON object.

    `schema` is a JSON schema in the subset that all vendors take (objects with all properties required, arrays,
    strings, integers, enums; no formats, no limits). `version` names the template, such as `questions/1`. `subject` is
    what the text was rendered from; vendors never see it, a provider of our own reads it instead of the text.
    `complexity` may decide which model is asked.
    """

    system: str
    user: str
    schema_name: str
    schema: Mapping[str, Any]
    version: str
    subject: object = None
    complexity: Complexity = "ordinary"


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one or more attempts, normalised over the vendors.

    `input_tokens` includes those read from a cache and those written to one; `output_tokens` excludes thinking.
    `cost_usd` is None where the price is not known, which is not zero.
    """

    input_tokens: int = 0
    cached_input_tokens: int = 0
    output_tokens: int = 0
    thinking_tokens: int = 0
    cost_usd: float | None = None
    cache_write_input_tokens: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        """Sums tokens; a cost that one side does not know makes the sum unknown."""
        known = self.cost_usd is not None and other.cost_usd is not None
        return Usage(
            self.input_tokens + other.input_tokens,
            self.cached_input_tokens + other.cached_input_tokens,
            self.output_tokens + other.output_tokens,
            self.thinking_tokens + other.thinking_tokens,
            (self.cost_usd or 0.0) + (other.cost_usd or 0.0) if known else None,
            self.cache_write_input_tokens + other.cache_write_input_tokens,
        )


@dataclass(frozen=True, slots=True)
class Completion:
    """A whole answer, as the model wrote it. `usage` is None where the vendor said nothing of it."""

    text: str
    provider: str
    model: str
    usage: Usage | None = None


OK = "OK"
# We gave the attempt up ourselves: the caller left, or reading the answer broke. No answer lists such an attempt; only
# whoever watches attempts sees it.
ABANDONED = "ABANDONED"
# We gave it up because another provider, started beside it, had answered.
OVERTAKEN = "OVERTAKEN"
# Why a provider was passed over without a request.
CIRCUIT_OPEN, AT_CAPACITY, RATE_CAPPED = "CIRCUIT_OPEN", "AT_CAPACITY", "RATE_CAPPED"
OVER_BUDGET, PRICE_UNKNOWN = "OVER_BUDGET", "PRICE_UNKNOWN"
_NOT_ASKED = frozenset({CIRCUIT_OPEN, AT_CAPACITY, RATE_CAPPED, OVER_BUDGET, PRICE_UNKNOWN})


@dataclass(frozen=True, slots=True)
class Rejection:
    """A check that an answer did not pass, and the index of the item that failed; None where it is the whole."""

    check: str
    item: int | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request to one provider, or why none was made.

    `outcome` is `OK`, `ABANDONED`, `OVERTAKEN` or the `reason` of a `ProviderError`. `hedge` says that it was started
    beside an earlier one that was late, `first_token_ms` when the first of the answer came (None: nothing did),
    `kept_items` how many whole items were kept of an answer that broke off, `rejections` what our checks refused.
    """

    provider: str
    model: str
    outcome: str
    duration_ms: int
    failed_checks: tuple[str, ...] = ()
    usage: Usage | None = None
    hedge: bool = False
    first_token_ms: int | None = None
    kept_items: int = 0
    rejections: tuple[Rejection, ...] = ()

    @property
    def asked(self) -> bool:
        """Whether a request was made."""
        return self.outcome not in _NOT_ASKED


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """What a chain of providers gave: the accepted value, the completion it was read from, and every attempt."""

    value: T
    completion: Completion
    attempts: tuple[Attempt, ...]
