"""What a caller can ask of the learning service: the use cases of every generator, for learning paths."""

from services.learning.model import LearningPath, PathContent
from shared.generation.feedback import FeedbackUseCases
from shared.generation.model import GenerationRequest, Provenance
from shared.generation.use_cases import GenerationUseCases

LearningPathUseCases = GenerationUseCases[PathContent, LearningPath]
PathFeedbackUseCases = FeedbackUseCases[LearningPath]


def assemble_path(
    path_id: str, request: GenerationRequest, content: PathContent, provenance: Provenance
) -> LearningPath:
    """A path of what was written."""
    return LearningPath(path_id, request.unique_key, request.language, content, provenance)


def count_steps(item: LearningPath) -> int:
    """How many steps it has."""
    return len(item.content.steps)
