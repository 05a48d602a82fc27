"""The trials: which checks an answer breaks, where, and which vendors give it."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations, count, islice, product
from typing import Any

from services.interview.checks import CHECK_NAMES as QUESTION_CHECKS
from services.interview.checks.sets import PAIR_CHECKS
from services.interview.task import load_task as load_questions
from services.learning.checks import CHECK_NAMES as PATH_CHECKS
from services.learning.task import load_task as load_path
from shared.generation.generator import Task
from shared.generation.model import Subject
from shared.generation.similarity import EarlierTexts
from shared.llm.messages import Rejection
from tests.bad_answers import paths, questions
from tests.bad_answers.breaking import Break, DoesNotFitError
from tests.support.model_answers import ModelAnswer, load_answers
from tests.support.vendors import VENDORS, VendorName

ALWAYS = 1_000
# Who gives the broken answer: how many bad answers each vendor gives, in the order they are asked, before good ones.
BAD_VENDORS: Mapping[str, tuple[int, ...]] = {
    "the first, always": (ALWAYS, 0, 0),
    "the first two, always": (ALWAYS, ALWAYS, 0),
    "each, at first": (1, 1, 1),
}
_FEWEST, _MOST = 1, 3  # entries that are broken for one check


@dataclass(frozen=True, slots=True)
class Kind:
    """One generator: its task, the list that its answers hold, the text that tells entries apart, and its breaks.

    `relative` are checks that an entry fails because of another one, without which it may stay.
    """

    name: str
    load: Callable[[], Task[Any]]
    list_name: str
    marker: str
    items: Callable[[Any], Sequence[Any]]
    breaks: Mapping[str, Break]
    checks: frozenset[str]
    relative: frozenset[str]
    indexes: range

    @property
    def answers(self) -> list[ModelAnswer]:
        """The good answers in Korean: the breaks are."""
        return [answer for answer in load_answers(self.name).values() if answer.language == "ko"]


KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            "questions",
            cache(load_questions),
            "questions",
            "question",
            tuple,
            questions.BREAKS,
            QUESTION_CHECKS,
            frozenset(PAIR_CHECKS),
            questions.INDEXES,
        ),
        Kind(
            "paths",
            cache(load_path),
            "learning_paths",
            "description",
            lambda content: content.steps,
            paths.BREAKS,
            PATH_CHECKS,
            frozenset({"prerequisites"}),
            paths.INDEXES,
        ),
    )
}


@dataclass(frozen=True, slots=True)
class BadAnswer:
    """A good answer and what became of it.

    `named` are the rejections that it must meet: the check, and the place of the entry in the answer as it is read.
    """

    base: ModelAnswer
    text: str
    subject: Subject
    rejections: tuple[Rejection, ...]
    named: tuple[Rejection, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """One trial: who gives how many bad answers. `first` is asked first, the other vendors in their order behind it."""

    kind: Kind
    checks: tuple[str, ...]
    bad: BadAnswer
    bad_answers: tuple[int, ...]
    first: VendorName
    streamed: bool

    def __str__(self) -> str:
        entries = len({rejection.item for rejection in self.bad.named} - {None})
        mode = "streamed" if self.streamed else "in one piece"
        broken = f"{' and '.join(self.checks)} of {self.bad.base.name}, {entries} entries"
        return f"{self.kind.name}: {broken}, {self.vendors}, {self.first} first, {mode}"

    @property
    def vendors(self) -> str:
        """Who gives the bad answers, in words."""
        return next(name for name, numbers in BAD_VENDORS.items() if numbers == self.bad_answers)


def single_cases() -> Iterator[Case]:
    """Each check alone, in two answers each: on one, two and three entries, or three times on the whole."""
    numbers = count()
    for entries, kind in product(range(_FEWEST, _MOST + 1), KINDS.values()):
        for turn, check in enumerate(sorted(kind.breaks)):
            for bad in islice(_break(kind, (check,), turn, entries), 2):
                yield _case(kind, (check,), bad, next(numbers))


def pair_cases() -> Iterator[Case]:
    """Each pair of checks that one answer can break and no other with them, by turns on one entry or on two."""
    numbers = count()
    for kind in KINDS.values():
        for turn, pair in enumerate(combinations(sorted(kind.breaks), 2)):
            for bad in islice(_break(kind, pair, turn, apart=turn % 2 == 0), 1):
                yield _case(kind, pair, bad, next(numbers))


def short_cases() -> Iterator[Case]:
    """Each check once, the vendors by turns; two that never do better take many requests and are there seldom."""
    numbers = (number for number in count() if number % 3 != 1 or number % 18 == 4)
    for kind in KINDS.values():
        for turn, check in enumerate(sorted(kind.breaks)):
            for bad in islice(_break(kind, (check,), turn), 1):
                yield _case(kind, (check,), bad, next(numbers))


def _case(kind: Kind, checks: tuple[str, ...], bad: BadAnswer, number: int) -> Case:
    first = VENDORS[number // len(BAD_VENDORS) % len(VENDORS)]
    bad_answers = tuple(BAD_VENDORS.values())[number % len(BAD_VENDORS)]
    return Case(kind, checks, bad, bad_answers, first, number // 9 % 2 == 0)


def _break(
    kind: Kind, checks: tuple[str, ...], turn: int, entries: int = _FEWEST, *, apart: bool = False
) -> Iterator[BadAnswer]:
    """Answers that break just these checks, each made of another good one; which of them comes first goes by turns.

    On fewer entries where none does on so many.
    """
    first = turn % len(kind.answers)
    bases = [*kind.answers[first:], *kind.answers[:first]]
    for fewer in range(entries, 0, -1):
        found = (bad for base in bases for bad in islice(_break_one(kind, base, checks, fewer, apart=apart), 1))
        for bad in found:
            yield bad
            yield from found
            return


def _break_one(
    kind: Kind, base: ModelAnswer, checks: tuple[str, ...], entries: int, *, apart: bool
) -> Iterator[BadAnswer]:
    subject = _subject(kind, base, checks)
    ways = product(combinations(kind.indexes, entries), repeat=len(checks))
    for places in sorted(ways, key=lambda way: (len(set(way)) == 1) is apart):
        bad = _break_at(kind, base, subject, tuple(zip(checks, places, strict=True)))
        if bad is not None:
            yield bad


def _subject(kind: Kind, base: ModelAnswer, checks: tuple[str, ...]) -> Subject:
    earlier = questions.asked_earlier(base.answer) if "repeat" in checks and kind.name == "questions" else ()
    return replace(_plain_subject(kind.name, base.name), earlier=EarlierTexts(earlier))


@cache
def _plain_subject(kind: str, name: str) -> Subject:
    return load_answers(kind)[name].subject


def _break_at(
    kind: Kind, base: ModelAnswer, subject: Subject, broken: tuple[tuple[str, tuple[int, ...]], ...]
) -> BadAnswer | None:
    """The answer broken at these places, if that breaks what it should and nothing else."""
    answer = deepcopy(base.answer)
    try:
        wanted = [(check, kind.breaks[check](answer, index, subject)) for check, at in broken for index in at]
    except (DoesNotFitError, IndexError, StopIteration):
        return None
    text = json.dumps(answer, ensure_ascii=False)
    task = kind.load()
    content = task.read(text)
    places = {getattr(item, kind.marker): index for index, item in enumerate(kind.items(content))}
    named = tuple(Rejection(check, places.get(entry[kind.marker], -1) if entry else None) for check, entry in wanted)
    rejections = tuple(task.check(content, subject))
    exact = {rejection.check for rejection in rejections} == {check for check, _ in broken}
    return BadAnswer(base, text, subject, rejections, named) if exact and set(named) <= set(rejections) else None
