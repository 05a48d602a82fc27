"""What a caller can ask of the interview service: the use cases of every generator, for question sets."""

from collections.abc import Sequence

from services.interview.model import Question, QuestionSet
from shared.generation.feedback import FeedbackUseCases
from shared.generation.model import GenerationRequest, Provenance
from shared.generation.use_cases import GenerationUseCases

QuestionUseCases = GenerationUseCases[tuple[Question, ...], QuestionSet]
QuestionFeedbackUseCases = FeedbackUseCases[QuestionSet]


def questions_of(item: QuestionSet) -> Sequence[str]:
    """What a later set must not repeat."""
    return [question.question for question in item.questions]


def assemble_set(
    set_id: str, request: GenerationRequest, questions: tuple[Question, ...], provenance: Provenance
) -> QuestionSet:
    """A set of what was written."""
    return QuestionSet(set_id, request.unique_key, request.language, questions, provenance)
