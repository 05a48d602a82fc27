"""What servers that speak OpenAI's chat completions turned out to take, remembered for the whole process."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

# A server that was set up anew gets another chance to be asked in the best way.
_REMEMBERED_SECONDS = 3600.0
# Servers, models and schemas are few: the bound is for a configuration that changes them all the time.
_MOST = 1024


class Form(IntEnum):
    """How the schema is asked for, the best first."""

    SCHEMA = 0
    OBJECT = 1
    WORDS = 2


@dataclass(frozen=True, slots=True)
class Dialect:
    """`reports_usage` is whether a stream may be asked for its token counts."""

    form: Form = Form.SCHEMA
    reports_usage: bool = True

    def after(self, refusal: str, *, streamed: bool, proven: bool) -> "Dialect | None":
        """How to ask after a `refusal`, the server's words; None where no other way is left.

        A form that is `proven` was taken before, so the refusal has another cause.
        """
        # Whoever repeats the whole request names the one thing as well as the other.
        if streamed and self.reports_usage and "stream_options" in refusal and "response_format" not in refusal:
            return Dialect(self.form, reports_usage=False)
        if proven or self.form is Form.WORDS:
            return None
        return Dialect(Form(self.form + 1), self.reports_usage)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a dialect is known of: a server may take one schema and refuse another."""

    host: str
    model: str
    schema_name: str


class Dialects:
    """The last dialect that was answered in, of each subject, for an hour. `now` is a monotonic clock in seconds."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._known: dict[Subject, tuple[float, Dialect]] = {}

    def find(self, subject: Subject) -> Dialect | None:
        """What is remembered; None where nothing is, or no longer."""
        ends, dialect = self._known.get(subject, (0.0, None))
        if dialect is not None and ends <= self._now():
            del self._known[subject]
            return None
        return dialect

    def remember(self, subject: Subject, dialect: Dialect) -> None:
        """Notes that the server answered; the oldest note makes room where there are too many."""
        if len(self._known) >= _MOST and subject not in self._known:
            del self._known[next(iter(self._known))]
        self._known[subject] = (self._now() + _REMEMBERED_SECONDS, dialect)

    def forget(self) -> None:
        """Forgets everything."""
        self._known.clear()


DIALECTS = Dialects()
