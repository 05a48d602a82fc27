"""Periods as people write them, read as dates."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.resume.json_resume.periods import read_dates, write_duration
from shared.resume_profile.duration import Period, read_period


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2022.01 ~ 현재", "2022-01", ""),
        ("2022.01~재직중", "2022-01", ""),
        ("2022.01 to present", "2022-01", ""),
        ("2022 ~", "2022", ""),
        ("2020년 3월부터 현재까지", "2020-03", ""),
        ("2020.03부터", "2020-03", ""),
        ("2020.03 - 2021.12", "2020-03", "2021-12"),
        ("2022.01-2022.03", "2022-01", "2022-03"),
        ("2019년 3월~2020년 2월", "2019-03", "2020-02"),
        ("2020년 3월부터 2021년 2월까지", "2020-03", "2021-02"),
        ("2021-05 – 2025-04", "2021-05", "2025-04"),
        ("'22.03 ~ '23.04", "2022-03", "2023-04"),
        ("Jan 2020 - Mar 2021", "2020-01", "2021-03"),
        ("2018-2020", "2018", "2020"),
        ("2020.03.01 ~ 2020.05.31", "2020-03-01", "2020-05-31"),
        ("2020. 3. 1. ~ 2020. 5. 31.", "2020-03-01", "2020-05-31"),
        ("2018.03.02-2020.02.28", "2018-03-02", "2020-02-28"),
        ("2020년 3월 5일 ~ 2020년 4월 6일", "2020-03-05", "2020-04-06"),
        ("2022-01-15 ~ 2024", "2022-01-15", "2024"),
        ("2020.01 ~ 2020", "2020-01", "2020"),
        ("2020.03 ~ 2023.05 (3년 3개월)", "2020-03", "2023-05"),
        ("2021.10", "2021-10", "2021-10"),
        ("~ 2020-03", "", "2020-03"),
    ],
)
def test_a_period_is_read(text: str, start: str, end: str) -> None:
    """Each end as precise as it was written."""
    period = read_period(text)

    assert period == Period(start, end)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "3년 2개월",
        "2021년 봄",
        "2020.03 입사, 2021.05 전환",
        "2024.05 ~ 2020.01",
        "2020.01-05",
        "약 2020.01",
        "2020-19",
    ],
)
def test_what_is_no_period_is_not_made_one(text: str) -> None:
    """Words beside the dates, a length, an end before its start."""
    period = read_period(text)

    assert period is None


@given(st.text("0123456789.~- 년월일현재부터()'JanMar", max_size=30) | st.text(max_size=30))
def test_any_duration_comes_back_from_its_dates(text: str) -> None:
    """Whatever is written there: the dates give it back, or it stands beside them."""
    members = read_dates(text)

    duration = write_duration(*(members.get(name, "") for name in ("startDate", "endDate", "duration")))

    assert duration == text
