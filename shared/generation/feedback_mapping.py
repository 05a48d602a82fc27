"""Between messages and what people think of answers."""

from typing import Literal, Protocol

from career.generation.v1 import generation_pb2 as messages
from shared.generation.feedback import Feedback, Opinion
from shared.generation.prompt_stats import READABLE, PromptStats, Ratings
from shared.rpc.messages import write_timestamp


class FeedbackMessage(Protocol):
    """A request to store feedback; the messages of the services have these fields in common."""

    rating: int
    reason: str
    comment: str
    item: int

    def HasField(self, field_name: Literal["item"]) -> bool:  # noqa: N802 - protobuf's name
        """Whether an optional field is set."""


def read_opinion(message: FeedbackMessage) -> Opinion:
    """What somebody thinks."""
    item = message.item if message.HasField("item") else None
    return Opinion(message.rating, message.reason, message.comment, item)


def write_feedback(feedback: Feedback) -> messages.Feedback:
    """Feedback as a message."""
    opinion = feedback.opinion
    return messages.Feedback(
        feedback_id=feedback.feedback_id,
        unique_key=feedback.unique_key,
        answer_id=feedback.answer_id,
        item=opinion.item,
        rating=opinion.rating,
        reason=opinion.reason,
        comment=opinion.comment,
        prompt_version=feedback.prompt_version,
        created_at=write_timestamp(feedback.created_at),
    )


def write_prompt_stats(stats: PromptStats) -> messages.PromptStats:
    """How a version fared, as a message."""
    checked = stats.checked
    return messages.PromptStats(
        prompt_version=stats.version,
        share=stats.share,
        answers=stats.answers,
        failures=stats.failures,
        checked=checked,
        pass_rate=stats.passed / checked if checked else None,
        checks=[
            messages.CheckPassRate(
                check=check, pass_rate=1 - failed / (checked if check == READABLE else stats.readable), failed=failed
            )
            for check, failed in stats.failed_checks.items()
        ],
        ratings=_write_ratings(stats.ratings),
        mean_input_tokens=stats.mean_input_tokens,
        mean_output_tokens=stats.mean_output_tokens,
        mean_cost_usd=stats.mean_cost_usd,
        total_cost_usd=stats.total_cost_usd,
        calls_of_unknown_cost=stats.calls_of_unknown_cost,
        median_ms=stats.median_ms,
        p95_ms=stats.p95_ms,
    )


def _write_ratings(ratings: Ratings) -> messages.RatingStats:
    low, high = ratings.interval or (None, None)
    return messages.RatingStats(
        count=ratings.count,
        mean=ratings.mean,
        mean_low=low,
        mean_high=high,
        reasons=[messages.ReasonCount(reason=reason, count=count) for reason, count in ratings.reasons.items()],
    )
