"""How much a resume asks of the model that reads it."""

from shared.llm.messages import Complexity
from shared.resume_profile.model import Level, ResumeProfile

# Our choice: what a resume at the ends of the examples has more or less of.
MANY_SKILLS, MANY_PROJECTS, MANY_ACHIEVEMENTS = 15, 4, 8
_HARD_FROM = 3


def complexity_of(profile: ResumeProfile) -> Complexity:
    """`simple` for little experience with nothing out of the ordinary, `hard` where three or more signs come together.

    The signs: five years and more, a stack that is hard to run, many skills, many projects, many achievements.
    """
    signs = (
        profile.level is Level.SENIOR,
        profile.hard_to_run,
        len(profile.skills) >= MANY_SKILLS,
        len(profile.projects) >= MANY_PROJECTS,
        len(profile.achievements) >= MANY_ACHIEVEMENTS,
    )
    if sum(signs) >= _HARD_FROM:
        return "hard"
    return "simple" if profile.level is Level.ENTRY and not any(signs) else "ordinary"
