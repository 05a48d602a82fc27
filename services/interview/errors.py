"""One class for each reason of `error_reason.proto` that is this service's own."""

from shared.errors import NotFound


class QuestionSetNotFound(NotFound):
    """The resume has no set of this id."""

    reason = "QUESTION_SET_NOT_FOUND"
    message = "the resume '{unique_key}' has no question set '{question_set_id}'"
