"""The checks of a question set: gates with names, pure, a few milliseconds for a set."""

from collections.abc import Sequence
from itertools import combinations

from services.interview.checks.items import ITEM_CHECKS, failed_checks
from services.interview.checks.sets import PAIR_CHECKS, SET_CHECKS
from services.interview.model import Question
from shared.generation.model import Subject
from shared.llm.messages import Rejection

__all__ = ["CHECK_NAMES", "check_questions"]

CHECK_NAMES = frozenset({*ITEM_CHECKS, *SET_CHECKS, *PAIR_CHECKS})


def check_questions(questions: Sequence[Question], subject: Subject) -> tuple[Rejection, ...]:
    """Every check that the set or one of its questions does not pass; of a pair the later one is named."""
    rejections = [Rejection(name) for name, fails in SET_CHECKS.items() if fails(questions, subject)]
    for index, question in enumerate(questions):
        rejections += [Rejection(name, index) for name in failed_checks(question, subject)]
    for first, second in combinations(range(len(questions)), 2):
        for name, alike in PAIR_CHECKS.items():
            if alike(questions[first], questions[second], subject):
                rejections.append(Rejection(name, second))
    return tuple(dict.fromkeys(rejections))
