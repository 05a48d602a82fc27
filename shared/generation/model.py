"""The vocabulary that the generators share."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from shared.llm.messages import ABANDONED, OK, OVERTAKEN, Attempt, Usage
from shared.llm.policies import POLICIES
from shared.resume_profile.model import ResumeProfile

Language = Literal["ko", "en"]
CATEGORIES = ("기술", "경험", "문제해결", "인성")


@dataclass(frozen=True, slots=True)
class Subject:
    """What an answer is about and the language it is written in."""

    profile: ResumeProfile
    language: Language


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """What a caller wishes: who is asked first (None: the configured order), and whether others back that one."""

    unique_key: str
    language: Language = "ko"
    provider: str | None = None
    fallback: bool = True


@dataclass(frozen=True, slots=True)
class Rejection:
    """A check that an answer did not pass, and the index of the item that failed; None where it is the whole."""

    check: str
    item: int | None = None


@dataclass(frozen=True, slots=True)
class Provenance:
    """How an answer came to be."""

    provider: str
    model: str
    prompt_version: str
    generated_at: datetime
    attempts: tuple[Attempt, ...] = ()
    usage: Usage | None = None
    warnings: tuple[str, ...] = ()


# Outcomes that a vendor charges for, or may: where it says nothing of the cost, the cost is unknown and not zero.
_MAY_COST = frozenset(
    {OK, ABANDONED, OVERTAKEN, *(kind.reason for kind, policy in POLICIES.items() if policy.may_cost)}
)


@dataclass(frozen=True, slots=True)
class ProviderSums:
    """Sums of one provider and model on one day. `usage.cost_usd` leaves out `calls_of_unknown_cost`."""

    provider: str
    model: str
    calls: int
    failures: int
    usage: Usage
    calls_of_unknown_cost: int

    def __add__(self, other: "ProviderSums") -> "ProviderSums":
        """Adds the numbers of another of the same provider and model."""
        return replace(
            self,
            calls=self.calls + other.calls,
            failures=self.failures + other.failures,
            usage=self.usage + other.usage,
            calls_of_unknown_cost=self.calls_of_unknown_cost + other.calls_of_unknown_cost,
        )


def count_attempt(attempt: Attempt) -> ProviderSums:
    """One attempt as sums."""
    usage = attempt.usage or Usage()
    may_cost = attempt.usage is not None or attempt.first_token_ms is not None or attempt.outcome in _MAY_COST
    unknown = usage.cost_usd is None and may_cost
    return ProviderSums(
        provider=attempt.provider,
        model=attempt.model,
        calls=1,
        failures=int(attempt.outcome != OK),
        usage=replace(usage, cost_usd=usage.cost_usd or 0.0),
        calls_of_unknown_cost=int(unknown),
    )
