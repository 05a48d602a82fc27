"""A new set of questions repeats none of the earlier ones about the same resume."""

import random
from dataclasses import replace

import pytest

from services.interview.checks import check_questions
from services.interview.local_writer import write_questions
from services.interview.task import SHOWN_EARLIER, load_task
from shared.generation.similarity import EarlierTexts, rouge_l, trigram_jaccard
from shared.llm.messages import Rejection
from tests.unit.interview.question_sets import GOOD, subject_of

REWORDED = GOOD[2].question.replace("요?", "요 ?").replace("어떻게", "어떤 식으로")


@pytest.mark.parametrize("earlier", [GOOD[2].question, REWORDED, f"  {GOOD[2].question.upper()} "], ids=range(3))
def test_a_question_that_was_asked_before_is_refused(earlier: str) -> None:
    """Word for word or nearly so; only the question that repeats is named."""
    subject = replace(subject_of(), earlier=EarlierTexts(["Redis는 어디에 쓰셨나요?", earlier]))

    rejections = check_questions(GOOD, subject)

    assert rejections == (Rejection("repeat", 2),)


def test_other_questions_are_no_repeats() -> None:
    """What was asked about the same things from another side stands in nobody's way."""
    subject = replace(subject_of(), earlier=EarlierTexts(["Redis를 도입할 때 동료를 설득한 근거는 무엇이었나요?"]))

    assert check_questions(GOOD, subject) == ()


def test_many_texts_are_compared_as_two_are() -> None:
    """The prepared comparison gives the same verdict as the two measures, over pairs of all kinds."""
    texts = [question.question for question in GOOD] + [REWORDED, "짧은 말", "가", "", "Redis"]

    for first in texts:
        earlier = EarlierTexts([first])
        for second in texts:
            alike = rouge_l(first, second) >= 0.7 or trigram_jaccard(first, second) >= 0.35
            assert earlier.resemble(second, rouge_l=0.7, jaccard=0.35) is alike, (first, second)


def test_the_prompt_names_what_was_asked() -> None:
    """The model sees the newest of them as data; the prompt of a first set has no word of it."""
    task = load_task()
    asked = [f"질문 <{number}>" for number in range(SHOWN_EARLIER + 5)]

    first = task.prompt(subject_of())
    later = task.prompt(replace(subject_of(), earlier=EarlierTexts(asked)))

    assert "earlier_questions" not in first.user
    assert later.user.startswith(first.user)
    assert "질문 \\u003c0\\u003e" in later.user
    assert f"질문 \\u003c{SHOWN_EARLIER}\\u003e" not in later.user


def test_our_own_rules_find_other_questions() -> None:
    """Set after set about one resume, and no question is like an earlier one."""
    asked: list[str] = []

    for number in range(6):
        subject = replace(subject_of(), earlier=EarlierTexts(asked))
        written = write_questions(subject, random.Random(number))
        asked += [question["question"] for question in written["questions"]]

    alike = [
        (first, second)
        for index, second in enumerate(asked)
        for first in asked[:index]
        if rouge_l(first, second) >= 0.7 or trigram_jaccard(first, second) >= 0.35
    ]
    assert alike == []
