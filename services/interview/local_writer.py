"""Writes interview questions by rule, without a model: scenarios laid over what the resume holds."""

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from services.interview.checks import check_questions
from services.interview.checks.items import failed_checks
from services.interview.checks.thresholds import MAX_TECHNICAL
from services.interview.difficulty import difficulty_counts
from services.interview.local_focus import Focus, find_focuses
from services.interview.local_material import Scenario, load_material
from services.interview.local_rotation import Recent, Rotation
from services.interview.model import DIFFICULTIES, TYPES, Question, QuestionEvidence
from shared.generation.korean import fill
from shared.generation.model import Language, Subject
from shared.llm.errors import AnswerRejected

_TECHNICAL = "기술"
_HUMAN_TYPES = frozenset({"Collaboration", "Business"})
# A resume with little in it may have no scenario for every difficulty: later tries take what the checks still allow.
_EXACT_TRIES = 30
_TRIES = 90
# What is left of the weight of a scenario for each of the latest sets that had it.
_FADING = 0.2


class _Candidate(NamedTuple):
    """A way to ask about something. A resume has a thousand of them, and a tuple is made faster than a dataclass."""

    focus: Focus
    scenario: Scenario
    weight: float
    wear: int


def write_questions(subject: Subject, rng: random.Random, rotation: Rotation | None = None) -> dict[str, Any]:
    """Five questions in the shape of the prompt's schema, different from call to call; they pass every check.

    With a `rotation`, which remembers what was asked, scenarios that came up lately stand back and no set comes twice.
    A resume without skills, projects and achievements is asked about by its other texts; one with nothing but a name
    by no evidence at all, which is then the placeholder at `name`. Raises `AnswerRejected` where no set passes.
    """
    rotation = rotation or Rotation()
    candidates = tuple(_candidates(find_focuses(subject, rng), rotation.recall(subject)))
    sound: dict[tuple[str, str, str], Question | None] = {}
    failed: set[str] = {"count"}
    for attempt in range(_TRIES):
        levels = _levels(subject, rng, exact=attempt < _EXACT_TRIES)
        chosen = _compose(candidates, levels, subject, rng, sound)
        if chosen is None:
            continue
        questions = _in_order([question for _, question in chosen])
        rejections = check_questions(questions, subject)
        if not rejections and rotation.note(subject, [pick.scenario.id for pick, _ in chosen], questions):
            return {"questions": [_to_json(question) for question in questions]}
        failed = {rejection.check for rejection in rejections} or {"duplicate"}
    raise AnswerRejected(sorted(failed))


def _candidates(focuses: Sequence[Focus], recent: Recent) -> Iterator[_Candidate]:
    material = load_material()
    for focus in focuses:
        for group, weight in focus.groups.items():
            for scenario in material.scenarios[group]:
                if focus.measured or not scenario.measured:
                    fresh = _FADING ** recent.uses.get(scenario.id, 0)
                    yield _Candidate(focus, scenario, weight * fresh, recent.wear(scenario.id))


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
) -> list[tuple[_Candidate, Question]] | None:
    """One set with a type for each question, the first of them about people or business; None where it cannot be."""
    chosen: list[tuple[_Candidate, Question]] = []
    for index, level in enumerate(levels):
        earlier = [pick for pick, _ in chosen]
        pool = _fitting(candidates, level, earlier, human=index == 0)
        found = _first_sound(pool, earlier, level, subject, rng, sound)
        if found is None:
            return None
        chosen.append(found)
    return chosen


def _first_sound(
    pool: Sequence[_Candidate],
    earlier: Sequence[_Candidate],
    level: str,
    subject: Subject,
    rng: random.Random,
    sound: dict[tuple[str, str, str], Question | None],
) -> tuple[_Candidate, Question] | None:
    """One of the pool by weight and chance; what came up too often or has had its question only for want of others."""
    met = Counter(pick.focus.key for pick in earlier)
    ranks: dict[tuple[int, int], list[_Candidate]] = {}
    for candidate in pool:
        ranks.setdefault((candidate.wear, met[candidate.focus.key]), []).append(candidate)
    for _, choices in sorted(ranks.items(), key=lambda rank: rank[0]):
        while choices:
            # By its place: what is equal, scenarios and all, would be compared with each before it.
            pick = choices.pop(rng.choices(range(len(choices)), [c.weight for c in choices])[0])
            question = _write(pick, level, subject, rng, sound)
            if question is not None:
                return pick, question
    return None


def _in_order(questions: Sequence[Question]) -> tuple[Question, ...]:
    """The easiest first."""
    return tuple(sorted(questions, key=lambda question: DIFFICULTIES.index(question.difficulty)))


def _fitting(
    candidates: Sequence[_Candidate], level: str, chosen: Sequence[_Candidate], *, human: bool
) -> list[_Candidate]:
    """Those of a level, of a type that was not chosen yet, and not technical where enough are."""
    types = (_HUMAN_TYPES if human else frozenset(TYPES)) - {pick.scenario.type for pick in chosen}
    enough = sum(pick.scenario.category == _TECHNICAL for pick in chosen) >= MAX_TECHNICAL
    return [
        candidate
        for candidate in candidates
        if (scenario := candidate.scenario).type in types
        and level in scenario.levels
        and not (enough and scenario.category == _TECHNICAL)
    ]


def _write(
    candidate: _Candidate,
    level: str,
    subject: Subject,
    rng: random.Random,
    sound: dict[tuple[str, str, str], Question | None],
) -> Question | None:
    """The question; None where what the resume says makes it fail a check of its own."""
    key = (candidate.focus.key, candidate.scenario.id, level)
    if key not in sound:
        question = _fill(candidate, level, subject.language, rng)
        sound[key] = None if failed_checks(question, subject) else question
    return sound[key]


def _fill(candidate: _Candidate, level: str, language: Language, rng: random.Random) -> Question:
    focus, scenario, material = candidate.focus, candidate.scenario, load_material()
    reasons = (material.reasons if focus.ground else material.bare_reasons)[scenario.type]
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
