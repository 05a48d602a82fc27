"""Question sets in memory."""

from operator import attrgetter

from services.interview.errors import QuestionSetNotFound
from services.interview.model import QuestionSet
from shared.adapters.memory import MemoryDerivedRepository


def memory_question_sets() -> MemoryDerivedRepository[QuestionSet]:
    """An empty repository."""
    return MemoryDerivedRepository(
        id_of=attrgetter("question_set_id"),
        key_of=attrgetter("unique_key"),
        missing=lambda unique_key, question_set_id: QuestionSetNotFound(
            unique_key=unique_key, question_set_id=question_set_id
        ),
    )
