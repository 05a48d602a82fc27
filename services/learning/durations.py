"""Durations of steps: `10일`, `3주`, `2개월`. A week has 7 days and a month 30; a step takes 1 day to 26 weeks."""

import re
from math import ceil

MAX_DAYS = 26 * 7
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
