"""One class for each reason of `error_reason.proto` that is this service's own."""

from shared.errors import AlreadyExists, InvalidInput, NotFound, Unavailable


class ResumeNotFound(NotFound):
    """No resume has this key."""

    reason = "RESUME_NOT_FOUND"
    message = "no resume has the unique_key '{unique_key}'"


class ResumeAlreadyExists(AlreadyExists):
    """The chosen key is taken."""

    reason = "RESUME_ALREADY_EXISTS"
    message = "the unique_key '{unique_key}' is taken"


class InvalidResume(InvalidInput):
    """The resume or its key breaks a rule."""

    reason = "INVALID_RESUME"
    message = "the resume breaks the rules of the contract"


class InvalidJsonResume(InvalidInput):
    """The document is no JSON Resume that can be taken, or its key breaks a rule."""

    reason = "INVALID_JSON_RESUME"
    message = "the JSON Resume document cannot be taken"


class ErasureIncomplete(Unavailable):
    """A service that holds derived data did not confirm its erasure."""

    reason = "ERASURE_INCOMPLETE"
    message = "the resume '{unique_key}' is hidden, but not all data derived from it is erased yet; call again"
