"""What a resume lacks against its role, level and market, each with a step that closes it, for our own writer."""

from collections.abc import Iterator, Mapping
from functools import cache
from random import Random
from typing import TypeVar

from services.learning.catalogue import default_catalogue
from services.learning.drafts import (
    Candidate,
    Draft,
    name,
    short_quotes,
    skill_name,
    term_name,
    wording,
    write_draft,
)
from services.learning.material import Facet, default_material
from shared.generation.korean import fill
from shared.generation.model import Subject
from shared.resume_profile.model import Level, ResumeProfile, Term
from shared.resume_profile.vocabulary import default_vocabulary

T = TypeVar("T")

# Families of which a new term is worth learning, by role.
_FAMILIES: Mapping[str, frozenset[str]] = {
    "backend": frozenset(("backend", "database", "messaging", "search", "cloud", "devops", "observability", "qa")),
    "devops": frozenset(("devops", "cloud", "observability", "messaging", "security")),
    "frontend": frozenset(("frontend", "qa", "backend")),
    "mobile": frozenset(("mobile", "qa")),
    "data": frozenset(("data", "database", "messaging", "ml", "cloud")),
    "ml": frozenset(("ml", "data", "devops")),
    "security": frozenset(("security", "cloud", "devops", "observability")),
    "qa": frozenset(("qa", "devops")),
    "design": frozenset(("design", "frontend", "product")),
    "product": frozenset(("product", "data", "marketing")),
    "marketing": frozenset(("marketing", "data", "product")),
}
_SKILL_SHARE = 0.6  # of the reasons of technical gaps; the others rest on a project
_RELATED_WEIGHT = {"next": 1.5, "needs": 1.5, "near": 0.5}
_GROUND = {
    "ko": ("보유 역량과 경력에서 {lack:을/를} 찾을 수 없습니다.", "이력서 어디에도 {lack:이/가} 적혀 있지 않습니다."),
    "en": ("Neither skills nor experience mention {lack}.", "Nothing in the resume speaks of {lack}."),
}
_POINT = {"ko": "{lack} 부족", "en": "No sign yet of {lack}"}
_EVIDENCE = {
    ("project", "ko"): (
        "‘{anchor}’ 경험은 있지만 {lack:은/는} 이력서에서 확인되지 않습니다.",
        "‘{anchor}’ 기록에는 {lack:이/가} 보이지 않습니다.",
        "‘{anchor}’ 다음 단계로 나아가려면 {lack:이/가} 필요합니다.",
    ),
    ("skill", "ko"): (
        "{anchor} 경험에 비해 {lack:이/가} 드러나지 않습니다.",
        "{anchor:은/는} 이력서에 있지만 {lack:은/는} 없습니다.",
        "{anchor} 경험을 한 단계 넓히려면 {lack:이/가} 필요합니다.",
    ),
    ("text", "ko"): (
        "‘{anchor:이라고/라고}’ 적었지만 {lack:은/는} 확인되지 않습니다.",
        "‘{anchor}’ 외에 {lack:은/는} 이력서에 보이지 않습니다.",
        "‘{anchor}’ 이야기에 {lack:이/가} 더해지면 설득력이 커집니다.",
    ),
    ("none", "ko"): ("이력서에 아직 {lack:이/가} 적혀 있지 않습니다.",),
    ("project", "en"): (
        "“{anchor}” is there, but the resume shows nothing of {lack}.",
        "The entry “{anchor}” says nothing of {lack}.",
    ),
    ("skill", "en"): (
        "Beside your experience with {anchor}, the resume shows nothing of {lack}.",
        "{anchor} is in your resume; {lack} is not.",
    ),
    ("text", "en"): ("You wrote “{anchor}”, but the resume shows nothing of {lack}.",),
    ("none", "en"): ("The resume says nothing yet of {lack}.",),
}


def find_gaps(subject: Subject, rng: Random) -> list[Candidate]:
    """Candidates for weakness steps: what role and level ask for, then what the vocabulary ties to the skills."""
    facets = _missing(subject.profile)
    return [_of_facet(facet, subject, rng) for facet in facets] + list(_related(subject, rng))


def find_gap_topics(subject: Subject) -> tuple[str, ...]:
    """Topics of the catalogue that teach what role and level ask for and the resume lacks, the weightiest first."""
    facets = sorted(_missing(subject.profile), key=lambda facet: facet.weight, reverse=True)
    return tuple(dict.fromkeys(topic for facet in facets for topic in facet.topics))


def _missing(profile: ResumeProfile) -> list[Facet]:
    said = " ".join(place.text for place in profile.texts).casefold()
    known, role = known_names(profile), _role(profile)
    return [
        facet
        for facet in default_material().gaps
        if facet.suits(role, profile.level)
        and not facet.absent & known
        and not any(word in said for word in facet.words)
    ]


def known_names(profile: ResumeProfile) -> frozenset[str]:
    """Terms that the resume claims, what they imply, and their families."""
    terms = [skill.term for skill in profile.skills if skill.term is not None]
    implied = {name for term in terms for name in default_vocabulary().implied(term)}
    return frozenset(implied | {term.family for term in terms})


def _role(profile: ResumeProfile) -> str:
    return profile.role if profile.role in _FAMILIES else "general"


def _of_facet(facet: Facet, subject: Subject, rng: Random) -> Candidate:
    lack = wording(facet, subject.language).lack
    weight = float(facet.weight)
    return tuple(_draft(facet, {}, lack, "", weight, anchor, subject, rng) for anchor in _anchors(facet, subject, rng))


def _anchors(facet: Facet, subject: Subject, rng: Random) -> list[tuple[str, str]]:
    """What a reason may rest on: a project or, for what is technical, a skill; else another text, else nothing."""
    profile = subject.profile
    projects = [("project", name(project.title.text)) for project in profile.projects if project.title]
    of_role = [skill for skill in profile.skills if skill.term and skill.term.family == profile.role]
    skills = [("skill", skill_name(skill, subject.language)) for skill in of_role or profile.skills]
    projects, skills = _shuffled(projects, rng), _shuffled(skills, rng)
    technical = facet.category in ("기술", "문제해결")
    anchors = [*skills[:2], *projects[:2]] if technical and rng.random() < _SKILL_SHARE else [*projects, *skills[:2]]
    anchors = [anchor for anchor in anchors if anchor[1]]
    anchors = anchors or [("text", words) for words in _shuffled(short_quotes(profile), rng)]
    return [*anchors[:4], ("none", "")]


def _shuffled(items: list[T], rng: Random) -> list[T]:
    return rng.sample(items, len(items))


def _related(subject: Subject, rng: Random) -> Iterator[Candidate]:
    """Terms that a skill leads to, rests on, or is compared with, and that the resume lacks."""
    profile, language = subject.profile, subject.language
    families, known = _FAMILIES.get(profile.role, frozenset()), known_names(profile)
    for skill in profile.skills:
        if skill.term is None or not name(skill.name):
            continue
        for term in _tied(skill.term):
            kind = "" if term.name in known else _relation(skill.term, term, known, profile.level)
            # A language leads to what the role itself works with; other terms lead on within their family.
            wanted = {profile.role} if skill.term.family == "language" else families
            if kind and (term.family in wanted or kind == "needs"):
                facet = default_material().related[kind]
                values = {"skill": skill_name(skill, language), "new": term_name(term, language)}
                lack = fill(wording(facet, language).lack, values)
                yield (
                    _draft(
                        facet, values, lack, term.name, _RELATED_WEIGHT[kind], ("skill", values["skill"]), subject, rng
                    ),
                )


@cache
def _teachable() -> tuple[Term, ...]:
    """Products that the catalogue has something to learn from."""
    catalogue = default_catalogue()
    return tuple(term for term in default_vocabulary().terms if not term.method and catalogue.for_topic(term.name))


@cache
def _tied(skill: Term) -> tuple[Term, ...]:
    """Of these the ones that a skill may lead to, whoever has it."""
    named = {*skill.prerequisites, *skill.neighbours}
    return tuple(term for term in _teachable() if term.name in named or skill.name in term.prerequisites)


def _relation(skill: Term, new: Term, known: frozenset[str], level: Level) -> str:
    """How a new term is tied to a known one; empty where it is not. A practice leads to no tool."""
    if skill.method:
        return ""
    if new.name in skill.prerequisites:
        return "needs" if level is Level.ENTRY else ""
    if skill.name in new.prerequisites and skill.family in ("language", new.family):
        return "" if known.intersection(new.neighbours) or not known.issuperset(new.prerequisites) else "next"
    compared = new.name in skill.neighbours and new.family == skill.family
    return "near" if compared and new.family not in ("language", "cache") else ""


def _draft(
    facet: Facet,
    values: Mapping[str, str],
    lack: str,
    topic: str,
    weight: float,
    anchor: tuple[str, str],
    subject: Subject,
    rng: Random,
) -> Draft:
    language, (kind, anchored) = subject.language, anchor
    lacking = {"lack": lack, "anchor": anchored}
    return write_draft(
        "weakness",
        facet,
        language,
        values,
        point=fill(_POINT[language], lacking),
        ground=fill(rng.choice(_GROUND[language]), lacking),
        evidence=fill(rng.choice(_EVIDENCE[kind, language]), lacking),
        topic=topic,
        label=lack,
        weight=weight,
    )
