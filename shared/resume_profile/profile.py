"""From a resume as it was sent to what the generators read."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from shared.resume_profile.duration import MAX_MONTHS, read_months
from shared.resume_profile.evidence import walk_texts
from shared.resume_profile.injection import INSTRUCTIONS_IN_RESUME, gives_orders
from shared.resume_profile.masking import mask_resume
from shared.resume_profile.model import Evidence, Level, Project, ResumeProfile, Skill, Term
from shared.resume_profile.vocabulary import Vocabulary, default_vocabulary

ENTRY_MONTHS = 24
MIDDLE_MONTHS = 59
_GENERAL = "general"
# A job title says more than the tools, and the position aimed at more than the one held.
_TITLE_FIELDS = re.compile(r"target_position|work_experiences\[\d+\]\.position|summary|personal_projects\[\d+\]\.role")
# Families that are roles themselves, and those that speak for one.
_ROLE_OF_FAMILY = {
    "database": "backend",
    "cache": "backend",
    "messaging": "backend",
    "search": "backend",
    "cloud": "devops",
    "observability": "devops",
}
# What every office uses says nothing of a role.
_OFFICE_TOOLS = frozenset({"Excel", "Google Sheets"})
_SKILL_LISTS = re.compile(
    r"technical_skills\.\w+\[\d+\]|(?:work_experiences|personal_projects)\[\d+\]\.tech_stack\[\d+\]"
)
_LATIN_WORD = re.compile(r"[A-Za-z0-9]+")
# Names of technologies that are written in one word stay below it, such as AmazonDynamoDBAccelerator.
_LONGEST_WORD = 25
_LONGEST_NAME = 40
_NOT_SEARCHED = re.compile(r"name|.*\.(?:company|duration|url|location|institution|date|email|phone)")


def build_profile(resume: Mapping[str, Any], *, today: date | None = None) -> ResumeProfile:
    """Masks a resume (dicts and lists by the field names of the contract, absent fields missing) and reads it.

    Where `total_experience_months` is missing the periods of work are read instead, up to `today` (UTC). A resume that
    gives orders to a model is read like any other, with the warning `INSTRUCTIONS_IN_RESUME`.
    """
    masked = mask_resume(resume)
    texts = tuple(place for place in walk_texts(masked.resume) if _is_legible(place.text))
    months = _months(masked.resume, today or datetime.now(UTC).date())
    vocabulary = default_vocabulary()
    skills = _skills(texts, vocabulary)
    projects = _projects(masked.resume, skills)
    return ResumeProfile(
        resume=masked.resume,
        months=months,
        level=level_of(months),
        role=_role(texts, skills, vocabulary),
        skills=skills,
        projects=projects,
        achievements=tuple(a for project in projects for a in project.achievements),
        texts=texts,
        personal=masked.personal,
        warnings=(INSTRUCTIONS_IN_RESUME,) if gives_orders(place.text for place in walk_texts(resume)) else (),
    )


def level_of(months: int) -> Level:
    """The band of the difficulty table that an experience falls into."""
    if months <= ENTRY_MONTHS:
        return Level.ENTRY
    return Level.MIDDLE if months <= MIDDLE_MONTHS else Level.SENIOR


def _months(resume: Mapping[str, Any], today: date) -> int:
    stated = resume.get("total_experience_months")
    if isinstance(stated, int) and not isinstance(stated, bool):
        return max(0, min(stated, MAX_MONTHS))
    periods = (entry.get("duration") for entry in _entries(resume, "work_experiences"))
    return read_months((period for period in periods if isinstance(period, str)), today)


@dataclass(slots=True)
class _Found:
    """A skill while it is collected."""

    name: str
    term: Term | None
    places: list[Evidence] = field(default_factory=list)


def _skills(texts: Sequence[Evidence], vocabulary: Vocabulary) -> tuple[Skill, ...]:
    """Listed ones first, in the order of the resume, then those that only running text names."""
    found: dict[str, _Found] = {}
    searched = [place for place in texts if not _NOT_SEARCHED.fullmatch(place.path)]
    lists = {place.path for place in searched if _SKILL_LISTS.fullmatch(place.path)}
    for listed in (True, False):
        for place in searched:
            if (place.path in lists) is not listed:
                continue
            for name, term in _named(place.text, vocabulary, listed=listed):
                skill = found.setdefault(term.name if term else name.casefold(), _Found(name, term))
                if place not in skill.places:
                    skill.places.append(place)
    return tuple(Skill(skill.name, tuple(skill.places), skill.term) for skill in found.values())


def _named(text: str, vocabulary: Vocabulary, *, listed: bool) -> Iterable[tuple[str, Term | None]]:
    """What one text names, each in the spelling of the text."""
    if listed:
        whole = vocabulary.lookup(text)
        if whole is not None:
            return [(text.strip(), whole)]
    mentions = [(text[mention.start : mention.end], mention.term) for mention in vocabulary.scan(text)]
    # A whole sentence among the skills is a text like any other.
    return mentions or ([(text.strip(), None)] if listed and len(text.strip()) <= _LONGEST_NAME else [])


def _projects(resume: Mapping[str, Any], skills: Sequence[Skill]) -> tuple[Project, ...]:
    """Work first, then personal projects; entries without any text are left out."""
    shapes = (
        ("work_experiences", ("project_name", "company", "department"), "position", "achievements"),
        ("personal_projects", ("name",), "role", "key_achievements"),
    )
    projects = []
    for section, titles, position, results in shapes:
        for index, entry in enumerate(_entries(resume, section)):
            path = f"{section}[{index}]"
            achievements = tuple(_texts_of(entry.get(results), f"{path}.{results}"))
            own = tuple(s.name for s in skills if any(p.path.startswith(f"{path}.") for p in s.places))
            title = next((t for key in titles for t in _texts_of(entry.get(key), f"{path}.{key}")), None)
            held = entry.get(position)
            if title or achievements or own or held:
                projects.append(Project(path, title, held if isinstance(held, str) else "", own, achievements))
    return tuple(projects)


def _role(texts: Sequence[Evidence], skills: Sequence[Skill], vocabulary: Vocabulary) -> str:
    titles = [place for place in texts if _TITLE_FIELDS.fullmatch(place.path)]
    for title in sorted(titles, key=lambda place: place.path != "target_position"):
        for role, pattern in _role_patterns():
            if title.path != "summary" and pattern.search(title.text):
                return role
    for title in titles:
        for role, pattern in _role_patterns():
            if pattern.search(title.text):
                return role
    return _role_of_skills(skills, vocabulary)


def _role_of_skills(skills: Sequence[Skill], vocabulary: Vocabulary) -> str:
    votes: dict[str, int] = {}
    for skill in skills:
        family = skill.term.family if skill.term and skill.term.name not in _OFFICE_TOOLS else ""
        role = _ROLE_OF_FAMILY.get(family, family)
        if role in vocabulary.roles:
            votes[role] = votes.get(role, 0) + 1
    return max(votes, key=lambda role: votes[role]) if votes else _GENERAL


@lru_cache(maxsize=1)
def _role_patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    patterns = []
    for role, words in default_vocabulary().roles.items():
        # A Latin word ends where its letters end; a Korean one may grow, as 마케팅 does into 마케팅팀.
        any_of = "|".join(rf"(?<![A-Za-z]){re.escape(word)}(?![A-Za-z])" for word in words)
        patterns.append((role, re.compile(any_of, re.IGNORECASE)))
    return tuple(patterns)


def _is_legible(text: str) -> bool:
    """Whether a text says something: one that is little but an endless word (a hash, a keyboard's row) does not."""
    longest = max((len(word) for word in _LATIN_WORD.findall(text)), default=0)
    return longest <= _LONGEST_WORD or longest * 2 <= len(text)


def _entries(resume: Mapping[str, Any], section: str) -> tuple[Mapping[str, Any], ...]:
    """Entries of a section at their own positions; what is no mapping counts as an empty one."""
    value = resume.get(section)
    if not isinstance(value, list | tuple):
        return ()
    return tuple(entry if isinstance(entry, Mapping) else {} for entry in value)


def _texts_of(value: object, path: str) -> Iterable[Evidence]:
    if isinstance(value, str) and value.strip() and _is_legible(value):
        yield Evidence(path, value)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            if isinstance(item, str):
                yield from _texts_of(item, f"{path}[{index}]")
