"""Months of experience: the union of the periods of work, and when the stated months are worth a word."""

from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.resume.experience import EXPERIENCE_MONTHS_DIFFER, Experience, compute_experience
from services.resume.model import ResumeContent
from shared.resume_profile.duration import MAX_MONTHS, read_months

TODAY = date(2026, 11, 20)
NOW = TODAY.year * 12 + TODAY.month - 1
DIFFER = (EXPERIENCE_MONTHS_DIFFER,)


def experience_of(*durations: str, stated: int | None = None) -> Experience:
    """What the service says of a resume with these durations of work."""
    values: dict[str, Any] = {"name": "n", "work_experiences": [{"duration": text} for text in durations]}
    return compute_experience(msgspec.convert(values | {"total_experience_months": stated}, ResumeContent), TODAY)


def written(month: int) -> str:
    """A month, counted from the year 0, as people write it."""
    return f"{month // 12}.{month % 12 + 1:02}"


@given(
    st.lists(st.tuples(st.integers(NOW - 800, NOW + 30), st.integers(0, 200)), min_size=1, max_size=8),
    st.sets(st.integers(0, 7)),
)
def test_months_are_the_union_of_all_periods(spans: list[tuple[int, int]], lasting: set[int]) -> None:
    """Each month of any job counts once, in whatever order the jobs stand; none after the present month does."""
    ends = [NOW if at in lasting else start + length for at, (start, length) in enumerate(spans)]
    durations = [
        f"{written(start)} ~ {'현재' if at in lasting else written(end)}"
        for at, ((start, _), end) in enumerate(zip(spans, ends, strict=True))
    ]

    experience = experience_of(*durations)

    worked: set[int] = set()
    for (start, _), end in zip(spans, ends, strict=True):
        worked.update(range(start, min(end, NOW, start + MAX_MONTHS - 1) + 1))
    assert experience.months == (min(len(worked), MAX_MONTHS) or None)
    assert experience == experience_of(*reversed(durations))


@given(
    st.lists(
        st.sampled_from(["2020.01 ~ 2021.12", "2021.06 ~ 현재", "2년 3개월", "봄", "", "2030.01 ~ 현재"]), max_size=6
    )
)
def test_another_job_never_takes_months_away(durations: list[str]) -> None:
    """And the same job twice counts once, unless it names no dates."""
    months = [experience_of(*durations[:count]).months or 0 for count in range(len(durations) + 1)]

    assert months == sorted(months)
    assert read_months([*durations, "2021.06 ~ 현재"] * 2, TODAY) >= months[-1]


@pytest.mark.parametrize(
    ("durations", "months"),
    [
        pytest.param(["2022.01 ~ 2022.03"], 3, id="both-ends-count"),
        pytest.param(["2022.01 ~ 2022.12", "2022.07 ~ 2023.06"], 18, id="overlap"),
        pytest.param(["2022.01 ~ 2022.12", "2022.03 ~ 2022.05"], 12, id="within"),
        pytest.param(["2022.01 ~ 2022.03", "2023.01 ~ 2023.03"], 6, id="gap"),
        pytest.param(["2026.10 ~ 현재"], 2, id="lasts"),
        pytest.param(["2026.10 ~ 2031.10"], 2, id="planned-end"),
        pytest.param(["2027.01 ~ 현재"], None, id="not-yet"),
        pytest.param(["2년 1개월", "2026.10 ~ 현재"], 27, id="length"),
        pytest.param(["봄부터", ""], None, id="unreadable"),
        pytest.param([], None, id="no-work"),
    ],
)
def test_months_are_counted_as_the_contract_says(durations: list[str], months: int | None) -> None:
    """Nothing that can be read is no number at all."""
    experience = experience_of(*durations)

    assert experience == Experience(months)


@pytest.mark.parametrize(
    ("stated", "durations", "warnings"),
    [
        pytest.param(24, ["2024.01 ~ 2025.12"], (), id="equal"),
        pytest.param(21, ["2024.01 ~ 2025.12"], (), id="three-less"),
        pytest.param(20, ["2024.01 ~ 2025.12"], DIFFER, id="four-less"),
        pytest.param(27, ["2024.01 ~ 2025.12"], (), id="three-more"),
        pytest.param(28, ["2024.01 ~ 2025.12"], DIFFER, id="four-more"),
        pytest.param(132, ["2014.01 ~ 2023.12"], (), id="a-tenth"),
        pytest.param(134, ["2014.01 ~ 2023.12"], DIFFER, id="more-than-a-tenth"),
        pytest.param(0, ["2024.01 ~ 2024.06"], DIFFER, id="zero-is-stated"),
        pytest.param(None, ["2024.01 ~ 2024.06"], (), id="not-stated"),
        pytest.param(48, ["2022.01 ~ 2023.12", "2022.01 ~ 2023.12"], DIFFER, id="overlap-counted-twice"),
        pytest.param(48, ["2022.01 ~ 2023.12", "봄부터 2년"], (), id="more-in-what-cannot-be-read"),
        pytest.param(48, ["2022.01 ~ 2023.12", ""], (), id="more-in-what-is-not-said"),
        pytest.param(12, ["2022.01 ~ 2023.12", ""], DIFFER, id="less-in-any-case"),
        pytest.param(48, ["", "봄"], (), id="nothing-to-compare"),
    ],
)
def test_a_difference_is_worth_a_word(stated: int | None, durations: list[str], warnings: tuple[str, ...]) -> None:
    """Beyond three months and a tenth, and only where the difference cannot lie in what could not be read."""
    experience = experience_of(*durations, stated=stated)

    assert experience.warnings == warnings
