"""What people think of answers: the rules of feedback, and what a caller can do with it."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

import structlog

from shared.cancellation import finish
from shared.claims import Wish
from shared.clock import Clock
from shared.errors import DatabaseUnavailable, NotFound, Violation
from shared.generation.errors import refuse
from shared.generation.model import Provenance
from shared.generation.ports import DerivedRepository, DerivedStore, PromptSums
from shared.generation.prompt_stats import PromptStats, count_rating, read_stats
from shared.idempotency import Idempotency
from shared.pages import Page, PageRequest
from shared.resume_key import check_key

log = structlog.get_logger()

RATINGS = (1, 5)
REASONS = ("relevant", "irrelevant", "too_easy", "too_hard", "repetitive", "unclear", "incorrect", "other")
MAX_COMMENT_LENGTH = 2_000


class Rated(Protocol):
    """An answer that can be rated."""

    @property
    def provenance(self) -> Provenance:
        """How it came to be."""


Item = TypeVar("Item", bound=Rated)


@dataclass(frozen=True, slots=True)
class Opinion:
    """What somebody thinks of an answer, or of one `item` of it (index from 0; None: of the whole)."""

    rating: int
    reason: str = ""
    comment: str = ""
    item: int | None = None


@dataclass(frozen=True, slots=True)
class Feedback:
    """A stored opinion. It never changes."""

    feedback_id: str
    unique_key: str
    answer_id: str
    opinion: Opinion
    prompt_version: str
    created_at: datetime

    @property
    def path(self) -> str:
        """Its id below its resume: all feedback on one answer stands together, in the order of time."""
        return f"{self.answer_id}/{self.feedback_id}"


@dataclass(frozen=True, slots=True)
class FeedbackUseCases(Generic[Item]):
    """Rate an answer, read what was said of one, compare the prompts.

    `size_of` counts the items of an answer; `shares` are those of the active prompt versions.
    """

    items: DerivedRepository[Item]
    feedback: DerivedStore[Feedback]
    sums: PromptSums
    idempotency: Idempotency
    shares: Mapping[str, float]
    clock: Clock
    size_of: Callable[[Item], int]

    async def create(
        self, unique_key: str, answer_id: str, opinion: Opinion, time_left: float | None = None
    ) -> Feedback:
        """Stores an opinion, within `time_left` seconds; raises `InvalidRequest` and the `NotFound` of the answer."""
        refuse([*check_key(unique_key), *check_opinion(opinion)])
        answer = await self.items.get(unique_key, answer_id)
        if opinion.item is not None and opinion.item >= self.size_of(answer):
            refuse([Violation("item", f"must be 0 to {self.size_of(answer) - 1}")])
        wish = Wish("CreateFeedback", unique_key, (answer_id, opinion))
        async with self.idempotency.claim(wish, time_left) as claim:
            feedback = Feedback(
                feedback_id=claim.new_id,
                unique_key=unique_key,
                answer_id=answer_id,
                opinion=opinion,
                prompt_version=answer.provenance.prompt_version,
                created_at=self.clock.now(),
            )
            # A caller that leaves now must not leave an opinion behind of an answer that is gone.
            return await finish(self._store(feedback))

    async def list(self, unique_key: str, answer_id: str, page: PageRequest) -> Page[Feedback]:
        """One page of what was said of an answer, newest first; raises the `NotFound` of the answer."""
        refuse(check_key(unique_key))
        await self.items.get(unique_key, answer_id)
        return await self.feedback.list(unique_key, page, within=answer_id)

    async def compare_prompts(self) -> Sequence[PromptStats]:
        """How each version fared that is active or has written something, by name."""
        return read_stats(await self.sums.read(), self.shares)

    async def _store(self, feedback: Feedback) -> Feedback:
        """Stores an opinion, and shows it unless the answer was erased meanwhile: before its feedback is."""
        stored = await self.feedback.add(feedback, feedback.created_at)
        try:
            await self.items.get(feedback.unique_key, feedback.answer_id)
        except NotFound:
            with suppress(DatabaseUnavailable):
                await self.feedback.drop(stored)
            raise
        if not await self.feedback.show(stored):
            # Erased just now: then so was the answer, and reading it says so.
            await self.items.get(feedback.unique_key, feedback.answer_id)
        if stored is feedback:
            await self._count(feedback)
        return stored

    async def _count(self, feedback: Feedback) -> None:
        try:
            await self.sums.add(feedback.prompt_version, count_rating(feedback.opinion.rating, feedback.opinion.reason))
        except DatabaseUnavailable:
            # It is stored, and a caller who is told otherwise would store it again.
            log.warning("rating.not_counted", prompt_version=feedback.prompt_version, feedback_id=feedback.feedback_id)


def check_opinion(opinion: Opinion) -> list[Violation]:
    """What is wrong with an opinion, whatever the answer; empty when nothing is."""
    violations = []
    least, most = RATINGS
    if not least <= opinion.rating <= most:
        violations.append(Violation("rating", f"must be {least} to {most}"))
    if opinion.reason not in ("", *REASONS):
        violations.append(Violation("reason", f"must be empty or one of {', '.join(REASONS)}"))
    if len(opinion.comment) > MAX_COMMENT_LENGTH:
        violations.append(Violation("comment", f"must have at most {MAX_COMMENT_LENGTH} characters"))
    if any(ord(character) < 32 and character not in "\n\r\t" for character in opinion.comment):
        violations.append(Violation("comment", "must not hold control characters"))
    if opinion.item is not None and opinion.item < 0:
        violations.append(Violation("item", "must not be negative"))
    return violations
