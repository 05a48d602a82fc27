"""What was kept of broken answers in the course of one call, and what is still to be asked for."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import structlog

from shared.llm.continuation import Continuation, Kept
from shared.llm.endpoint import Endpoint
from shared.llm.messages import Completion, Prompt

# How often the provider of an answer that was partly good is asked for the rest itself, before the next one is.
MAX_REPAIRS = 2


class Salvage:
    """Keeps the most that any answer has brought so far. Without a `continuation` it keeps nothing."""

    def __init__(self, continuation: Continuation | None) -> None:
        self._continuation = continuation
        self.kept: Kept | None = None
        # What the last answer that was refused did not pass.
        self.failed_checks: tuple[str, ...] = ()
        self._repairs: Counter[Endpoint] = Counter()

    def ask(self, prompt: Prompt) -> Prompt:
        """The prompt for what is missing; the whole prompt where nothing was kept."""
        if self.kept is None or self._continuation is None:
            return prompt
        return self._continuation.prompt(prompt, self.kept, self.failed_checks)

    def join(self, kept: Kept | None, completion: Completion) -> Completion:
        """A completion together with what had been `kept` when it was asked for."""
        if kept is None or self._continuation is None:
            return completion
        return replace(completion, text=self._continuation.join(kept, completion.text))

    def keep(self, pieces: Sequence[str], kept: Kept | None) -> int | None:
        """Keeps what is good of an answer that broke off; tells how many items that is more than anyone had before.

        None where nothing was gained. `kept` is what had been kept when it was asked for.
        """
        if self._continuation is None or not pieces:
            return None
        text = "".join(pieces)
        try:
            found = self._continuation.keep(text if kept is None else self._continuation.join(kept, text))
        except Exception as error:  # whoever asks has a failed attempt in hand and others to go to
            structlog.get_logger().error("llm.keep_broke", kind=type(error).__name__)
            return None
        if found is None or _worth(found) <= _worth(self.kept):
            return None
        gained = found.items - (self.kept.items if self.kept is not None else 0)
        self.kept = found
        return gained

    def may_repair(self, endpoint: Endpoint) -> bool:
        """Whether this provider, whose answer was partly good, is to be asked for the rest; if so, that is counted."""
        if self.kept is None or self._repairs[endpoint] >= MAX_REPAIRS:
            return False
        self._repairs[endpoint] += 1
        return True

    def drop_whole(self) -> None:
        """Forgets what was kept where nothing is missing from it: all of it together is no good answer."""
        if self.kept is not None and not self.kept.missing:
            self.kept = None


def _worth(kept: Kept | None) -> tuple[int, int]:
    return (0, 0) if kept is None else (kept.items, -kept.missing)
