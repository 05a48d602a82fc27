"""Durations of steps."""

import pytest

from services.learning.durations import MAX_DAYS, normalise_duration, parse_duration


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
