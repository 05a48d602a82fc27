"""Durations of steps."""

import pytest

from services.learning.checks import check_path
from services.learning.durations import (
    MAX_DAYS,
    STEP_HOURS,
    WEEKLY_HOURS,
    describe_pace,
    duration_bounds,
    fit_duration,
    normalise_duration,
    parse_duration,
)
from shared.generation.model import Subject
from shared.resume_profile.model import Level
from tests.support.resumes import example
from tests.unit.learning.paths import subject_of, with_step

HOURS = range(WEEKLY_HOURS[0], WEEKLY_HOURS[1] + 1)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("1일", 1),
        ("10일", 10),
        ("1주", 7),
        ("3주", 21),
        ("26주", 182),
        ("1개월", 30),
        ("6개월", 180),
        ("182일", MAX_DAYS),
    ],
    ids=lambda value: str(value),
)
def test_a_closed_duration_has_days(text: str, days: int) -> None:
    """A week has seven days and a month thirty; 26 weeks are the most."""
    found = parse_duration(text)

    assert found == days


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0주",
        "27주",
        "183일",
        "7개월",
        "3",
        "주",
        "3 주",
        "3주간",
        "약 3주",
        "2~3주",
        "3 weeks",
        "꾸준히",
        "-1주",
        "03주",
        "1개월 2주",
    ],
    ids=lambda text: text or "empty",
)
def test_anything_else_has_none(text: str) -> None:
    """A text of another form, or out of bounds, is no duration."""
    found = parse_duration(text)

    assert found is None


@pytest.mark.parametrize(
    ("written", "closed"),
    [
        ("3주", "3주"),
        (" 3 주 ", "3주"),
        ("3주간", "3주"),
        ("1주일", "1주"),
        ("약 3주", "3주"),
        ("2~3주", "3주"),
        ("10일 정도", "10일"),
        ("2달", "2개월"),
        ("3 weeks", "3주"),
        ("1 week", "1주"),
        ("about 2-3 Weeks", "3주"),
        ("10 days", "10일"),
        ("2 to 4 months", "4개월"),
        ("1.5개월", "45일"),
        ("1.25개월", "1.25개월"),
        ("2주~3주", "3주"),
        ("3~4주 소요", "4주"),
        ("4주 (주 5시간)", "4주"),
        ("2주 이내", "2주"),
        ("한 달", "1개월"),
        ("두 달 정도", "2개월"),
        ("네 주", "4주"),
        ("꾸준히", "꾸준히"),
        ("한동안", "한동안"),
        ("a few weeks", "a few weeks"),
    ],
    ids=lambda text: text.strip(),
)
def test_what_models_write_is_brought_into_the_closed_form(written: str, closed: str) -> None:
    """Qualifiers go, a range counts by its longer end, units become Korean; the unreadable stays as it is."""
    found = normalise_duration(written)

    assert found == closed


@pytest.mark.parametrize(
    ("level", "weekly_hours", "bounds"),
    [
        (Level.ENTRY, None, (1, MAX_DAYS)),
        (Level.ENTRY, 1, (42, MAX_DAYS)),
        (Level.ENTRY, 10, (5, 112)),
        (Level.MIDDLE, 10, (4, 91)),
        (Level.SENIOR, 10, (3, 70)),
        (Level.SENIOR, 80, (1, 8)),
    ],
    ids=str,
)
def test_who_has_more_time_needs_fewer_days(level: Level, weekly_hours: int | None, bounds: tuple[int, int]) -> None:
    """The bounds in hours of a level become days by the hours of a week; beginners need more of them."""
    found = duration_bounds(level, weekly_hours)

    assert found == bounds


@pytest.mark.parametrize("level", Level, ids=str)
def test_a_usual_duration_is_made_to_fit(level: Level) -> None:
    """For every number of hours the result is a closed duration within the bounds, and more time makes it no longer."""
    fitted = {
        (weeks, hours): parse_duration(fit_duration(weeks, level, hours)) for weeks in range(1, 9) for hours in HOURS
    }

    strange = [key for key, days in fitted.items() if days is None or not _within(days, duration_bounds(level, key[1]))]
    longer = [
        (weeks, hours)
        for weeks in range(1, 9)
        for hours in HOURS[1:]
        if (fitted[weeks, hours] or 0) > (fitted[weeks, hours - 1] or 0)
    ]

    assert (strange, longer) == ([], [])


def _within(days: int, bounds: tuple[int, int]) -> bool:
    return bounds[0] <= days <= bounds[1]


@pytest.mark.parametrize(
    ("weeks", "hours", "fitted"),
    [(3, 8, "3주"), (3, 4, "6주"), (3, 24, "7일"), (2, 40, "3일"), (1, 16, "4일"), (8, 2, "26주"), (1, 80, "1일")],
    ids=str,
)
def test_a_fitted_duration_is_in_whole_weeks_where_it_can_be(weeks: int, hours: int, fitted: str) -> None:
    """Twice the hours are half the time, down to days and up to the longest duration."""
    found = fit_duration(weeks, Level.MIDDLE, hours)

    assert found == fitted


@pytest.mark.parametrize(
    ("weekly_hours", "duration", "failed"),
    [
        (None, "26주", set()),
        (None, "1일", set()),
        (10, "3주", set()),
        (10, "13주", set()),
        (10, "14주", {"duration"}),
        (10, "3일", {"duration"}),
        (2, "3주", set()),
        (2, "2주", {"duration"}),
        (80, "1일", set()),
        (80, "3주", {"duration"}),
    ],
    ids=str,
)
def test_a_duration_fits_the_hours_of_a_week(weekly_hours: int | None, duration: str, failed: set[str]) -> None:
    """A step that takes far more or far fewer hours than its level needs is rejected, once the hours are known."""
    profile = subject_of(example("backend-36m")).profile
    content = with_step(0, estimated_duration=duration)

    rejections = check_path(content, Subject(profile, "ko", weekly_hours=weekly_hours))

    assert {rejection.check for rejection in rejections if rejection.item == 0} == failed


def test_a_prompt_is_told_the_hours_and_what_follows() -> None:
    """The bounds that the check holds are named in hours and in days; without hours, those that hold for all."""
    told, untold = describe_pace(Level.MIDDLE, 10), describe_pace(Level.MIDDLE, None)

    fewest, most = STEP_HOURS[Level.MIDDLE]
    assert all(part in told for part in ("10시간", f"{fewest}시간", f"{most}시간", "4일", "91일"))
    assert untold == "하루에서 26주 사이입니다."
