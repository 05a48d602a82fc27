"""Between messages and the model."""

from dataclasses import replace

from career.interview.v1 import interview_pb2
from career.interview.v1 import interview_service_pb2 as messages
from services.interview.model import Question, QuestionSet
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


def read_request(message: messages.GenerateQuestionsRequest | messages.StreamQuestionsRequest) -> GenerationRequest:
    """What the caller wishes; raises `InvalidRequest`."""
    return replace(read_generation_request(message), allow_repeats=message.allow_repeats)


def write_set(item: QuestionSet) -> interview_pb2.QuestionSet:
    """A set as a message."""
    origin = item.provenance
    return interview_pb2.QuestionSet(
        question_set_id=item.question_set_id,
        unique_key=item.unique_key,
        questions=[write_question(question) for question in item.questions],
        language=item.language,
        provider=origin.provider,
        model=origin.model,
        prompt_version=origin.prompt_version,
        generated_at=write_timestamp(origin.generated_at),
        usage=write_usage(origin.usage),
        attempts=write_attempts(origin.attempts),
        warnings=origin.warnings,
    )


def write_question(question: Question) -> interview_pb2.Question:
    """A question as a message."""
    return interview_pb2.Question(
        question=question.question,
        category=question.category,
        difficulty=question.difficulty,
        type=question.type,
        topic=question.topic,
        reason=question.reason,
        evidence=interview_pb2.Evidence(path=question.evidence.path, quote=question.evidence.quote),
        what_good_answers_cover=question.what_good_answers_cover,
    )


def write_event(event: StreamEvent[QuestionSet]) -> messages.StreamQuestionsResponse:
    """An event of a stream as a message."""
    match event:
        case Item():
            return messages.StreamQuestionsResponse(index=event.index, item=write_question(event.entry))
        case Started():
            return messages.StreamQuestionsResponse(started=write_started(event))
        case Restarted():
            return messages.StreamQuestionsResponse(restarted=write_restarted(event))
        case Completed():
            return messages.StreamQuestionsResponse(completed=write_set(event.answer))
        case Broken():
            return messages.StreamQuestionsResponse(failed=status_in_band(event.error))


def write_page(page: Page[QuestionSet]) -> messages.ListQuestionSetsResponse:
    """A page as a message."""
    return messages.ListQuestionSetsResponse(
        question_sets=[write_set(item) for item in page.items], next_page_token=page.next_page_token
    )
