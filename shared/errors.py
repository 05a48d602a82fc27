"""Kinds of failure, free of transport: `shared/rpc/errors.py` alone knows what they are called on the wire.

    CareerError
    ├── InvalidInput      the caller sent what a rule forbids; names every offending field
    ├── NotFound          what was asked for is not there
    ├── AlreadyExists     what was to be made is there already
    ├── Conflict          another request is about the same thing at this moment; trying again will help
    ├── Unavailable       something we depend on does not answer; trying again later may help
    ├── Exhausted         a limit that the operator set is reached; it may help to try again after a while
    └── Failed            we cannot do it, and nothing that the caller sends would change that

A service's `errors.py` subclasses a kind once for each reason of its `error_reason.proto`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


class CareerError(Exception):
    """Something a caller is told of.

    `message` is a template over the keyword facts; the facts become the metadata of the error, so they must never
    be personal data, prompts or answers.
    """

    reason: ClassVar[str]
    message: ClassVar[str]

    def __init__(self, **facts: str) -> None:
        super().__init__(self.message.format(**facts))
        self.facts = facts


@dataclass(frozen=True, slots=True)
class Violation:
    """One field that breaks a rule: its path in the request, such as `contact_info.email`, and the rule."""

    field: str
    description: str


class InvalidInput(CareerError):
    """The caller sent what a rule forbids."""

    def __init__(self, violations: Sequence[Violation] = (), **facts: str) -> None:
        super().__init__(**facts)
        self.violations = tuple(violations)


class NotFound(CareerError):
    """What was asked for is not there."""


class AlreadyExists(CareerError):
    """What was to be made is there already."""


class Conflict(CareerError):
    """Another request is about the same thing at this moment; trying again will help."""


class Unavailable(CareerError):
    """Something we depend on does not answer; trying again later may help."""


class Exhausted(CareerError):
    """A limit that the operator set is reached; it may help to try again after `retry_after` seconds."""

    def __init__(self, *, retry_after: float, **facts: str) -> None:
        super().__init__(**facts)
        self.retry_after = retry_after


class Failed(CareerError):
    """We cannot do it, and nothing that the caller sends would change that."""


class DatabaseUnavailable(Unavailable):
    """The database cannot be reached, is too slow, or cannot do its work."""

    reason = "DATABASE_UNAVAILABLE"
    message = "the database is not available at the moment; try again a little later"
