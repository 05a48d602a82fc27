"""Learning paths in MongoDB."""

from operator import attrgetter

from services.learning.errors import LearningPathNotFound
from services.learning.model import LearningPath
from shared.adapters.mongo import MongoDerivedRepository
from shared.database import Database

COLLECTION = "learning_paths"


def mongo_learning_paths(database: Database) -> MongoDerivedRepository[LearningPath]:
    """The repository over this service's own collection."""
    return MongoDerivedRepository(
        database.collection(COLLECTION),
        LearningPath,
        id_of=attrgetter("learning_path_id"),
        key_of=attrgetter("unique_key"),
        missing=lambda unique_key, learning_path_id: LearningPathNotFound(
            unique_key=unique_key, learning_path_id=learning_path_id
        ),
    )
