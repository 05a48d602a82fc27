"""What the API says to the page, written by the contract's own messages in the gateway's JSON."""

from typing import Any

from google.protobuf import json_format
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RequestInfo, RetryInfo
from google.rpc.status_pb2 import Status

from career.generation.v1.generation_pb2 import Attempt, ProviderStatus, StreamRestarted, StreamStarted, Usage
from career.interview.v1.interview_pb2 import Question, QuestionSet
from career.interview.v1.interview_service_pb2 import HealthResponse, StreamQuestionsResponse
from career.learning.v1.learning_path_pb2 import Analysis, AnalysisPoint, LearningPath, LearningResource, LearningStep
from career.learning.v1.learning_service_pb2 import StreamLearningPathResponse
from services.learning.durations import normalise_duration
from tests.support.model_answers import load_answers

KEY = "kim-dev"
SET_ID = "019a8f6e2b7c7d3e8f1a2b3c4d5e6f70"
PATH_ID = "019a8f6e2b7c7d3e8f1a2b3c4d5e6f71"
INVALID_ARGUMENT, NOT_FOUND, RESOURCE_EXHAUSTED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE = 3, 5, 8, 12, 13, 14

Json = dict[str, Any]


def write(message: Message) -> Json:
    """A message as the gateway writes it."""
    return json_format.MessageToDict(
        message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )


def questions() -> list[Question]:
    """Five questions about the documented resume."""
    answer = load_answers("questions")["backend-36m ko 1"].answer
    return [json_format.ParseDict(each, Question()) for each in answer["questions"]]


def steps() -> list[LearningStep]:
    """Steps of a learning path; one resource has a link that must not become one."""
    answer = load_answers("paths")["backend-36m ko 1"].answer
    made = [json_format.ParseDict(_step(each), LearningStep()) for each in answer["learning_paths"]]
    made[0].resources.append(
        LearningResource(title="Redis Documentation", link="https://redis.io/docs/", kind="documentation")
    )
    made[1].resources.append(LearningResource(title="No web address", link="javascript:alert(1)", kind="article"))
    return made


def _step(step: Json) -> Json:
    # Models write durations such as `2~3주`; what is stored is one of them.
    resources = [each if isinstance(each, dict) else {"title": each} for each in step["resources"]]
    return step | {"estimated_duration": normalise_duration(step["estimated_duration"]), "resources": resources}


def question_set(questions: list[Question], **changes: Any) -> QuestionSet:
    """A stored set, which a second provider completed."""
    usage = Usage(input_tokens=2431, output_tokens=1204, cost_usd=0.00312)
    written = QuestionSet(
        question_set_id=SET_ID,
        unique_key=KEY,
        questions=questions,
        language="ko",
        provider="openai",
        model="gpt-5-mini",
        prompt_version="questions/2",
        usage=usage,
        attempts=[
            Attempt(provider="gemini", model="gemini-3.5-flash", outcome="OVERLOADED", duration_ms=812),
            Attempt(provider="openai", model="gpt-5-mini", outcome="OK", duration_ms=4210, usage=usage),
        ],
        **changes,
    )
    written.generated_at.FromJsonString("2026-11-21T11:42:09.142Z")
    return written


def learning_path(steps: list[LearningStep]) -> LearningPath:
    """A stored learning path, with a cost that nobody knows."""
    answer = load_answers("paths")["backend-36m ko 1"].answer
    points = {
        kind: [AnalysisPoint(**point) for point in answer["analysis"][kind]] for kind in ("strengths", "weaknesses")
    }
    path = LearningPath(
        learning_path_id=PATH_ID,
        unique_key=KEY,
        analysis=Analysis(**points),
        learning_paths=steps,
        summary=answer["summary"],
        language="ko",
        provider="claude",
        model="claude-haiku",
        prompt_version="learning_path/2",
        usage=Usage(input_tokens=3120, output_tokens=2207),
        attempts=[Attempt(provider="claude", model="claude-haiku", outcome="OK", duration_ms=6120)],
    )
    path.generated_at.FromJsonString("2026-11-21T11:42:09.142Z")
    return path


def started(provider: str = "gemini", model: str = "gemini-3.5-flash") -> Json:
    """The first event of a stream."""
    return write(StreamQuestionsResponse(started=StreamStarted(provider=provider, model=model)))


def arrived(index: int, item: Question | LearningStep) -> Json:
    """The event of one item."""
    if isinstance(item, Question):
        return write(StreamQuestionsResponse(item=item, index=index))
    return write(StreamLearningPathResponse(item=item, index=index))


def restarted(*kept: int, cause: str = "OVERLOADED") -> Json:
    """The event of another provider that takes over."""
    turn = StreamRestarted(provider="openai", model="gpt-5-mini", cause=cause, kept_indexes=kept)
    return write(StreamQuestionsResponse(restarted=turn))


def completed(answer: QuestionSet | LearningPath) -> Json:
    """The last event of a stream."""
    if isinstance(answer, QuestionSet):
        return write(StreamQuestionsResponse(completed=answer))
    return write(StreamLearningPathResponse(completed=answer))


def failed(status: Status) -> Json:
    """The last event of a stream that failed."""
    return write(StreamQuestionsResponse(failed=status))


def refusal(code: int, reason: str, message: str, retry_seconds: int = 0, **metadata: str) -> Status:
    """An error in the one shape of the API."""
    details: list[Message] = [ErrorInfo(reason=reason, domain="career-coach", metadata=metadata)]
    if retry_seconds:
        details.append(RetryInfo(retry_delay=Duration(seconds=retry_seconds)))
    return _with_details(Status(code=code, message=message), *details, RequestInfo(request_id="req-1"))


def field_refusal(**violations: str) -> Status:
    """A refused resume, with what is wrong by field; `__` stands for a dot."""
    fields = [
        BadRequest.FieldViolation(field=name.replace("__", "."), description=said) for name, said in violations.items()
    ]
    info = ErrorInfo(reason="INVALID_RESUME", domain="career-coach")
    status = Status(code=INVALID_ARGUMENT, message="the resume breaks rules of the contract")
    return _with_details(status, info, BadRequest(field_violations=fields))


def health() -> Json:
    """Two providers, one of them left alone."""
    providers = [
        ProviderStatus(provider="gemini", model="gemini-3.5-flash", circuit="open", cause="OVERLOADED"),
        ProviderStatus(provider="openai", model="gpt-5-mini", circuit="closed"),
        ProviderStatus(provider="local", model="rules-1", circuit="closed"),
    ]
    return write(HealthResponse(status="SERVING", providers=providers))


def _with_details(status: Status, *details: Message) -> Status:
    for detail in details:
        packed = AnyMessage()
        packed.Pack(detail)
        status.details.append(packed)
    return status
