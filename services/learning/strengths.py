"""Strengths of a resume with their ground, each with a step that deepens it, for our own writer."""

import re
from collections.abc import Iterator, Mapping
from random import Random

from services.learning.drafts import Candidate, Draft, name, quote, short_quotes, skill_name, wording, write_draft
from services.learning.material import Facet, default_material
from shared.generation.korean import fill
from shared.generation.model import Language, Subject
from shared.resume_profile.model import Evidence, Project, ResumeProfile, Skill

_ACHIEVEMENT = re.compile(r".+\.(?:key_)?achievements\[\d+\]")
_WEIGHT = {"achievement": 3.0, "project": 2.0, "text": 1.5, "listed": 1.0}
_ROLE_BONUS = 0.5
_MOST_SKILLS = 40
_FEW_SKILLS = 2

# How the ground of a strength is said, by what it rests on.
_POINTS = {
    ("achievement", "ko"): "{skill} 경험을 성과로 연결한 점",
    ("project", "ko"): "‘{project}’에서 다진 {skill} 경험",
    ("text", "ko"): "소개에서 내세운 {skill} 경험",
    ("listed", "ko"): "{skill} 기본기",
    ("achievement", "en"): "Turned {skill} into a result",
    ("project", "en"): "{skill} as applied in “{project}”",
    ("text", "en"): "{skill} as put forward in the introduction",
    ("listed", "en"): "Groundwork in {skill}",
}
_GROUNDS = {
    ("achievement", "ko"): "‘{quote}’에서 드러납니다.",
    ("project", "ko"): "‘{project}’ 기록에 {skill:이/가} 나옵니다.",
    ("text", "ko"): "‘{quote:이라는/라는}’ 소개에 {skill:이/가} 나옵니다.",
    ("listed", "ko"): "보유 역량 목록에 {skill:이/가} 있습니다.",
    ("achievement", "en"): "It shows in “{quote}”.",
    ("project", "en"): "The entry “{project}” names {skill}.",
    ("text", "en"): "The introduction “{quote}” names {skill}.",
    ("listed", "en"): "The list of skills has {skill}.",
}
_EVIDENCE = {
    ("achievement", "ko"): (
        "‘{quote}’ 성과에서 {skill} 역량이 드러납니다.",
        "{skill} 경험이 ‘{quote:이라는/라는}’ 결과로 이어졌습니다.",
        "‘{quote}’까지 해낸 {skill} 경험은 더 깊이 파고들 만합니다.",
    ),
    ("project", "ko"): (
        "‘{project}’에서 {skill:을/를} 다뤘습니다.",
        "‘{project}’ 경험이 {skill} 역량의 바탕입니다.",
        "{skill:은/는} ‘{project}’에서 쌓은 경험 가운데 하나입니다.",
    ),
    ("text", "ko"): ("이력서 소개에서 {skill} 경험을 내세웠습니다.", "스스로 강조한 역량이 {skill}입니다."),
    ("listed", "ko"): (
        "보유 역량으로 {skill:을/를} 적었지만 쓰임은 아직 드러나지 않습니다.",
        "이력서의 {skill:은/는} 이름만 적혀 있어 깊이를 보여 줄 사례가 필요합니다.",
    ),
    ("achievement", "en"): ("“{quote}” shows what you can do with {skill}.", "{skill} led to “{quote}”."),
    ("project", "en"): ("You worked with {skill} in “{project}”.", "Your {skill} rests on “{project}”."),
    ("text", "en"): ("Your introduction puts {skill} forward.", "{skill} is what you stress yourself."),
    ("listed", "en"): (
        "{skill} is on your list, but how you used it does not show yet.",
        "Your resume only names {skill}, so a case would show its depth.",
    ),
}
_PROJECT = {
    "ko": (
        "‘{project}’ 수행 경험",
        "이력서에 ‘{project}’ 기록이 있습니다.",
        (
            "‘{project}’ 경험은 이력서에서 가장 구체적인 재료입니다.",
            "‘{project}’ 한 건으로도 여러 역량을 보여 줄 수 있습니다.",
        ),
    ),
    "en": (
        "Having carried out “{project}”",
        "The resume has “{project}”.",
        ("“{project}” is the most concrete material you have.", "“{project}” alone can show several abilities."),
    ),
}
_RESULT = {
    "ko": (
        "‘{project}’에서 남긴 성과",
        "‘{quote:이라고/라고}’ 적었습니다.",
        ("‘{quote}’ 성과를 남겼습니다.", "이력서에서 ‘{quote}’ 성과가 눈에 띕니다."),
    ),
    "en": (
        "A result from “{project}”",
        "It says “{quote}”.",
        ("You achieved “{quote}”.", "“{quote}” stands out in your resume."),
    ),
}
_TEXT = {
    "ko": (
        "‘{quote}’ 경험",
        "이력서에 ‘{quote:이라고/라고}’ 적었습니다.",
        ("이력서에 ‘{quote:이라고/라고}’ 적었습니다.",),
    ),
    "en": ("Experience: “{quote}”", "The resume says “{quote}”.", ("Your resume says “{quote}”.",)),
}


def find_strengths(subject: Subject, rng: Random) -> list[Candidate]:
    """Candidates for strength steps; those of one skill or project differ in what they deepen. Never empty."""
    profile = subject.profile
    found = [
        candidate
        for skill in profile.skills[:_MOST_SKILLS]
        for candidate in _of_skill(skill, subject, rng)
        if candidate
    ]
    found += [candidate for project in profile.projects for candidate in _of_project(project, subject, rng)]
    if not found:
        found = list(_of_texts(subject, rng))
    return found or list(_starts(subject))


def _of_skill(skill: Skill, subject: Subject, rng: Random) -> Iterator[Candidate]:
    if not name(skill.name):
        return
    grounds = list(_grounds(skill, subject))
    for facet in _facets(skill, subject.profile):
        yield tuple(_skill_draft(facet, skill, kind, values, subject, rng) for kind, values in grounds)


def _facets(skill: Skill, profile: ResumeProfile) -> list[Facet]:
    """Facets of the term and its family; those that fit any skill where there are few skills, or none of its own."""
    suiting = [facet for facet in default_material().deepenings if facet.suits(profile.role, profile.level)]
    own = {skill.term.name, skill.term.family} if skill.term else set()
    excepted = skill.term.name if skill.term else ""
    fitting = [facet for facet in suiting if facet.fits & own and excepted not in facet.excepted]
    if fitting and len(profile.skills) > _FEW_SKILLS:
        return fitting
    return fitting + [facet for facet in suiting if "any" in facet.fits]


def _grounds(skill: Skill, subject: Subject) -> Iterator[tuple[str, dict[str, str]]]:
    """What the skill rests on, the strongest first."""
    profile, values = subject.profile, {"skill": skill_name(skill, subject.language)}
    for place in skill.places:
        if _ACHIEVEMENT.fullmatch(place.path) and quote(place.text):
            yield "achievement", {**values, "quote": quote(place.text)}
    for project in profile.projects:
        title = _title(project)
        if title and any(place.path.startswith(f"{project.path}.") for place in skill.places):
            yield "project", {**values, "project": title}
    for place in skill.places:
        if place.path == "summary" and quote(place.text):
            yield "text", {**values, "quote": quote(place.text)}
    yield "listed", values


def _skill_draft(facet: Facet, skill: Skill, kind: str, values: dict[str, str], subject: Subject, rng: Random) -> Draft:
    language = subject.language
    of_role = skill.term is not None and skill.term.family == subject.profile.role
    return write_draft(
        "strength",
        facet,
        language,
        values,
        point=fill(_POINTS[kind, language], values),
        ground=fill(_GROUNDS[kind, language], values),
        evidence=fill(rng.choice(_EVIDENCE[kind, language]), values),
        topic=skill.term.name if skill.term else "",
        label=values["skill"],
        weight=_WEIGHT[kind] + (_ROLE_BONUS if of_role else 0.0),
    )


def _of_project(project: Project, subject: Subject, rng: Random) -> Iterator[Candidate]:
    title, material = _title(project), default_material()
    if not title:
        return
    role = subject.profile.role
    for facet in material.projects:
        if role in facet.roles:
            yield (_phrased(facet, _PROJECT, {"project": title}, title, _WEIGHT["project"], subject, rng),)
    for facet in material.achievements:
        quotes = [quote(achievement.text) for achievement in project.achievements]
        if any(quotes):
            values = {"project": title, "quote": rng.choice([text for text in quotes if text])}
            yield (_phrased(facet, _RESULT, values, title, _WEIGHT["achievement"], subject, rng),)


def _of_texts(subject: Subject, rng: Random) -> Iterator[Candidate]:
    for words in short_quotes(subject.profile):
        for facet in default_material().texts:
            yield (_phrased(facet, _TEXT, {"quote": words}, words, _WEIGHT["text"], subject, rng),)


def _phrased(
    facet: Facet,
    phrases: Mapping[str, tuple[str, str, tuple[str, ...]]],
    values: dict[str, str],
    label: str,
    weight: float,
    subject: Subject,
    rng: Random,
) -> Draft:
    point, ground, evidence = phrases[subject.language]
    return write_draft(
        "strength",
        facet,
        subject.language,
        values,
        point=fill(point, values),
        ground=fill(ground, values),
        evidence=fill(rng.choice(evidence), values),
        topic="",
        label=_quoted(label, subject.language),
        weight=weight,
    )


def _starts(subject: Subject) -> Iterator[Candidate]:
    for facet in default_material().starts:
        words = wording(facet, subject.language)
        yield (
            write_draft(
                "strength",
                facet,
                subject.language,
                {},
                point=words.point,
                ground=words.ground,
                evidence="",
                topic="",
                label="",
                weight=_WEIGHT["achievement"],
            ),
        )


def _title(project: Project) -> str:
    title: Evidence | None = project.title
    return name(title.text) if title is not None else ""


def _quoted(label: str, language: Language) -> str:
    return f"‘{label}’" if language == "ko" else f"“{label}”"
