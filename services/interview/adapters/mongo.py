"""Question sets in MongoDB."""

from operator import attrgetter

from services.interview.errors import QuestionSetNotFound
from services.interview.model import QuestionSet
from shared.adapters.mongo import MongoDerivedRepository
from shared.database import Database

COLLECTION = "interviews"


def mongo_question_sets(database: Database) -> MongoDerivedRepository[QuestionSet]:
    """The repository over this service's own collection."""
    return MongoDerivedRepository(
        database.collection(COLLECTION),
        QuestionSet,
        id_of=attrgetter("question_set_id"),
        key_of=attrgetter("unique_key"),
        missing=lambda unique_key, question_set_id: QuestionSetNotFound(
            unique_key=unique_key, question_set_id=question_set_id
        ),
    )
