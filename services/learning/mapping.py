"""Between messages and the model."""

from dataclasses import replace

from career.learning.v1 import learning_path_pb2
from career.learning.v1 import learning_service_pb2 as messages
from services.learning.durations import WEEKLY_HOURS
from services.learning.model import AnalysisPoint, LearningPath, LearningStep
from shared.errors import Violation
from shared.generation.mapping import (
    read_generation_request,
    write_attempts,
    write_restarted,
    write_started,
    write_usage,
)
from shared.generation.model import GenerationRequest
from shared.generation.streaming import Broken, Completed, StreamEvent
from shared.llm.progress import Item, Restarted, Started
from shared.pages import Page
from shared.rpc.errors import status_in_band
from shared.rpc.messages import write_timestamp


def read_request(
    message: messages.GenerateLearningPathRequest | messages.StreamLearningPathRequest,
) -> GenerationRequest:
    """What the caller wishes; raises `InvalidRequest`."""
    weekly_hours = message.weekly_hours if message.HasField("weekly_hours") else None
    least, most = WEEKLY_HOURS
    fits = weekly_hours is None or least <= weekly_hours <= most
    violations = [] if fits else [Violation("weekly_hours", f"must be {least} to {most}")]
    return replace(read_generation_request(message, violations), weekly_hours=weekly_hours)


def write_path(item: LearningPath) -> learning_path_pb2.LearningPath:
    """A path as a message."""
    origin, content = item.provenance, item.content
    return learning_path_pb2.LearningPath(
        learning_path_id=item.learning_path_id,
        unique_key=item.unique_key,
        analysis=learning_path_pb2.Analysis(
            strengths=[_write_point(point) for point in content.analysis.strengths],
            weaknesses=[_write_point(point) for point in content.analysis.weaknesses],
        ),
        learning_paths=[write_step(step) for step in content.steps],
        summary=content.summary,
        language=item.language,
        provider=origin.provider,
        model=origin.model,
        prompt_version=origin.prompt_version,
        generated_at=write_timestamp(origin.generated_at),
        usage=write_usage(origin.usage),
        attempts=write_attempts(origin.attempts),
        warnings=origin.warnings,
    )


def write_step(step: LearningStep) -> learning_path_pb2.LearningStep:
    """A step as a message."""
    return learning_path_pb2.LearningStep(
        type=step.type,
        title=step.title,
        description=step.description,
        category=step.category,
        priority=step.priority,
        estimated_duration=step.estimated_duration,
        resources=[
            learning_path_pb2.LearningResource(title=resource.title, link=resource.link, kind=resource.kind)
            for resource in step.resources
        ],
        link=step.link,
        reason=step.reason,
        analysis_point=step.analysis_point,
    )


def write_event(event: StreamEvent[LearningPath]) -> messages.StreamLearningPathResponse:
    """An event of a stream as a message."""
    match event:
        case Item():
            return messages.StreamLearningPathResponse(index=event.index, item=write_step(event.entry))
        case Started():
            return messages.StreamLearningPathResponse(started=write_started(event))
        case Restarted():
            return messages.StreamLearningPathResponse(restarted=write_restarted(event))
        case Completed():
            return messages.StreamLearningPathResponse(completed=write_path(event.answer))
        case Broken():
            return messages.StreamLearningPathResponse(failed=status_in_band(event.error))


def write_page(page: Page[LearningPath]) -> messages.ListLearningPathsResponse:
    """A page as a message."""
    return messages.ListLearningPathsResponse(
        learning_paths=[write_path(item) for item in page.items], next_page_token=page.next_page_token
    )


def _write_point(point: AnalysisPoint) -> learning_path_pb2.AnalysisPoint:
    return learning_path_pb2.AnalysisPoint(point=point.point, ground=point.ground)
