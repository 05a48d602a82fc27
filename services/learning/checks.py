"""The checks that a learning path must pass before anyone sees it. Pure; all together take a few milliseconds.

What counts as invented depends on what a text claims. The strengths of the analysis and the strength steps speak of
what the candidate has used, so every technology in them must be in the resume; but where a description says what to do
it may name a tool and a target. Weaknesses and their steps name what is new: that is their point. Their reasons speak
of both, so a technology in such a reason must be in the resume or be what the step teaches.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import combinations

from services.learning.catalogue import default_catalogue
from services.learning.claims import names_something_new, past_claims, without_targets, without_taught
from services.learning.durations import duration_bounds, parse_duration
from services.learning.model import (
    MAX_STEPS,
    MIN_STEPS,
    PRIORITIES,
    RESOURCE_KINDS,
    STEP_TYPES,
    AnalysisPoint,
    LearningStep,
    PathContent,
)
from services.learning.prerequisites import find_early_steps
from shared.generation.model import CATEGORIES, Subject
from shared.generation.similarity import rouge_l
from shared.generation.text_checks import (
    breaks_script,
    echoes_instructions,
    ends_politely,
    holds_personal_data,
    lacks_language,
    names_evidence,
    names_unknown_technology,
    states_unknown_number,
)
from shared.llm.messages import Rejection

TITLE_SIMILARITY = 0.7  # ROUGE-L over characters; from here on two titles are the same
MIN_OF_EACH_TYPE = 2
STRENGTH_SHARE = (0.4, 0.8)  # about 60 %
MAX_HIGH = 3
RESOURCES = (1, 5)
REASON_CHARACTERS = (30, 300)
_NOT_WORD = re.compile(r"\W+")
# What ends an address where a page puts it between quotes or tags.
_NOT_IN_LINKS = re.compile(r"[\s<>\"'`\\]")

_Check = Callable[[PathContent, Subject], Iterator[Rejection]]


def check_path(content: PathContent, subject: Subject) -> tuple[Rejection, ...]:
    """Every check that the path does not pass, in the order of the table below; empty for a good path."""
    return subject.judge(content, _check)


def _check(content: PathContent, subject: Subject) -> tuple[Rejection, ...]:
    return tuple(rejection for check in _CHECKS.values() for rejection in check(content, subject))


def _count(content: PathContent, _: Subject) -> Iterator[Rejection]:
    if not MIN_STEPS <= len(content.steps) <= MAX_STEPS:
        yield Rejection("count")
    titles = [step.title for step in content.steps]
    for first, second in combinations(range(len(titles)), 2):
        if not titles[second] or rouge_l(titles[first], titles[second]) >= TITLE_SIMILARITY:
            yield Rejection("count", second)


def _balance(content: PathContent, _: Subject) -> Iterator[Rejection]:
    strengths = len(_of_type(content, "strength"))
    weaknesses = len(_of_type(content, "weakness"))
    share = strengths / max(strengths + weaknesses, 1)
    if min(strengths, weaknesses) < MIN_OF_EACH_TYPE or not STRENGTH_SHARE[0] <= share <= STRENGTH_SHARE[1]:
        yield Rejection("balance")


def _vocabulary(content: PathContent, _: Subject) -> Iterator[Rejection]:
    for index, step in enumerate(content.steps):
        kinds_known = all(resource.kind in RESOURCE_KINDS for resource in step.resources)
        if step.type not in STEP_TYPES or step.category not in CATEGORIES or not kinds_known:
            yield Rejection("vocabulary", index)


def _strength_grounded(content: PathContent, subject: Subject) -> Iterator[Rejection]:
    """By its own words or by the ground of the point that it serves; its reason is held to that by `reason`.

    Where the analysis is still to come, or its ground says no more than the point does, the reason speaks for the step.
    """
    grounds = {fold_point(point.point): point.ground for point in content.analysis.strengths}
    for index, step in _of_type(content, "strength"):
        point = fold_point(step.analysis_point)
        ground = grounds.get(point, "")
        has_ground = fold_point(ground) not in ("", point)
        texts = (step.title, step.description, step.analysis_point, ground if has_ground else step.reason)
        if not any(names_evidence(text, subject.profile) for text in texts):
            yield Rejection("strength-grounded", index)


def _weakness_absent(content: PathContent, subject: Subject) -> Iterator[Rejection]:
    for index, step in _of_type(content, "weakness"):
        if not names_something_new(step.title, subject.profile):
            yield Rejection("weakness-absent", index)


def _linked(content: PathContent, _: Subject) -> Iterator[Rejection]:
    points = {
        "strength": {fold_point(point.point) for point in content.analysis.strengths},
        "weakness": {fold_point(point.point) for point in content.analysis.weaknesses},
    }
    served = {(step.type, fold_point(step.analysis_point)) for step in content.steps}
    for index, step in enumerate(content.steps):
        if fold_point(step.analysis_point) not in points.get(step.type, set().union(*points.values())):
            yield Rejection("linked", index)
    if any((kind, point) not in served for kind, of_kind in points.items() for point in of_kind):
        yield Rejection("linked")


def _duration(content: PathContent, subject: Subject) -> Iterator[Rejection]:
    shortest, longest = duration_bounds(subject.profile.level, subject.weekly_hours)
    for index, step in enumerate(content.steps):
        days = parse_duration(step.estimated_duration)
        if days is None or not shortest <= days <= longest:
            yield Rejection("duration", index)


def _prerequisites(content: PathContent, subject: Subject) -> Iterator[Rejection]:
    for index in find_early_steps(content.steps, subject.profile):
        yield Rejection("prerequisites", index)


def _priority(content: PathContent, _: Subject) -> Iterator[Rejection]:
    written = [step.priority for step in content.steps]
    for index, priority in enumerate(written):
        if priority not in PRIORITIES:
            yield Rejection("priority", index)
    ranks = [PRIORITIES.index(priority) for priority in written if priority in PRIORITIES]
    if len(set(written)) == 1 or written.count("high") > MAX_HIGH or ranks != sorted(ranks):
        yield Rejection("priority")


def _resources(content: PathContent, _: Subject) -> Iterator[Rejection]:
    catalogue = default_catalogue()
    for index, step in enumerate(content.steps):
        links = {resource.link for resource in step.resources if resource.link}
        in_bounds = RESOURCES[0] <= len(step.resources) <= RESOURCES[1]
        titled = all(resource.title for resource in step.resources)
        own_link = not step.link or step.link in links
        plain = not any(map(_NOT_IN_LINKS.search, links))
        if not (in_bounds and titled and own_link and plain and all(map(catalogue.allows, links))):
            yield Rejection("resources", index)


def _reason(content: PathContent, subject: Subject) -> Iterator[Rejection]:
    shortest, longest = REASON_CHARACTERS
    for index, step in enumerate(content.steps):
        cites = names_evidence(step.reason, subject.profile)
        polite = subject.language != "ko" or ends_politely(step.reason)
        if not (shortest <= len(step.reason) <= longest and cites and polite):
            yield Rejection("reason", index)


def _invented_technology(content: PathContent, subject: Subject) -> Iterator[Rejection]:
    for index, step in enumerate(content.steps):
        claim = step.reason if step.type == "weakness" else past_claims(step)
        if names_unknown_technology(claim, subject.profile) and (
            step.type != "weakness" or names_unknown_technology(without_taught(step), subject.profile)
        ):
            yield Rejection("invented-tech", index)
    if names_unknown_technology(_points_text(content.analysis.strengths), subject.profile):
        yield Rejection("invented-tech")


def _invented_number(content: PathContent, subject: Subject) -> Iterator[Rejection]:
    steps = (replace(step, description=without_targets(step.description)) for step in content.steps)
    claimed = replace(content, steps=tuple(steps))
    return _reject_text("invented-number", claimed, lambda text: states_unknown_number(text, subject.profile))


def _personal_data(content: PathContent, subject: Subject) -> Iterator[Rejection]:
    return _reject_text("pii", _with_titles(content), lambda text: holds_personal_data(text, subject.profile))


def _injection(content: PathContent, _: Subject) -> Iterator[Rejection]:
    return _reject_text("injection", _with_titles(content), echoes_instructions)


def _script(content: PathContent, subject: Subject) -> Iterator[Rejection]:
    """Description and reason each; a title may be made of names, but not of words of another language alone."""
    profile, language = subject.profile, subject.language
    for index, step in enumerate(content.steps):
        texts = (step.description, step.reason, f"{_own_words(step)}\n{step.analysis_point}")
        foreign = lacks_language(step.title, profile, language)
        if foreign or any(breaks_script(text, profile, language) for text in texts):
            yield Rejection("script", index)
    if breaks_script(_whole_text(content), profile, language):
        yield Rejection("script")


_CHECKS: Mapping[str, _Check] = {
    "count": _count,
    "balance": _balance,
    "vocabulary": _vocabulary,
    "strength-grounded": _strength_grounded,
    "weakness-absent": _weakness_absent,
    "linked": _linked,
    "duration": _duration,
    "priority": _priority,
    "prerequisites": _prerequisites,
    "resources": _resources,
    "reason": _reason,
    "invented-tech": _invented_technology,
    "invented-number": _invented_number,
    "pii": _personal_data,
    "script": _script,
    "injection": _injection,
}
CHECK_NAMES = frozenset(_CHECKS)


def _reject_text(check: str, content: PathContent, is_bad: Callable[[str], bool]) -> Iterator[Rejection]:
    for index, step in enumerate(content.steps):
        if is_bad(f"{_own_words(step)}\n{step.analysis_point}"):
            yield Rejection(check, index)
    if is_bad(_whole_text(content)):
        yield Rejection(check)


def _of_type(content: PathContent, kind: str) -> list[tuple[int, LearningStep]]:
    return [(index, step) for index, step in enumerate(content.steps) if step.type == kind]


def _own_words(step: LearningStep) -> str:
    return f"{step.title}\n{step.description}\n{step.reason}"


def _with_titles(content: PathContent) -> PathContent:
    """The titles of resources count as text of their step."""
    titles = ["\n".join(resource.title for resource in step.resources) for step in content.steps]
    steps = (replace(step, title=f"{step.title}\n{more}") for step, more in zip(content.steps, titles, strict=True))
    return replace(content, steps=tuple(steps))


def _points_text(points: tuple[AnalysisPoint, ...]) -> str:
    return "\n".join(f"{point.point}\n{point.ground}" for point in points)


def _whole_text(content: PathContent) -> str:
    """What the path says outside of its steps."""
    analysis = content.analysis
    return f"{_points_text(analysis.strengths)}\n{_points_text(analysis.weaknesses)}\n{content.summary}"


def fold_point(text: str) -> str:
    """Points are the same whatever their blanks, case and punctuation."""
    return _NOT_WORD.sub("", unicodedata.normalize("NFKC", text)).casefold()
