"""Learning paths in memory."""

from operator import attrgetter

from services.learning.errors import LearningPathNotFound
from services.learning.model import LearningPath
from shared.adapters.memory import MemoryDerivedRepository


def memory_learning_paths() -> MemoryDerivedRepository[LearningPath]:
    """An empty repository."""
    return MemoryDerivedRepository(
        id_of=attrgetter("learning_path_id"),
        key_of=attrgetter("unique_key"),
        missing=lambda unique_key, learning_path_id: LearningPathNotFound(
            unique_key=unique_key, learning_path_id=learning_path_id
        ),
    )
