"""Checks of a whole set and of its pairs. Each answers whether it fails."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from services.interview.checks import thresholds
from services.interview.difficulty import difficulty_counts
from services.interview.model import QUESTION_COUNT, Question
from shared.generation.model import Subject
from shared.generation.resume_words import words_of
from shared.generation.text_checks import sources_named

_TECHNICAL = "기술"
_HUMAN_TYPES = frozenset({"Collaboration", "Business"})
_PROJECT = re.compile(r"^(?:work_experiences|personal_projects)\[\d+\]|^\w+")


def _count(questions: Sequence[Question], _subject: Subject) -> bool:
    return len(questions) != QUESTION_COUNT


def _grounded(questions: Sequence[Question], subject: Subject) -> bool:
    """All questions about one thing, although the resume has more to ask about."""
    texts = [question.question for question in questions]
    named = {source for text in texts for source in sources_named(text, subject.profile)}
    if len(named) >= thresholds.MIN_SOURCES:
        return False
    profile = subject.profile
    has_sources = bool(profile.skills or profile.projects or profile.achievements)
    return has_sources and words_of(profile).quotable_count >= thresholds.MIN_SOURCES


def _type_spread(questions: Sequence[Question], _subject: Subject) -> bool:
    types = {question.type for question in questions}
    return len(types) < thresholds.MIN_TYPES or not types & _HUMAN_TYPES


def _category_spread(questions: Sequence[Question], _subject: Subject) -> bool:
    categories = Counter(question.category for question in questions)
    return len(categories) < thresholds.MIN_CATEGORIES or categories[_TECHNICAL] > thresholds.MAX_TECHNICAL


def _difficulty(questions: Sequence[Question], subject: Subject) -> bool:
    counts = Counter(question.difficulty for question in questions)
    wanted = difficulty_counts(subject.profile)
    return any(abs(counts[level] - wanted[level]) > thresholds.DIFFICULTY_TOLERANCE for level in wanted)


def _duplicate(first: Question, second: Question, subject: Subject) -> bool:
    words = words_of(subject.profile)
    one, other = words.compared(first.question), words.compared(second.question)
    return one.rouge_l(other) >= thresholds.MAX_ROUGE_L or one.trigram_jaccard(other) >= thresholds.MAX_TRIGRAM_JACCARD


def _same_angle(first: Question, second: Question, subject: Subject) -> bool:
    return first.type == second.type and _angle(first, subject) == _angle(second, subject)


def _angle(question: Question, subject: Subject) -> tuple[str, str]:
    """Main technology, the first that is named, and project."""
    mentions = words_of(subject.profile).mentions(question.question)
    project = _PROJECT.match(question.evidence.path)
    return mentions[0].term.name if mentions else "", project.group() if project else ""


SET_CHECKS: Mapping[str, Callable[[Sequence[Question], Subject], bool]] = {
    "count": _count,
    "grounded": _grounded,
    "type-spread": _type_spread,
    "category-spread": _category_spread,
    "difficulty": _difficulty,
}
PAIR_CHECKS: Mapping[str, Callable[[Question, Question, Subject], bool]] = {
    "duplicate": _duplicate,
    "same-angle": _same_angle,
}
