"""Every attempt of one call, as it is told to whoever asked and to whoever watches."""

from collections.abc import Sequence

import structlog

from shared.llm.call import OnAttempt
from shared.llm.messages import ABANDONED, OK, Attempt

log = structlog.get_logger()


class Ledger:
    """Attempts by the number of their start. `watchers` hear of each as it ends; they must not raise."""

    def __init__(self, watchers: Sequence[OnAttempt | None] = ()) -> None:
        self._attempts: dict[int, Attempt] = {}
        self._watchers = [watch for watch in watchers if watch is not None]

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """Those that have ended, in the order of their starts."""
        return tuple(self._attempts[number] for number in sorted(self._attempts))

    @property
    def has_asked(self) -> bool:
        """Whether any provider was asked, and not all passed over."""
        return any(attempt.asked for attempt in self._attempts.values())

    @property
    def tokens(self) -> int:
        """Input and output of all attempts, as far as they are known."""
        known = [attempt.usage for attempt in self._attempts.values() if attempt.usage is not None]
        return sum(usage.input_tokens + usage.output_tokens + usage.thinking_tokens for usage in known)

    def note(self, number: int, attempt: Attempt) -> None:
        """Takes an attempt that has ended."""
        self._attempts[number] = attempt
        if attempt.asked and attempt.outcome not in (OK, ABANDONED):
            log.warning(
                "llm.attempt_failed",
                provider=attempt.provider,
                model=attempt.model,
                outcome=attempt.outcome,
                duration_ms=attempt.duration_ms,
                failed_checks=list(attempt.failed_checks),
                kept_items=attempt.kept_items,
            )
        for watch in self._watchers:
            watch(attempt)
