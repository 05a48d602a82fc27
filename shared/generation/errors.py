"""One class for each reason of `error_reason.proto` that both generators share."""

from collections.abc import Sequence

from shared.errors import Exhausted, Failed, InvalidInput, NotFound, Unavailable, Violation
from shared.llm.messages import Attempt


class ResumeNotFound(NotFound):
    """No resume has this key."""

    reason = "RESUME_NOT_FOUND"
    message = "no resume has the unique_key '{unique_key}'"


class ResumeServiceUnavailable(Unavailable):
    """The resume service cannot be reached or is too slow."""

    reason = "RESUME_SERVICE_UNAVAILABLE"
    message = "the resume service is not available at the moment; try again a little later"


class InvalidRequest(InvalidInput):
    """A field of the request breaks a rule."""

    reason = "INVALID_REQUEST"
    message = "the request breaks the rules of the contract"


def refuse(violations: Sequence[Violation]) -> None:
    """Raises `InvalidRequest` unless there is nothing wrong."""
    if violations:
        raise InvalidRequest(violations)


class ProviderUnavailable(InvalidInput):
    """The provider that was asked for is unknown or has no key."""

    reason = "PROVIDER_NOT_AVAILABLE"
    message = "the provider is not available"


class EveryProviderFailed(Failed):
    """No provider gave an answer that passes the checks. Says of each attempt who was asked and why it failed."""

    reason = "ALL_PROVIDERS_FAILED"
    message = "no provider gave a usable answer: {summary}"

    def __init__(self, attempts: Sequence[Attempt]) -> None:
        lines = [_describe(attempt) for attempt in attempts]
        super().__init__(summary="; ".join(lines) or "there was no time to ask any")
        self.facts = {
            "attempts": str(len(lines)),
            **{f"attempt_{number}": line for number, line in enumerate(lines, start=1)},
        }


class TooManyCalls(Exhausted):
    """More requests to providers than the operator allows, at once or a minute."""

    reason = "TOO_MANY_CALLS"
    message = "too many requests to the providers at the moment; try again a little later"


class BudgetExhausted(Exhausted):
    """What the operator allows to be spent a day or a month is used up."""

    reason = "BUDGET_EXHAUSTED"
    message = "the budget for asking providers is used up for now"


def _describe(attempt: Attempt) -> str:
    checks = f" ({', '.join(attempt.failed_checks)})" if attempt.failed_checks else ""
    return f"{attempt.provider} {attempt.model} {attempt.outcome}{checks}"
