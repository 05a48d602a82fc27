"""What a caller can ask of the interview service: the use cases of every generator, for question sets."""

from services.interview.model import Question, QuestionSet
from shared.generation.model import GenerationRequest, Provenance
from shared.generation.use_cases import GenerationUseCases

QuestionUseCases = GenerationUseCases[tuple[Question, ...], QuestionSet]


def assemble_set(
    set_id: str, request: GenerationRequest, questions: tuple[Question, ...], provenance: Provenance
) -> QuestionSet:
    """A set of what was written."""
    return QuestionSet(set_id, request.unique_key, request.language, questions, provenance)
