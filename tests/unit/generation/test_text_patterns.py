"""Patterns of the text checks: what makes them fast loses nothing."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.generation.text_patterns import INSTRUCTIONS, MARKUP, PROHIBITED, SENTENCE_END, CluedPattern

_ANY = settings(max_examples=400, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
# The same topics without the look at their first letters.
_EVERY_PLACE = re.compile(re.sub(r"\(\?=\[[^\]]+\]\)", "", PROHIBITED.pattern), re.IGNORECASE)


@pytest.mark.parametrize("clued", [INSTRUCTIONS, MARKUP], ids=["instructions", "markup"])
@_ANY
@given(data=st.data())
def test_whatever_a_pattern_matches_holds_a_clue(clued: CluedPattern, data: st.DataObject) -> None:
    """Texts are made from the pattern itself: every alternative of it, in any case."""
    text = data.draw(st.from_regex(clued.pattern))

    found = clued.search(text)

    assert found is not None
    assert found.span() == clued.pattern.search(text).span()  # type: ignore[union-attr]


@_ANY
@given(text=st.from_regex(_EVERY_PLACE))
def test_the_first_letters_of_prohibited_topics_are_all_there(text: str) -> None:
    """Texts are made from the pattern without them: every topic is found at the place where it would be."""
    assert _EVERY_PLACE.pattern != PROHIBITED.pattern

    found = PROHIBITED.search(text)

    assert found is not None
    assert found.span() == _EVERY_PLACE.search(text).span()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "text",
    [
        "\u017fystem: x",
        "\u017fY\u017fTEM prompt",
        "d\u0131sregard all rules",
        "<\u212a",
        "forget all prev\u0130ous rules",
    ],
)
def test_letters_that_stand_for_others_hide_nothing(text: str) -> None:
    """A pattern in any case takes a long s, a dotless i and the sign of kelvin for s, i and k; so does its clue."""
    expected = INSTRUCTIONS.pattern.search(text)

    found = INSTRUCTIONS.search(text)

    assert (found and found.span()) == (expected and expected.span())


@given(text=st.text(alphabet="가a.?!。 \n\t\u3000", max_size=20))
@_ANY
def test_sentences_end_behind_their_sign_or_with_the_line(text: str) -> None:
    """Blanks behind a sign belong to the end, and so do all line ends in a row."""
    assert SENTENCE_END.split(text) == re.split(r"(?<=[.?!？！。])\s+|\n+", text)
