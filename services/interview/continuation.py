"""Keeping the good questions of a broken answer, and asking for the missing ones so that the set comes out right."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from typing import Any

from services.interview.checks import check_questions
from services.interview.checks.items import failed_checks
from services.interview.checks.sets import PAIR_CHECKS, SET_CHECKS
from services.interview.checks.thresholds import DIFFICULTY_TOLERANCE, MAX_TECHNICAL, MIN_CATEGORIES, MIN_TYPES
from services.interview.difficulty import difficulty_counts
from services.interview.model import QUESTION_COUNT, TYPES, Question
from services.interview.reading import read_questions
from shared.generation.continuation import Selection, dump_answer, entries_of
from shared.generation.model import CATEGORIES, Subject
from shared.generation.prompts import fence_json
from shared.llm.errors import AnswerMalformed

_LIST = "questions"
_TECHNICAL = "기술"
_HUMAN_TYPES = frozenset({"Collaboration", "Business"})
# Members in the order of the prompt's schema: what it is about, where it comes from, what follows.
_MEMBERS = ("topic", "type", "category", "difficulty", "evidence", "question", "reason", "what_good_answers_cover")


@dataclass(frozen=True, slots=True)
class QuestionParts:
    """The questions of an answer about one resume. A question is kept while a good set can still be made with it."""

    subject: Subject

    def accepts(self, text: str) -> bool:
        """Whether these are five questions that pass every check."""
        return not check_questions(read_questions(text), self.subject)

    def select(self, found: Mapping[str, Any]) -> Selection | None:
        """The questions that pass the checks of their own and go together, the earlier of two that do not."""
        chosen = self._with_fitting((), _questions_of(found))
        if not chosen:
            return None
        return Selection(_answer_of(chosen), len(chosen), QUESTION_COUNT - len(chosen))

    def wishes(self, kept: Mapping[str, Any]) -> Mapping[str, object]:
        """What the rest must be: how many, of which difficulties, types and categories."""
        questions = _questions_of(kept)
        types = {question.type for question in questions}
        easy, medium, hard = self._missing_levels(questions) or (0, 0, 0)
        return {
            "kept": fence_json(kept),
            "kept_count": len(questions),
            "missing": QUESTION_COUNT - len(questions),
            "easy": easy,
            "medium": medium,
            "hard": hard,
            "types": ", ".join(name for name in TYPES if name not in types),
            "human": "이미 있으므로 더 넣지 않아도 됩니다" if types & _HUMAN_TYPES else "반드시 하나 이상 넣습니다",
            "categories": _category_wish(Counter(question.category for question in questions)),
        }

    def merge(self, kept: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
        """Kept questions first, then the new ones that go with them.

        Where too few do, others fill the set: the checks then name what is wrong with them.
        """
        before = _questions_of(kept)
        after = [question for question in _questions_of(found) if question not in before]
        chosen = self._with_fitting(before, after)
        chosen += [question for question in after if question not in chosen]
        return _answer_of(chosen[:QUESTION_COUNT])

    def items(self, found: Mapping[str, Any]) -> Sequence[Question]:
        """The questions, good or not."""
        return _questions_of(found)

    def is_sound(
        self,
        item: Question,
        before: Sequence[Question],
        found: Mapping[str, Any],  # noqa: ARG002 - the protocol's signature
        kept: Mapping[str, Any],  # noqa: ARG002 - as above: a question needs no other part of its answer
    ) -> bool:
        """Whether a question passes its checks and a good set can be made with it and those `before` it."""
        return len(self._with_fitting(before, [item])) > len(before)

    def _with_fitting(self, kept: Sequence[Question], questions: Sequence[Question]) -> list[Question]:
        chosen = list(kept)
        for question in questions:
            if len(chosen) < QUESTION_COUNT and self._passes(question) and self._fits(question, chosen):
                chosen.append(question)
        return chosen

    def _passes(self, question: Question) -> bool:
        return not failed_checks(question, self.subject)

    def _fits(self, question: Question, chosen: Sequence[Question]) -> bool:
        """Whether a set with this one beside the chosen can still be completed."""
        if any(alike(other, question, self.subject) for other in chosen for alike in PAIR_CHECKS.values()):
            return False
        questions = (*chosen, question)
        left = QUESTION_COUNT - len(questions)
        if not left:
            return not any(fails(questions, self.subject) for fails in SET_CHECKS.values())
        types = {one.type for one in questions}
        categories = Counter(one.category for one in questions)
        return (
            len(types) + left >= MIN_TYPES
            and len(categories) + left >= MIN_CATEGORIES
            and categories[_TECHNICAL] <= MAX_TECHNICAL
            and self._missing_levels(questions) is not None
        )

    def _missing_levels(self, questions: Sequence[Question]) -> tuple[int, ...] | None:
        """Counts in the order of difficulties that bring the set nearest to what is wanted; None where none is near."""
        left = QUESTION_COUNT - len(questions)
        present = Counter(question.difficulty for question in questions)
        wanted = difficulty_counts(self.subject.profile)

        def misses(counts: Sequence[int]) -> list[int]:
            return [abs(present[name] + more - wanted[name]) for name, more in zip(wanted, counts, strict=True)]

        ways = [counts for counts in product(range(left + 1), repeat=len(wanted)) if sum(counts) == left]
        near = [counts for counts in ways if max(misses(counts)) <= DIFFICULTY_TOLERANCE]
        return min(near, key=lambda counts: sum(misses(counts)), default=None)


def _questions_of(answer: Mapping[str, Any]) -> list[Question]:
    return [question for entry in entries_of(answer, _LIST) for question in _read(entry)]


def _read(entry: Mapping[str, Any]) -> Iterator[Question]:
    try:
        yield from read_questions(dump_answer({_LIST: [entry]}))
    except AnswerMalformed:
        return


def _answer_of(questions: Sequence[Question]) -> dict[str, Any]:
    """No member but those that are checked: what else a model wrote goes into no other prompt."""
    written = [asdict(question) for question in questions]
    return {_LIST: [{name: question[name] for name in _MEMBERS} for question in written]}


def _category_wish(present: Mapping[str, int]) -> str:
    technical = MAX_TECHNICAL - present.get(_TECHNICAL, 0)
    limit = f"기술은 {technical}개까지 쓸 수 있습니다" if technical else "기술은 더 쓰지 않습니다"
    needed = MIN_CATEGORIES - len(present)
    if needed <= 0:
        return limit
    unused = ", ".join(name for name in CATEGORIES if name not in present)
    return f"{limit}. 아직 쓰지 않은 {unused} 가운데 {needed}가지 이상을 씁니다"
