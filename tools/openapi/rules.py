"""What the code demands of fields, as JSON Schema keywords by the full name of the field.

The values are those of the code that enforces them. Where it has no name for one, it is written down here, and a test
asks the code.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec

from services.interview import model as interview
from services.interview.checks import thresholds
from services.learning import checks as learning_checks
from services.learning import model as learning
from services.learning.durations import WEEKLY_HOURS
from services.resume.experience import EXPERIENCE_MONTHS_DIFFER
from services.resume.model import SUMMARY_PREVIEW, Count, Range, ResumeContent, Text
from shared.generation import feedback
from shared.generation.model import CATEGORIES, Language
from shared.llm.breaker import Circuit
from shared.llm.errors import ProviderError
from shared.llm.messages import CIRCUIT_OPEN, OK, OVERTAKEN
from shared.pages import DEFAULT_PAGE_SIZE
from shared.resume_key import MAX_KEY_LENGTH, RESERVED_KEYS
from shared.resume_profile.injection import INSTRUCTIONS_IN_RESUME

Keywords = dict[str, Any]

# Patterns say the same to every engine of regular expressions: no `\w`, no classes of Unicode. Of letters that are not
# ASCII they let everything pass; the description has the whole rule.
KEY_PATTERN = rf"^(?!({'|'.join(re.escape(word) for word in sorted(RESERVED_KEYS))})$)[^\x00-,/:-@\[-^`{{-\x7f]+$"
PROVIDER_PATTERN = r"^[A-Za-z0-9_-]{0,32}$"
DAY_PATTERN = r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$"
DURATION_PATTERN = r"^[1-9][0-9]{0,2}(일|주|개월)$"
_FORM_PATTERNS = {
    "mail": r"""^([^\s@"(),:;<>\[\\\]]{1,64}@[^\s@]+\.[^\s@]+)?$""",
    "url": r"^([Hh][Tt][Tt][Pp][Ss]?://[^\s]+)?$",
}
_REQUIRED_PATTERN = r"\S"


def _outcomes() -> tuple[str, ...]:
    """How an attempt can end that an answer lists, `OK` first."""
    return (OK, *sorted({OVERTAKEN, CIRCUIT_OPEN, *_failures(ProviderError)}))


def _failures(error: type[ProviderError]) -> Iterator[str]:
    yield error.reason
    for kind in error.__subclasses__():
        yield from _failures(kind)


_LANGUAGES = get_args(Language)
_OUTCOMES = _outcomes()
_FEEDBACK_REASONS = ("", *feedback.REASONS)

# Texts of which every value is known. An empty text among the values means that the field may be left out.
VOCABULARIES: Mapping[str, Sequence[str]] = {
    "career.generation.v1.Attempt.outcome": _OUTCOMES,
    "career.generation.v1.ProviderStatus.circuit": tuple(circuit.value for circuit in Circuit),
    "career.generation.v1.ProviderStatus.cause": ("", *_OUTCOMES[1:]),
    "career.generation.v1.StreamRestarted.cause": _OUTCOMES,
    "career.generation.v1.Feedback.reason": _FEEDBACK_REASONS,
    "career.generation.v1.ReasonCount.reason": feedback.REASONS,
    "career.interview.v1.CreateFeedbackRequest.reason": _FEEDBACK_REASONS,
    "career.interview.v1.GenerateQuestionsRequest.language": ("", *_LANGUAGES),
    "career.interview.v1.HealthResponse.service": ("career.interview.v1.InterviewService",),
    "career.interview.v1.HealthResponse.status": ("SERVING",),
    "career.interview.v1.Question.category": CATEGORIES,
    "career.interview.v1.Question.difficulty": interview.DIFFICULTIES,
    "career.interview.v1.Question.type": interview.TYPES,
    "career.interview.v1.QuestionSet.language": _LANGUAGES,
    "career.interview.v1.QuestionSet.warnings": (INSTRUCTIONS_IN_RESUME,),
    "career.interview.v1.StreamQuestionsRequest.language": ("", *_LANGUAGES),
    "career.learning.v1.CreateFeedbackRequest.reason": _FEEDBACK_REASONS,
    "career.learning.v1.GenerateLearningPathRequest.language": ("", *_LANGUAGES),
    "career.learning.v1.HealthResponse.service": ("career.learning.v1.LearningService",),
    "career.learning.v1.HealthResponse.status": ("SERVING",),
    "career.learning.v1.LearningPath.language": _LANGUAGES,
    "career.learning.v1.LearningPath.warnings": (INSTRUCTIONS_IN_RESUME,),
    "career.learning.v1.LearningResource.kind": learning.RESOURCE_KINDS,
    "career.learning.v1.LearningStep.category": CATEGORIES,
    "career.learning.v1.LearningStep.priority": learning.PRIORITIES,
    "career.learning.v1.LearningStep.type": learning.STEP_TYPES,
    "career.learning.v1.StreamLearningPathRequest.language": ("", *_LANGUAGES),
    "career.resume.v1.HealthResponse.service": ("career.resume.v1.ResumeService",),
    "career.resume.v1.HealthResponse.status": ("SERVING",),
    "career.resume.v1.Resume.warnings": (EXPERIENCE_MONTHS_DIFFER,),
}


def _span(low: int, high: int) -> Keywords:
    return {"minimum": low, "maximum": high}


def _length(low: int, high: int) -> Keywords:
    return {"minLength": low, "maxLength": high}


def _entries(low: int, high: int) -> Keywords:
    return {"minItems": low, "maxItems": high}


_RATING = _span(*feedback.RATINGS)
_COMMENT = {"maxLength": feedback.MAX_COMMENT_LENGTH}
_SHARE = _span(0, 1)
_WEEKLY_HOURS = _span(*WEEKLY_HOURS)
_INDEX = {"minimum": 0}

LIMITS: Mapping[str, Keywords] = {
    "career.generation.v1.CheckPassRate.pass_rate": _SHARE,
    "career.generation.v1.Feedback.comment": _COMMENT,
    "career.generation.v1.Feedback.item": _INDEX,
    "career.generation.v1.Feedback.rating": _RATING,
    "career.generation.v1.PromptStats.pass_rate": _SHARE,
    "career.generation.v1.PromptStats.share": _SHARE,
    "career.generation.v1.RatingStats.mean": _RATING,
    "career.generation.v1.RatingStats.mean_high": _RATING,
    "career.generation.v1.RatingStats.mean_low": _RATING,
    "career.generation.v1.Rejection.item": _INDEX,
    "career.interview.v1.CreateFeedbackRequest.comment": _COMMENT,
    "career.interview.v1.CreateFeedbackRequest.item": _INDEX | {"maximum": interview.QUESTION_COUNT - 1},
    "career.interview.v1.CreateFeedbackRequest.rating": _RATING,
    "career.interview.v1.Question.question": _length(thresholds.MIN_QUESTION_LENGTH, thresholds.MAX_QUESTION_LENGTH),
    "career.interview.v1.Question.reason": _length(thresholds.MIN_REASON_LENGTH, thresholds.MAX_REASON_LENGTH),
    "career.interview.v1.QuestionSet.questions": _entries(interview.QUESTION_COUNT, interview.QUESTION_COUNT),
    "career.interview.v1.StreamQuestionsResponse.index": _INDEX,
    "career.learning.v1.CreateFeedbackRequest.comment": _COMMENT,
    "career.learning.v1.CreateFeedbackRequest.item": _INDEX | {"maximum": learning.MAX_STEPS - 1},
    "career.learning.v1.CreateFeedbackRequest.rating": _RATING,
    "career.learning.v1.GenerateLearningPathRequest.weekly_hours": _WEEKLY_HOURS,
    "career.learning.v1.LearningPath.learning_paths": _entries(learning.MIN_STEPS, learning.MAX_STEPS),
    "career.learning.v1.LearningStep.estimated_duration": {"pattern": DURATION_PATTERN},
    "career.learning.v1.LearningStep.reason": _length(*learning_checks.REASON_CHARACTERS),
    "career.learning.v1.LearningStep.resources": _entries(*learning_checks.RESOURCES),
    "career.learning.v1.StreamLearningPathRequest.weekly_hours": _WEEKLY_HOURS,
    "career.learning.v1.StreamLearningPathResponse.index": _INDEX,
    "career.resume.v1.ResumeSummary.summary": {"maxLength": SUMMARY_PREVIEW},
}
# Fields that mean the same wherever a request has them.
_REQUEST_FIELDS: Mapping[str, Keywords] = {
    "unique_key": {
        "minLength": 1,
        "maxLength": MAX_KEY_LENGTH,
        "pattern": KEY_PATTERN,
    },
    "page_size": {"minimum": 0, "default": DEFAULT_PAGE_SIZE},
    "provider": {"pattern": PROVIDER_PATTERN},
    "day": {"pattern": DAY_PATTERN},
}

# Messages that every answer of their kind has; protobuf itself cannot say so.
ALWAYS_SET = frozenset(
    {
        "career.generation.v1.ProviderUsage.usage",
        "career.generation.v1.PromptStats.ratings",
        "career.interview.v1.Question.evidence",
        "career.learning.v1.LearningPath.analysis",
    }
)


def keywords_of(full_name: str, *, is_request: bool) -> Keywords:
    """What the code demands of a field; empty where it demands nothing. A list's entries stand below `items`."""
    field = full_name.rpartition(".")[2]
    found = dict(_REQUEST_FIELDS.get(field, {})) if is_request else {}
    found |= LIMITS.get(full_name, {}) | resume_rules().get(full_name, {})
    if full_name in VOCABULARIES:
        found["enum"] = list(VOCABULARIES[full_name])
    return found


@cache
def resume_rules() -> Mapping[str, Keywords]:
    """The rules that stand at the fields of the resume's model, by the fields of the contract."""
    return dict(_struct_rules(ResumeContent, "career.resume.v1.Resume"))


def _struct_rules(struct: type[msgspec.Struct], message: str) -> Iterator[tuple[str, Keywords]]:
    for name, hint in get_type_hints(struct, include_extras=True).items():
        inner, rule = _read_hint(hint)
        if rule is not None:
            yield f"{message}.{name}", rule
        if isinstance(inner, type) and issubclass(inner, msgspec.Struct):
            yield from _struct_rules(inner, f"career.resume.v1.{inner.__name__}")


def _read_hint(hint: Any) -> tuple[Any, Keywords | None]:  # noqa: ANN401 - a type hint has no type
    """The type below the rules, and the rules as keywords."""
    if get_origin(hint) in (Union, UnionType):
        return _read_hint(next(argument for argument in get_args(hint) if argument is not type(None)))
    if get_origin(hint) is not Annotated:
        return hint, None
    inner, rule = get_args(hint)
    if isinstance(rule, Count):
        item, item_rule = _read_hint(get_args(inner)[0])
        return item, {"maxItems": rule.limit} | ({"items": item_rule} if item_rule else {})
    if isinstance(rule, Range):
        return inner, _span(rule.low, rule.high)
    if isinstance(rule, Text):
        return inner, _read_text(rule)
    raise TypeError(f"no keywords for {rule}")


def _read_text(rule: Text) -> Keywords:
    keywords: Keywords = {"maxLength": rule.limit}
    if rule.form in _FORM_PATTERNS:
        keywords["pattern"] = _FORM_PATTERNS[rule.form]
    if rule.required:
        keywords |= {"minLength": 1, "pattern": _REQUIRED_PATTERN}
    return keywords
