"""Likeness of texts."""

import pytest

from shared.generation.similarity import rouge_l, trigram_jaccard

QUESTION = "Redis가 갑자기 멈춰 모든 요청이 데이터베이스로 몰린다면 무엇을 어떤 순서로 하시겠어요?"
REWORDED = "Redis가 갑자기 멈추고 모든 요청이 데이터베이스에 몰린다면, 무엇부터 어떤 순서로 하시겠습니까?"
OTHER = "결제 이벤트 파이프라인을 운영하며 팀의 의견이 갈린 결정을 이끈 과정을 들려주세요."


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [("abcd", "abcd", 1.0), ("a b c d", "ABCD", 1.0), ("abcd", "bd", 2 * 2 / 6), ("abc", "xyz", 0.0), ("", "", 0.0)],
)
def test_rouge_l_is_the_share_of_the_common_subsequence(a: str, b: str, expected: float) -> None:
    """F1 over characters; blanks and case do not count."""
    texts = (a, b)

    score = rouge_l(*texts)

    assert score == pytest.approx(expected)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [("abcd", "abcd", 1.0), ("abcd", "bcde", 1 / 3), ("ab", "AB", 1.0), ("abc", "xyz", 0.0), ("", "abc", 0.0)],
)
def test_trigrams_are_compared_as_sets(a: str, b: str, expected: float) -> None:
    """Shared trigrams over all trigrams."""
    texts = (a, b)

    score = trigram_jaccard(*texts)

    assert score == pytest.approx(expected)


def test_a_reworded_question_is_told_from_another_one() -> None:
    """The thresholds of 0.70 and 0.35 lie between a rewording and a different question."""
    reworded = (rouge_l(QUESTION, REWORDED), trigram_jaccard(QUESTION, REWORDED))

    other = (rouge_l(QUESTION, OTHER), trigram_jaccard(QUESTION, OTHER))

    assert reworded[0] > 0.70
    assert reworded[1] > 0.35
    assert other[0] < 0.45
    assert other[1] < 0.10
