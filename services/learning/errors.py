"""One class for each reason of `error_reason.proto` that is this service's own."""

from shared.errors import NotFound


class LearningPathNotFound(NotFound):
    """The resume has no learning path of this id."""

    reason = "LEARNING_PATH_NOT_FOUND"
    message = "the resume '{unique_key}' has no learning path '{learning_path_id}'"
