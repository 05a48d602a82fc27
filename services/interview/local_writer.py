"""Writes interview questions by rule, without a model: scenarios laid over what the resume holds."""

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.interview.checks import check_questions
from services.interview.checks.items import ITEM_CHECKS
from services.interview.checks.thresholds import MAX_TECHNICAL
from services.interview.difficulty import difficulty_counts
from services.interview.local_focus import Focus, find_focuses
from services.interview.local_material import Scenario, load_material
from services.interview.model import DIFFICULTIES, Question, QuestionEvidence
from shared.generation.korean import fill
from shared.generation.model import Language, Subject
from shared.llm.errors import AnswerRejected

_TECHNICAL = "기술"
_HUMAN_TYPES = frozenset({"Collaboration", "Business"})
# A resume with little in it may have no scenario for every difficulty: later tries take what the checks still allow.
_EXACT_TRIES = 30
_TRIES = 90


@dataclass(frozen=True, slots=True)
class _Candidate:
    focus: Focus
    group: str
    scenario: Scenario
    weight: float


def write_questions(subject: Subject, rng: random.Random) -> dict[str, Any]:
    """Five questions in the shape of the prompt's schema, different from call to call; they pass every check.

    A resume without skills, projects and achievements is asked about by its other texts; one with nothing but a name
    by no evidence at all, which is then the placeholder at `name`. Raises `AnswerRejected` where no set passes.
    """
    candidates = tuple(_candidates(find_focuses(subject, rng)))
    sound: dict[tuple[str, str, str], Question | None] = {}
    failed: set[str] = {"count"}
    for attempt in range(_TRIES):
        levels = _levels(subject, rng, exact=attempt < _EXACT_TRIES)
        questions = _compose(candidates, levels, subject, rng, sound)
        if questions is None:
            continue
        rejections = check_questions(questions, subject)
        if not rejections:
            return {"questions": [_to_json(question) for question in questions]}
        failed = {rejection.check for rejection in rejections}
    raise AnswerRejected(sorted(failed))


def _candidates(focuses: Sequence[Focus]) -> Iterator[_Candidate]:
    material = load_material()
    for focus in focuses:
        for group, weight in focus.groups.items():
            for scenario in material.scenarios[group]:
                if focus.measured or not scenario.measured:
                    yield _Candidate(focus, group, scenario, weight)


def _levels(subject: Subject, rng: random.Random, *, exact: bool) -> list[str]:
    """One difficulty for each question, in random order."""
    counts = difficulty_counts(subject.profile)
    levels = [level for level in DIFFICULTIES for _ in range(counts[level])]
    if not exact:
        given, taken = rng.sample(DIFFICULTIES, 2)
        if given in levels:
            levels[levels.index(given)] = taken
    rng.shuffle(levels)
    return levels


def _compose(
    candidates: Sequence[_Candidate],
    levels: Sequence[str],
    subject: Subject,
    rng: random.Random,
    sound: dict[tuple[str, str, str], Question | None],
) -> tuple[Question, ...] | None:
    """One set with a type for each question, the first of them about people or business; None where it cannot be."""
    chosen: list[_Candidate] = []
    questions: list[Question] = []
    for index, level in enumerate(levels):
        pool = [c for c in candidates if level in c.scenario.levels and _fits(c, chosen, human=index == 0)]
        met = Counter(earlier.focus.key for earlier in chosen)
        question = None
        for times in sorted({met[c.focus.key] for c in pool}):
            choices = [c for c in pool if met[c.focus.key] == times]
            while choices and question is None:
                pick = rng.choices(choices, [c.weight for c in choices])[0]
                choices.remove(pick)
                question = _write(pick, level, subject, rng, sound)
                if question is not None:
                    chosen.append(pick)
        if question is None:
            return None
        questions.append(question)
    return tuple(sorted(questions, key=lambda question: DIFFICULTIES.index(question.difficulty)))


def _fits(candidate: _Candidate, chosen: Sequence[_Candidate], *, human: bool) -> bool:
    scenario = candidate.scenario
    if human and scenario.type not in _HUMAN_TYPES:
        return False
    if any(scenario.type == earlier.scenario.type for earlier in chosen):
        return False
    technical = sum(earlier.scenario.category == _TECHNICAL for earlier in chosen)
    return scenario.category != _TECHNICAL or technical < MAX_TECHNICAL


def _write(
    candidate: _Candidate,
    level: str,
    subject: Subject,
    rng: random.Random,
    sound: dict[tuple[str, str, str], Question | None],
) -> Question | None:
    """The question; None where what the resume says makes it fail a check of its own."""
    key = (candidate.focus.key, candidate.scenario.question["ko"], level)
    if key not in sound:
        question = _fill(candidate, level, subject.language, rng)
        sound[key] = None if any(fails(question, subject) for fails in ITEM_CHECKS.values()) else question
    return sound[key]


def _fill(candidate: _Candidate, level: str, language: Language, rng: random.Random) -> Question:
    focus, scenario, material = candidate.focus, candidate.scenario, load_material()
    reasons = material.reasons[scenario.type] if focus.ground else material.bare_reasons
    values = {**focus.values, "ground": focus.ground}
    return Question(
        question=_sentence(scenario.question[language], values, language),
        category=scenario.category,
        difficulty=level,
        type=scenario.type,
        topic=fill(scenario.topic[language], values),
        reason=_sentence(rng.choice(reasons[language]), values, language),
        evidence=QuestionEvidence(focus.path, focus.quote),
        what_good_answers_cover=scenario.covers[language],
    )


def _sentence(text: str, values: Mapping[str, str], language: Language) -> str:
    """The filled text; an English one begins with a capital. `dbt` and `pytest` keep their case in Korean."""
    filled = fill(text, values)
    return filled[:1].upper() + filled[1:] if language == "en" else filled


def _to_json(question: Question) -> dict[str, Any]:
    """In the order of the schema: what it is about, where it comes from, what follows."""
    return {
        "topic": question.topic,
        "type": question.type,
        "category": question.category,
        "difficulty": question.difficulty,
        "evidence": {"path": question.evidence.path, "quote": question.evidence.quote},
        "question": question.question,
        "reason": question.reason,
        "what_good_answers_cover": list(question.what_good_answers_cover),
    }
