"""Two dates of JSON Resume as one duration of ours, and back. Neither loses what the other cannot say."""

from shared.resume_profile.duration import Period, read_period

_WHOLE_DATE = len("2024-05-31")


def write_duration(start: str, end: str, written: str = "") -> str:
    """A duration as text: as it was `written` where that says the same as the dates or there are none."""
    if written and (not (start or end) or read_period(written) == Period(start, end)):
        return written
    if not start:
        return f"~ {end}" if end else ""
    return f"{start} ~ {end or '현재'}"


def read_dates(duration: str) -> dict[str, str]:
    """`startDate` and `endDate` of a duration, the latter absent while it lasts.

    Beside them the `duration` as it was written where `write_duration` would not make it of the dates alone.
    """
    period = read_period(duration) or Period("", "")
    dates = {"startDate": period.start, "endDate": period.end}
    if write_duration(period.start, period.end) != duration:
        dates["duration"] = duration
    return {name: text for name, text in dates.items() if text}


def write_date(date: str, written: str) -> str:
    """A date as text: as it was `written` where that says the same as the date or there is none."""
    return written if written and (not date or _read_date(written) == date) else date


def read_date(text: str) -> dict[str, str]:
    """`date`, where the text is a date to the day as schema v1.0.0 wants it of certificates; else `written_date`."""
    date = _read_date(text)
    members = {"date": date if len(date) == _WHOLE_DATE else ""}
    if members["date"] != text:
        members["written_date"] = text
    return {name: value for name, value in members.items() if value}


def _read_date(text: str) -> str:
    period = read_period(text)
    return period.start if period and period.start == period.end else ""
