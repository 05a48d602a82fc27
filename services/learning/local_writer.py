"""Our own writer of learning paths: rules over the resume, the vocabulary and the catalogue; no model, no network.

Strengths are taken from skills, achievements and projects, weaknesses from what role, level and the vocabulary expect.
"""

import json
from collections.abc import Callable, Sequence
from functools import cache
from random import Random
from typing import Any

from services.learning.catalogue import TECHNICAL_ROLES, CatalogueEntry, default_catalogue
from services.learning.checks import TITLE_SIMILARITY, check_path
from services.learning.drafts import Candidate, Draft
from services.learning.durations import fit_duration
from services.learning.gaps import find_gaps, known_names
from services.learning.model import MIN_STEPS, Analysis, AnalysisPoint, LearningResource, LearningStep, PathContent
from services.learning.reading import read_path
from services.learning.strengths import find_strengths
from shared.generation.korean import fill
from shared.generation.model import Language, Subject
from shared.generation.similarity import rouge_l
from shared.llm.errors import AnswerRejected
from shared.resume_profile.vocabulary import default_vocabulary

# Strength and weakness steps: about 60 % and 40 %. The last is for resumes that say too little for any other.
_MIXES = ((3, 2), (3, 3), (4, 2), (4, 3), (5, 3))
_THIN_MIX = (2, 3)
_TRIES = 5
_RESOURCES = (2, 3)
_ENOUGH = 3  # of a type; for more a path does not say the same thing twice
_LEVELS = {"entry": ("entry",), "middle": ("entry", "middle"), "senior": ("middle", "senior")}
_PATH_CHECKS = frozenset(("count", "balance", "priority"))  # which say nothing of a single step
_WEEKS_OF_MONTHS = {4: "1개월", 8: "2개월"}
_SUMMARIES = {
    "ko": (
        "{strengths} 경험을 설명할 수 있는 강점으로 다듬으면서 {gaps:을/를} 보완하는 경로입니다. "
        "먼저 “{first}”에 집중하고, 나머지는 순서대로 이어 가세요.",
        "{strengths:을/를} 중심으로 강점을 깊게 만들고, 이력서에 보이지 않는 {gaps:을/를} 채우도록 구성했습니다. "
        "출발점은 “{first}”입니다.",
    ),
    "en": (
        "This path turns {strengths} into strengths you can explain, and adds practice in {gaps}. "
        "Follow the order of the steps, beginning here: {first}.",
        "It deepens {strengths} and closes what the resume does not show: {gaps}. The place to start: {first}.",
    ),
}
_OPEN_SUMMARIES = {
    "ko": "경험을 꺼내 강점을 찾고 {gaps:을/를} 채워 이력서의 바탕을 만드는 경로입니다. 먼저 “{first}”부터 시작하세요.",
    "en": "This path brings out your experience and its strengths, and adds practice in {gaps}. Begin here: {first}.",
}
_TWO = {"ko": "{first:과/와} {second}", "en": "{first} and {second}"}


def write_path(subject: Subject, rng: Random) -> dict[str, Any]:
    """A path in the shape of the prompt's schema that passes every check; another one on each call.

    Raises `AnswerRejected` with the names of the checks where the resume allows no such path.
    """
    failed: set[str] = set()
    for _ in range(_TRIES):
        path = _compose(subject, rng)
        rejections = check_path(read_path(json.dumps(path, ensure_ascii=False)), subject)
        if not rejections:
            return path
        failed.update(rejection.check for rejection in rejections)
    raise AnswerRejected(sorted(failed))


def _compose(subject: Subject, rng: Random) -> dict[str, Any]:
    strengths = _pick(find_strengths(subject, rng), max(s for s, _ in _MIXES), [], subject, rng)
    weaknesses = _pick(find_gaps(subject, rng), max(w for _, w in _MIXES), strengths, subject, rng)
    possible = [(s, w) for s, w in _MIXES if s <= len(strengths) and w <= len(weaknesses)]
    mix = rng.choice(possible or [_THIN_MIX])
    strengths, weaknesses = strengths[: mix[0]], weaknesses[: mix[1]]
    drafts = _in_order([*strengths, *weaknesses], rng)
    return {
        "analysis": {"strengths": _points(strengths), "weaknesses": _points(weaknesses)},
        "learning_paths": _steps(drafts, subject, rng),
        "summary": _summary(strengths, weaknesses, drafts[0] if drafts else None, subject, rng),
    }


def _pick(
    candidates: Sequence[Candidate], wanted: int, beside: Sequence[Draft], subject: Subject, rng: Random
) -> list[Draft]:
    """By weight and chance; unlike each other and those beside them. Repeats a subject only where too few are left."""
    ranked = sorted(candidates, key=lambda candidate: candidate[0].weight + 2.0 * rng.random(), reverse=True)
    picked: list[Draft] = []
    sound: dict[Draft, bool] = {}
    for repeats in (_repeats, _repeats_facet, _repeats_nothing):
        if repeats is _repeats_nothing and len(picked) >= _ENOUGH:
            break
        for candidate in ranked:
            if len(picked) < wanted and not repeats(candidate[0], picked):
                draft = _first_sound(candidate, [*beside, *picked], subject, sound)
                picked += [draft] if draft is not None else []
    return picked


def _repeats(draft: Draft, picked: Sequence[Draft]) -> bool:
    """Whether a path says enough of this already: the same facet or subject, or another of a kind it needs but once."""
    same = any(draft.label and other.label == draft.label for other in picked)
    return same or _repeats_facet(draft, picked) or any(_is_rare(draft) and _is_rare(other) for other in picked)


def _repeats_facet(draft: Draft, picked: Sequence[Draft]) -> bool:
    return any(other.facet is draft.facet for other in picked)


def _repeats_nothing(draft: Draft, picked: Sequence[Draft]) -> bool:
    return draft in picked


def _is_rare(draft: Draft) -> bool:
    """Strengths that rest on a project as a whole, and gaps that only the vocabulary knows of."""
    return not draft.topic if draft.type == "strength" else bool(draft.topic)


def _first_sound(
    candidate: Candidate, beside: Sequence[Draft], subject: Subject, sound: dict[Draft, bool]
) -> Draft | None:
    """The first way of saying it whose title is unlike the others and that passes every check of a step."""
    for draft in candidate:
        if all(rouge_l(draft.title, other.title) < TITLE_SIMILARITY for other in beside):
            if draft not in sound:
                sound[draft] = all(r.check in _PATH_CHECKS for r in check_path(_alone(draft, subject), subject))
            if sound[draft]:
                return draft
    return None


def _alone(draft: Draft, subject: Subject) -> PathContent:
    point = AnalysisPoint(draft.point, draft.ground)
    step = LearningStep(
        type=draft.type,
        title=draft.title,
        description=draft.description,
        category=draft.facet.category,
        priority="high",
        estimated_duration=_in_time(draft.facet.weeks[0], subject) or "1주",
        resources=(LearningResource("-", "book"),),
        link="",
        reason=draft.reason,
        analysis_point=draft.point,
    )
    strengths, weaknesses = ((point,), ()) if draft.type == "strength" else ((), (point,))
    return PathContent(Analysis(strengths, weaknesses), (step,), draft.title)


def _in_order(drafts: Sequence[Draft], rng: Random) -> list[Draft]:
    """The most important first, with a strength and a weakness at the head."""
    ranked = sorted(drafts, key=lambda draft: draft.weight + rng.random(), reverse=True)
    other = next((draft for draft in ranked if draft.type != ranked[0].type), None)
    if other is not None:
        ranked.remove(other)
        ranked.insert(1, other)
    return ranked


def _points(drafts: Sequence[Draft]) -> list[dict[str, str]]:
    points = {draft.point: draft.ground for draft in drafts}
    return [{"point": point, "ground": ground} for point, ground in points.items()]


def _steps(drafts: Sequence[Draft], subject: Subject, rng: Random) -> list[dict[str, Any]]:
    used: set[str] = set()
    high = rng.choice((2, 3)) if len(drafts) > MIN_STEPS else 2
    low = len(drafts) - rng.choice((1, 2))
    return [
        {
            "type": draft.type,
            "analysis_point": draft.point,
            "title": draft.title,
            "description": draft.description,
            "category": draft.facet.category,
            "priority": "high" if index < high else "low" if index >= low else "medium",
            "estimated_duration": _duration(draft, subject, rng),
            "resources": _resources(draft, subject, used, rng),
            "reason": draft.reason,
        }
        for index, draft in enumerate(drafts)
    ]


def _duration(draft: Draft, subject: Subject, rng: Random) -> str:
    weeks = rng.randint(*draft.facet.weeks)
    in_time = _in_time(weeks, subject)
    if in_time:
        return in_time
    if weeks == 1:
        return rng.choice(("1주", "10일"))
    return _WEEKS_OF_MONTHS[weeks] if weeks in _WEEKS_OF_MONTHS and rng.random() < 0.5 else f"{weeks}주"


def _in_time(weeks: int, subject: Subject) -> str:
    """Weeks of usual effort for somebody with these hours a week; empty where nothing is said of them."""
    hours = subject.weekly_hours
    return "" if hours is None else fit_duration(weeks, subject.profile.level, hours)


def _resources(draft: Draft, subject: Subject, used: set[str], rng: Random) -> list[dict[str, str]]:
    """Two or three of the catalogue, one with a link among them; none twice in a path while others are left."""
    entries = _entries(draft, subject, rng)
    wanted = rng.randint(*_RESOURCES)
    nearest = [entry for entry in entries if {draft.topic, *draft.facet.topics[:1]}.intersection(entry.topics)]
    fresh = [entry for entry in entries if entry.title not in used]
    by_use = [*(entry for entry in nearest if entry in fresh), *nearest, *fresh, *entries]
    linked = next((entry for entry in by_use if entry.link), None)
    chosen = [linked] if linked else []
    chosen += [entry for entry in fresh if entry is not linked][: wanted - len(chosen)]
    chosen = chosen or entries[:1]
    used.update(entry.title for entry in chosen)
    return [{"title": entry.title_in(subject.language), "kind": entry.kind} for entry in chosen]


def _entries(draft: Draft, subject: Subject, rng: Random) -> list[CatalogueEntry]:
    """Entries for the step, the nearest topic first, of the candidate's level and language as far as there are such.

    Entries on terms that are neither known nor taught come only where there are no others.
    """
    profile = subject.profile
    catalogue = default_catalogue()
    term = default_vocabulary().lookup(draft.topic) if draft.topic else None
    topics = (draft.topic, *draft.facet.topics, term.family if term else "")
    spare = "engineering" if profile.role in TECHNICAL_ROLES else "career"
    by_topic = [catalogue.for_topic(topic) for topic in topics]
    found = [entry for entries in by_topic for entry in rng.sample(entries, len(entries))]
    found = found or list(catalogue.for_topic(spare))
    familiar = known_names(profile) | set(topics)
    wishes: tuple[Callable[[CatalogueEntry], bool], ...] = (
        lambda entry: entry.suits(profile.role),
        lambda entry: not _terms(entry) or not familiar.isdisjoint(_terms(entry)),
        lambda entry: entry.level in ("all", *_LEVELS[profile.level]),
        lambda entry: entry.readable_in(subject.language),
        lambda entry: entry.language == subject.language or not _is_soft(entry),
    )
    for wish in wishes:
        found = [entry for entry in found if wish(entry)] or found
    return list(dict.fromkeys(found))


@cache
def _terms(entry: CatalogueEntry) -> frozenset[str]:
    return frozenset(topic for topic in entry.topics if default_vocabulary().lookup(topic) is not None)


def _is_soft(entry: CatalogueEntry) -> bool:
    return all(topic in default_catalogue().soft_topics or topic == "business" for topic in entry.topics)


def _summary(
    strengths: Sequence[Draft], weaknesses: Sequence[Draft], first: Draft | None, subject: Subject, rng: Random
) -> str:
    language = subject.language
    labels = list(dict.fromkeys(draft.label for draft in strengths if draft.label))[:2]
    values = {
        "strengths": _both(labels, language),
        "gaps": _both([draft.label for draft in weaknesses[:2]], language),
        "first": first.title if first else "",
    }
    return fill(rng.choice(_SUMMARIES[language]) if labels else _OPEN_SUMMARIES[language], values)


def _both(labels: Sequence[str], language: Language) -> str:
    if len(labels) != 2:
        return labels[0] if labels else ""
    return fill(_TWO[language], {"first": labels[0], "second": labels[1]})
