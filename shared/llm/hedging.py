"""How many second providers may be started beside late ones: a small share of all calls, so that cost stays bounded."""

# So many may be started before there were any calls to take a share of: a fresh process needs them most.
BURST = 10.0


class HedgeBudget:
    """A bucket that every call fills by `percent` of a hedge and every hedge empties by one."""

    def __init__(self, percent: float) -> None:
        self._share = percent / 100
        self._saved = BURST if percent > 0 else 0.0

    def note_call(self) -> None:
        """A call was made."""
        self._saved = min(BURST, self._saved + self._share)

    def take(self) -> bool:
        """Whether one more hedge may be started; if so, it is taken off."""
        if self._saved < 1.0:
            return False
        self._saved -= 1.0
        return True

    def give_back(self) -> None:
        """A hedge was taken off that became no request."""
        self._saved = min(BURST, self._saved + 1.0)
