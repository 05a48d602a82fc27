"""How many questions of each difficulty an experience calls for."""

from collections.abc import Mapping

from services.interview.model import DIFFICULTIES
from shared.resume_profile.model import Level, ResumeProfile

# Questions out of five in the order of DIFFICULTIES.
COUNTS: Mapping[Level, tuple[int, int, int]] = {
    Level.ENTRY: (2, 2, 1),
    Level.MIDDLE: (1, 3, 1),
    Level.SENIOR: (0, 2, 3),
}


def difficulty_counts(profile: ResumeProfile) -> dict[str, int]:
    """Questions of each difficulty. A stack that is hard to run moves one of the most frequent lower level up."""
    counts = list(COUNTS[profile.level])
    if profile.hard_to_run:
        level = 0 if counts[0] >= counts[1] else 1
        counts[level] -= 1
        counts[level + 1] += 1
    return dict(zip(DIFFICULTIES, counts, strict=True))
