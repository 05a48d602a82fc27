"""Months of work out of periods as people write them: `2022.01 ~ 현재`, `2021-05 – 2025-04`, `3년 2개월`."""

import re
from collections.abc import Iterable
from datetime import date

MAX_MONTHS = 720
_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE = re.compile(
    r"(?P<year>(?:19|20)\d{2}|'\d{2})\s*(?:[.\-/]|년)\s*(?P<month>0?[1-9]|1[0-2])(?!\d)\s*월?"
    r"|(?P<word>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?,?\s+(?P<word_year>(?:19|20)\d{2})"
    r"|(?P<only_year>(?:19|20)\d{2})(?!\d|\s*[./]\s*\d|-\d{1,2}(?!\d))",
    re.IGNORECASE,
)
_NOW = re.compile(r"현재|재직|진행|지금|present|now|current|ongoing|today", re.IGNORECASE)
_YEARS = re.compile(r"(?<!\d)(\d{1,2})\s*(?:년|years?|yrs?)", re.IGNORECASE)
_MONTHS = re.compile(r"(?<!\d)(\d{1,3})\s*(?:개월|달|months?|mos?)", re.IGNORECASE)
_OPEN = re.compile(r"[~〜–—-]\s*(?:\(|$)")


def read_months(durations: Iterable[str], today: date) -> int:
    """Months that the periods cover together, overlaps once, the last month included; 0 to 720.

    A length without dates is added as it is. What cannot be read counts as nothing.
    """
    covered: set[int] = set()
    added = 0
    for text in durations:
        period = _read_period(text, today)
        if period is not None:
            covered.update(range(period[0], min(period[1] + 1, period[0] + MAX_MONTHS)))
        else:
            added += _read_length(text)
    return min(len(covered) + added, MAX_MONTHS)


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
