"""Durations of steps: `10일`, `3주`, `2개월`. A week has 7 days and a month 30; a step takes 1 day to 26 weeks.

Where the hours of a week are known, a duration stands for hours of learning, and these have bounds by level: beginners
need more of them for the same step. The bounds are wide; they catch what nobody could do, or nobody would call a step.
"""

import re
from collections.abc import Mapping
from math import ceil

from shared.resume_profile.model import Level

MAX_DAYS = 26 * 7
WEEKLY_HOURS = (1, 80)
USUAL_WEEKLY_HOURS = 8  # what a duration is meant for where nothing is said
# Fewest and most hours of learning in one step.
STEP_HOURS: Mapping[Level, tuple[int, int]] = {Level.ENTRY: (6, 160), Level.MIDDLE: (5, 130), Level.SENIOR: (4, 100)}
_DAYS_PER_WEEK = 7
_DAYS_PER_UNIT = {"일": 1, "주": 7, "개월": 30}
_CLOSED = re.compile(r"([1-9][0-9]{0,2})(일|주|개월)")

# What models write instead: a qualifier, a range, an English or a longer Korean unit.
_OPEN = re.compile(
    r"(?:약|대략|총|about|approx\.?|around|~)?\s*(?:[0-9]{1,3}\s*(?:일|주|개월|달)?\s*(?:~|-|–|to|에서)\s*)?([0-9]{1,3}(?:\.5)?)\s*"
    r"(일|주|개월|달|days?|weeks?|months?|d|w)(?:일|간|동안|\s*(?:정도|이내|내외|과정|소요))*\s*",
    re.IGNORECASE,
)
_REMARK = re.compile(r"\s*\([^()]*\)\s*$")  # `4주 (주 5시간)`
_WORDS = {"한": "1", "두": "2", "세": "3", "네": "4"}
_IN_WORDS = re.compile(r"(한|두|세|네)\s?(?=달|주)")
_UNITS = {"d": "일", "w": "주", "m": "개월", "달": "개월"}  # by the first letter


def parse_duration(text: str) -> int | None:
    """Days of a duration in the closed form; None where it has another form or is out of bounds."""
    match = _CLOSED.fullmatch(text)
    if match is None:
        return None
    days = int(match[1]) * _DAYS_PER_UNIT[match[2]]
    return days if days <= MAX_DAYS else None


def normalise_duration(text: str) -> str:
    """The closed form of what a model wrote, such as `3주` for `about 2-3 weeks`; the text itself where none is seen.

    A range counts by its longer end, half a unit in days. Bounds are not looked at.
    """
    bare = _IN_WORDS.sub(lambda word: _WORDS[word[1]], _REMARK.sub("", text.strip()))
    match = _OPEN.fullmatch(bare)
    if match is None:
        return text.strip()
    unit = match[2].lower()
    unit = _UNITS.get(unit[0], unit)
    if match[1].endswith(".5"):
        return f"{ceil(float(match[1]) * _DAYS_PER_UNIT[unit])}일"
    return f"{int(match[1])}{unit}"


def duration_bounds(level: Level, weekly_hours: int | None) -> tuple[int, int]:
    """The shortest and the longest duration in days of a step for somebody with these hours a week (None: any)."""
    if weekly_hours is None:
        return 1, MAX_DAYS
    fewest, most = (hours * _DAYS_PER_WEEK / weekly_hours for hours in STEP_HOURS[level])
    return min(ceil(fewest), MAX_DAYS), max(1, min(int(most), MAX_DAYS))


def fit_duration(weeks: int, level: Level, weekly_hours: int) -> str:
    """The closed form of a usual duration for somebody with these hours a week, within the bounds of the level."""
    shortest, longest = duration_bounds(level, weekly_hours)
    usual = ceil(weeks * _DAYS_PER_WEEK * USUAL_WEEKLY_HOURS / weekly_hours)
    days = max(shortest, min(usual, longest))
    for whole_weeks in (ceil(days / _DAYS_PER_WEEK), days // _DAYS_PER_WEEK):
        if days > _DAYS_PER_WEEK and shortest <= whole_weeks * _DAYS_PER_WEEK <= longest:
            return f"{whole_weeks}주"
    return f"{days}일"


def describe_pace(level: Level, weekly_hours: int | None) -> str:
    """What a prompt says of the length of a step."""
    shortest, longest = duration_bounds(level, weekly_hours)
    if weekly_hours is None:
        return f"하루에서 {longest // _DAYS_PER_WEEK}주 사이입니다."
    fewest, most = STEP_HOURS[level]
    return (
        f"이 사람이 학습에 쓸 수 있는 시간은 일주일에 {weekly_hours}시간입니다. "
        f"단계 하나에 드는 시간을 {fewest}시간에서 {most}시간 사이로 잡고, "
        "일주일에 쓸 수 있는 시간으로 나눠 기간을 정합니다. "
        f"적어도 {shortest}일, 길어도 {longest}일입니다."
    )
