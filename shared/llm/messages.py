"""The vocabulary that every vendor is bent to: what is asked, what comes back, and what it cost."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Prompt:
    """One question to a model, answered by one JSON object.

    `schema` is a JSON schema in the subset that all vendors take (objects with all properties required, arrays,
    strings, integers, enums; no formats, no limits). `version` names the template, such as `questions/1`. `subject` is
    what the text was rendered from; vendors never see it, a provider of our own reads it instead of the text.
    """

    system: str
    user: str
    schema_name: str
    schema: Mapping[str, Any]
    version: str
    subject: object = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one or more attempts, normalised over the vendors.

    `input_tokens` includes the cached ones; `output_tokens` excludes thinking. `cost_usd` is None where the price is
    not known, which is not zero.
    """

    input_tokens: int = 0
    cached_input_tokens: int = 0
    output_tokens: int = 0
    thinking_tokens: int = 0
    cost_usd: float | None = None

    def __add__(self, other: "Usage") -> "Usage":
        """Sums tokens; a cost that one side does not know makes the sum unknown."""
        known = self.cost_usd is not None and other.cost_usd is not None
        return Usage(
            self.input_tokens + other.input_tokens,
            self.cached_input_tokens + other.cached_input_tokens,
            self.output_tokens + other.output_tokens,
            self.thinking_tokens + other.thinking_tokens,
            (self.cost_usd or 0.0) + (other.cost_usd or 0.0) if known else None,
        )


@dataclass(frozen=True, slots=True)
class Completion:
    """A whole answer, as the model wrote it. `usage` is None where the vendor said nothing of it."""

    text: str
    provider: str
    model: str
    usage: Usage | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request to one provider. `outcome` is `OK`, `ABANDONED` or the `reason` of a `ProviderError`."""

    provider: str
    model: str
    outcome: str
    duration_ms: int
    failed_checks: tuple[str, ...] = ()
    usage: Usage | None = None


OK = "OK"
# We gave the attempt up ourselves: the caller left, or reading the answer broke. No answer lists such an attempt; only
# whoever watches attempts sees it.
ABANDONED = "ABANDONED"


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """What a chain of providers gave: the accepted value, the completion it was read from, and every attempt."""

    value: T
    completion: Completion
    attempts: tuple[Attempt, ...]


def total_usage(attempts: tuple[Attempt, ...]) -> Usage | None:
    """Sum over all attempts of which usage is known, rejected ones included: they are paid for. None where none is."""
    known = [attempt.usage for attempt in attempts if attempt.usage is not None]
    if not known:
        return None
    return sum(known[1:], start=known[0])
