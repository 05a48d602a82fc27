"""Patterns of personal data: the clue that is looked for first loses nothing."""

import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.resume_profile.personal_patterns import PATTERNS, PersonalPattern

_IDS = [f"{number} {each.placeholder}" for number, each in enumerate(PATTERNS)]


@pytest.mark.parametrize("each", PATTERNS, ids=_IDS)
@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_a_pattern_matches_holds_its_clue(each: PersonalPattern, data: st.DataObject) -> None:
    """Texts are made from the pattern itself: every way of writing it that it knows, in any case."""
    text = unicodedata.normalize("NFKC", data.draw(st.from_regex(each.pattern)))

    matched = each.pattern.search(text) is not None

    assert each.stands_in(text) is matched


@pytest.mark.parametrize(
    ("placeholder", "text"),
    [
        ("[링크]", "WWW.example.org"),
        ("[링크]", "velog.\u0131o/kim"),
        ("[메일]", "kim[AT]example.com"),
        ("[메일]", "kim골뱅이naver.com"),
        ("[전화]", "공일공-일이삼사-오육칠팔"),
        ("[주소]", "서울 강남구 테헤란로1"),
        ("[주소]", "12, Teheran-ro"),
        ("[생년월일]", "90년 생"),
        ("[생년월일]", "DOB......"),
        ("[링크]", "d\u0131scord \u0130D kim90"),
        ("[링크]", "\u212aakaotal\u212a:kim90"),
    ],
)
def test_the_shortest_of_each_kind_is_found(placeholder: str, text: str) -> None:
    """Letters that a pattern takes for others in any case included."""
    found = {each.placeholder for each in PATTERNS if each.stands_in(text)}

    assert placeholder in found
