"""Months of work out of periods as people write them: `2022.01 ~ 현재`, `2021-05 – 2025-04`, `3년 2개월`."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

MAX_MONTHS = 720
_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE = re.compile(
    r"(?P<year>(?:19|20)\d{2}|'\d{2})\s*(?P<sign>[.\-/]|년)\s*(?P<month>0?[1-9]|1[0-2])(?!\d)\s*월?"
    r"|(?P<word>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?,?\s+(?P<word_year>(?:19|20)\d{2})"
    r"|(?P<only_year>(?:19|20)\d{2})(?!\d|\s*[./]\s*\d|-\d{1,2}(?!\d))",
    re.IGNORECASE,
)
_NOW = re.compile(r"현재|재직|진행|지금|present|now|current|ongoing|today", re.IGNORECASE)
_YEARS = re.compile(r"(?<!\d)(\d{1,2})\s*(?:년|years?|yrs?)", re.IGNORECASE)
_MONTHS = re.compile(r"(?<!\d)(\d{1,3})\s*(?:개월|달|months?|mos?)", re.IGNORECASE)
_OPEN = re.compile(r"[~〜–—-]\s*(?:\(|$)")
# What stands between, before and after the dates of a text that says nothing but a period.
_RANGE = r"[\s.,]*(?:[~〜～–—−-]|to|until|부터|에서)\s*"
_BETWEEN = re.compile(_RANGE, re.IGNORECASE)
_LASTING = re.compile(rf"{_RANGE}(?:\(|$|[\s(]*(?:{_NOW.pattern}))", re.IGNORECASE)
_UNTIL = re.compile(r"\s*[~〜～–—−-]\s*")
_AFTER = re.compile(r"[\s.]*(?:까지)?[\s.]*(?:\(.*)?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Period:
    """The ends of a period as ISO 8601 dates, each as precise as it was written: `2022`, `2022-03` or `2022-03-15`.

    An empty `end` is a period that lasts; an empty `start` one that names its end alone.
    """

    start: str
    end: str


def read_months(durations: Iterable[str], today: date) -> int:
    """Months that the periods cover together, overlaps once, the last month included; 0 to 720.

    A length without dates is added as it is. What cannot be read counts as nothing.
    """
    return count_months(durations, today)[0]


def count_months(durations: Iterable[str], today: date) -> tuple[int, int]:
    """Months as `read_months` counts them, and how many of the durations gave any."""
    covered: set[int] = set()
    added = counted = 0
    for text in durations:
        period = _read_period(text, today)
        length = 0 if period else _read_length(text)
        if period:
            covered.update(range(period[0], min(period[1] + 1, period[0] + MAX_MONTHS)))
        added += length
        counted += bool(period or length)
    return min(len(covered) + added, MAX_MONTHS), counted


def read_period(text: str) -> Period | None:
    """The period that a text says, brackets behind it aside; None where it says none or anything beside it.

    A date alone begins and ends the period.
    """
    found = list(_DATE.finditer(text))
    if not found:
        return None
    start, position = _iso_date(text, found[0])
    before, after = text[: found[0].start()], text[position:]
    if before.strip():
        return Period("", start) if _UNTIL.fullmatch(before) and _AFTER.fullmatch(after) else None
    if len(found) > 1 and _BETWEEN.fullmatch(text, position, found[1].start()):
        end, position = _iso_date(text, found[1])
        is_period = _AFTER.fullmatch(text, position) and start[: len(end)] <= end[: len(start)]
        return Period(start, end) if is_period else None
    if _LASTING.match(after):
        return Period(start, "")
    return Period(start, start) if _AFTER.fullmatch(after) else None


def _iso_date(text: str, match: re.Match[str]) -> tuple[str, int]:
    """A date that was found, with its day where one follows; and where it ends in the text."""
    if match["only_year"]:
        return match["only_year"], match.end()
    year, month = divmod(_month_of(match, last=False), 12)
    iso = f"{year:04}-{month + 1:02}"
    day = _day_pattern(match["sign"]).match(text, match.end()) if match["sign"] else None
    if day is None:
        return iso, match.end()
    try:
        return date(year, month + 1, int(day[1])).isoformat(), day.end()
    except ValueError:
        return iso, match.end()


@lru_cache(maxsize=4)
def _day_pattern(sign: str) -> re.Pattern[str]:
    """A day behind year and month, by the sign that stands between those."""
    if sign == "년":
        return re.compile(r"\s*(\d{1,2})\s*일")
    return re.compile(rf"{re.escape(sign)}\s?(\d{{1,2}})(?!\d)")


def _read_period(text: str, today: date) -> tuple[int, int] | None:
    """First and last month as numbers since year 0; None where the text names no two ends."""
    found = list(_DATE.finditer(text))
    if not found:
        return None
    now = today.year * 12 + today.month - 1
    start = _month_of(found[0], last=False)
    if len(found) > 1:
        end = _month_of(found[1], last=True)
    elif _NOW.search(text) or _OPEN.search(text):
        end = now
    else:
        return None
    end = min(end, now)
    return (start, end) if start <= end else None


def _month_of(match: re.Match[str], *, last: bool) -> int:
    if match["only_year"]:
        return int(match["only_year"]) * 12 + (11 if last else 0)
    if match["word"]:
        return int(match["word_year"]) * 12 + _MONTH_NAMES.index(match["word"].lower())
    year = match["year"]
    return (int(year) if year[0] != "'" else 2000 + int(year[1:])) * 12 + int(match["month"]) - 1


def _read_length(text: str) -> int:
    years, months = _YEARS.search(text), _MONTHS.search(text)
    return (int(years[1]) * 12 if years else 0) + (int(months[1]) if months else 0)
