"""Months of experience: what the work of a resume says, held against what the resume states."""

from dataclasses import dataclass
from datetime import date

from services.resume.model import ResumeContent
from shared.resume_profile.duration import count_months

EXPERIENCE_MONTHS_DIFFER = "EXPERIENCE_MONTHS_DIFFER"
# People round, and count the month in which a job ends or do not.
_TOLERATED_MONTHS = 3
_TOLERATED_SHARE = 10  # one in ten


@dataclass(frozen=True, slots=True)
class Experience:
    """Months that the durations of work cover together, None where none can be read; and what a reader should know."""

    months: int | None
    warnings: tuple[str, ...] = ()


def compute_experience(content: ResumeContent, today: date) -> Experience:
    """The union of the periods of work up to `today`; a warning where the stated months are far from it."""
    months, counted = count_months((work.duration for work in content.work_experiences), today)
    if not counted:
        return Experience(None)
    is_complete = counted == len(content.work_experiences)
    differs = _differs(content.total_experience_months, months, is_complete=is_complete)
    return Experience(months, (EXPERIENCE_MONTHS_DIFFER,) if differs else ())


def _differs(stated: int | None, computed: int, *, is_complete: bool) -> bool:
    if stated is None or (stated > computed and not is_complete):
        return False
    difference = abs(stated - computed)
    return difference > _TOLERATED_MONTHS and difference * _TOLERATED_SHARE > stated
