"""The vocabulary that the generators share."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, TypeVar

from shared.generation.similarity import EarlierTexts
from shared.llm.accounting import cost_is_unknown
from shared.llm.messages import OK, Attempt, Usage
from shared.resume_profile.model import ResumeProfile

T = TypeVar("T")
V = TypeVar("V")

Language = Literal["ko", "en"]
CATEGORIES = ("기술", "경험", "문제해결", "인성")


@dataclass(frozen=True, slots=True)
class Subject:
    """What an answer is about, the language it is written in, and what it must not repeat.

    `weekly_hours` is the time for learning, None where the caller says nothing of it.
    """

    profile: ResumeProfile
    language: Language
    earlier: EarlierTexts = field(default_factory=EarlierTexts, compare=False)
    weekly_hours: int | None = None
    _verdicts: dict[tuple[object, object], Any] = field(default_factory=dict, init=False, compare=False, repr=False)

    def judge(self, part: T, by: Callable[[T, "Subject"], V]) -> V:
        """What `by` says of a part of an answer, which is hashable.

        While an answer is written its parts are looked at when they come, with those beside them, and at the end: an
        equal one is not judged again.
        """
        key = (by, part)
        if key not in self._verdicts:
            self._verdicts[key] = by(part, self)
        verdict: V = self._verdicts[key]
        return verdict


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """What a caller wishes.

    Who is asked first (None: the configured order), whether others back that one, whether the answer may repeat
    earlier ones about the resume, and how many hours a week there are for learning (None: not said).
    """

    unique_key: str
    language: Language = "ko"
    provider: str | None = None
    fallback: bool = True
    allow_repeats: bool = False
    weekly_hours: int | None = None


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
    return ProviderSums(
        provider=attempt.provider,
        model=attempt.model,
        calls=1,
        failures=int(attempt.outcome != OK),
        usage=replace(usage, cost_usd=usage.cost_usd or 0.0),
        calls_of_unknown_cost=int(cost_is_unknown(attempt)),
    )
