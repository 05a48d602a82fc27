"""What the local writer can ask about: skills, projects, results and, where there is nothing else, statements."""

import random
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from services.interview.checks.thresholds import MIN_QUOTE_LENGTH
from services.interview.local_material import Material, load_material
from shared.generation.korean import with_particle
from shared.generation.model import Language, Subject
from shared.generation.quantities import find_quantities
from shared.generation.text_checks import echoes_instructions, holds_personal_data
from shared.resume_profile.masking import is_masked
from shared.resume_profile.model import Evidence, Project, ResumeProfile, Skill
from shared.resume_profile.personal_patterns import NAME

# So much of a title, result or statement is repeated in a question.
_LONGEST_MENTION = 40
_LONGEST_SKILL = 30
_LONGEST_QUOTE = 100
_FEW_SKILLS = 3
# How much the questions that fit everything weigh beside those that know what they ask about.
_OPEN_WEIGHT = 0.03
_LISTED = re.compile(r".*(?:technical_skills\.\w+|tech_stack)\[\d+\]")
_WORKPLACE = re.compile(r".*\.(?:company|department)")
_POSITION = re.compile(r".*\.position|.*\.role")
_NO_STATEMENT = re.compile(r"(?:name|.*(?:^|\.)(?:duration|url|date|grade|score|employment_type|location|level))")
_IMPROVED = re.compile(
    r"개선|단축|절감|감소|증가|상승|향상|달성|확대|성장|\b(?:improv|reduc|increas|decreas|cut|grew|rais|faster|sav)\w*",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")
_MARKUP = re.compile(r"</?[A-Za-z][^<>]*>|\*\*+|`+|~~+|__+|^#+\s|\|")
_EDGES = " \t\n.,;:?!·-–—\"'‘’“”"


@dataclass(frozen=True, slots=True)
class Focus:
    """One thing to ask about.

    `groups` are the scenarios that fit, with their weights; `values` fill their placeholders; `ground` names the thing
    in a reason, and is empty where the resume holds nothing but a name.
    """

    key: str
    groups: Mapping[str, float]
    path: str
    quote: str
    ground: str
    values: Mapping[str, str] = field(default_factory=dict)
    measured: bool = False


def find_focuses(subject: Subject, rng: random.Random) -> tuple[Focus, ...]:
    """All that a resume can be asked about; `rng` picks the place where a skill is met."""
    profile, language, material = subject.profile, subject.language, load_material()
    titles = {
        project.path: _without_markup(_short(project.title.text)) for project in profile.projects if project.title
    }
    found = [
        *(focus for skill in _worthy(profile, material) for focus in _of_skill(skill, titles, language, rng, material)),
        *(focus for project in profile.projects for focus in _of_project(project, language)),
        *(focus for result in profile.achievements for focus in _of_result(result, language)),
    ]
    usable = _usable(found, profile) or _usable(_of_statements(profile, language), profile)
    return tuple(usable or (_BARE,))


# A resume with nothing but a name: there is nothing to name, and the placeholder of the name is all there is to quote.
_BARE = Focus(key="name", groups={"statement": 1.0}, path="name", quote=NAME, ground="", values={"lead": ""})


def _worthy(profile: ResumeProfile, material: Material) -> list[Skill]:
    """Listed skills; the everyday ones, and those that running text alone names, only where there is little else."""
    known = [skill for skill in profile.skills if skill.term is not None or _is_sayable(skill.name)]
    listed = [skill for skill in known if any(_LISTED.fullmatch(place.path) for place in skill.places)]
    telling = [skill for skill in listed if skill.term is None or skill.term.name not in material.dull]
    choices = (telling, listed, known)
    return next((skills for skills in choices if len(skills) >= _FEW_SKILLS), choices[-1])


def _of_skill(
    skill: Skill, titles: Mapping[str, str], language: Language, rng: random.Random, material: Material
) -> Iterator[Focus]:
    name = _spoken(skill, language)
    if len(name) > _LONGEST_SKILL:
        return
    listed = [place for place in skill.places if _LISTED.fullmatch(place.path)]
    within = [place for place in listed or skill.places if _project_of(place) in titles]
    place = rng.choice(within or listed or list(skill.places))
    title = titles.get(_project_of(place), "")
    where = "" if not title else f"‘{title}’에서 " if language == "ko" else f"In ‘{title}’, "
    yield Focus(
        key=f"skill:{skill.name}",
        groups={**_groups_of(skill, material), "statement": _OPEN_WEIGHT},
        path=place.path,
        quote=place.text.strip() if len(place.text) <= _LONGEST_QUOTE else skill.name,
        ground=material.skill_ground[language].replace("{skill}", name),
        values={"skill": name, "where": where, "lead": _lead(*_experience(name), language)},
    )


def _experience(skill: str) -> tuple[str, str]:
    return f"{skill} 경험", f"your experience with {skill}"


def _lead(ko: str, en: str, language: Language) -> str:
    """A sentence that says what the next ones are about."""
    return f"{ko}에 관해 여쭙겠습니다. " if language == "ko" else f"This is about {en}. "


def _groups_of(skill: Skill, material: Material) -> dict[str, float]:
    term = skill.term
    group = "any" if term is None else material.groups.get(term.name) or material.families.get(term.family, "any")
    return {"any": 1.0} if group == "any" else {group: 3.0, "any": 0.3}


def _of_project(project: Project, language: Language) -> Iterator[Focus]:
    place = project.title
    if place is None:
        if not project.position:
            return
        kind = "role" if project.path.startswith("personal") else "position"
        place = Evidence(f"{project.path}.{kind}", project.position)
    mention, quote = _mention(place, language), _short(place.text)
    if not quote:
        return
    lead = _lead(mention, mention, language)
    if not (_WORKPLACE.fullmatch(place.path) or _POSITION.fullmatch(place.path)):
        groups = {"project": 1.5, "statement": _OPEN_WEIGHT}
        yield Focus(place.path, groups, place.path, quote, mention, {"project": mention, "lead": lead})
        return
    # Work that has no title is no project with users and a schedule: it is asked about as a statement is.
    ground = mention.replace("your work", "the work", 1)
    yield Focus(place.path, {"statement": 1.5}, place.path, quote, ground, {"lead": lead})


def _mention(place: Evidence, language: Language) -> str:
    """The project by its title; work without one by its employer or position."""
    quoted = f"‘{_without_markup(_short(place.text))}’"
    if _WORKPLACE.fullmatch(place.path):
        return f"{quoted}에서 맡은 업무" if language == "ko" else f"your work at {quoted}"
    if _POSITION.fullmatch(place.path):
        return f"{with_particle(quoted, '으로/로')} 맡은 업무" if language == "ko" else f"your work as {quoted}"
    return quoted


def _of_result(result: Evidence, language: Language) -> Iterator[Focus]:
    quote = _short(result.text)
    if not quote:
        return
    measured = bool(_IMPROVED.search(quote)) and any(True for _ in find_quantities(quote))
    mention = f"‘{_without_markup(quote)}’"
    groups, values = {"result": 2.0, "statement": _OPEN_WEIGHT}, {"result": mention}
    values["lead"] = _lead(f"이력서의 {mention}", f"{mention} in your resume", language)
    yield Focus(result.path, groups, result.path, quote, mention, values, measured)


def _of_statements(profile: ResumeProfile, language: Language) -> Iterator[Focus]:
    for place in profile.texts:
        if _NO_STATEMENT.fullmatch(place.path):
            continue
        for index, sentence in enumerate(_SENTENCE_END.split(place.text)):
            quote = _short(sentence)
            if not quote:
                continue
            mention = f"‘{_without_markup(quote)}’"
            said = f"이력서에 {with_particle(mention, '이라고/라고')} 적으셨습니다. "
            lead = said if language == "ko" else f"Your resume says {mention}. "
            yield Focus(f"{place.path}#{index}", {"statement": 1.0}, place.path, quote, mention, {"lead": lead})


def _is_sayable(text: str) -> bool:
    return len(text.strip()) >= MIN_QUOTE_LENGTH and not echoes_instructions(text)


def _usable(focuses: Iterable[Focus], profile: ResumeProfile) -> list[Focus]:
    """Those that may be repeated to the candidate, quoted without markup: resumes hold personal data and worse."""
    return [replace(focus, quote=_plain_span(focus.quote)) for focus in focuses if _is_usable(focus.quote, profile)]


def _is_usable(quote: str, profile: ResumeProfile) -> bool:
    if is_masked(quote) or holds_personal_data(quote, profile) or echoes_instructions(_without_markup(quote)):
        return False
    return bool(_plain_span(quote))


def _plain_span(quote: str) -> str:
    """The longest part of a quote that has no markup in it: a quote has to stand in the resume as it is."""
    return max((part.strip(_EDGES) for part in _MARKUP.split(quote)), key=len) if _MARKUP.search(quote) else quote


def _spoken(skill: Skill, language: Language) -> str:
    """The name in the resume's spelling; in English text a Latin one where the vocabulary has it."""
    if language == "en" and not skill.name.isascii() and skill.term is not None:
        return next((name for name in skill.term.names if name.isascii()), skill.name)
    return _without_markup(skill.name)


def _project_of(place: Evidence) -> str:
    return place.path.split(".", 1)[0]


def _without_markup(text: str) -> str:
    """Resumes are pasted from everywhere; a question is plain text."""
    return " ".join(_MARKUP.sub("", text).split())


def _short(text: str) -> str:
    """The first words, at most 40 characters: blanks collapsed, no sign at either end."""
    plain = " ".join(text.split()).strip(_EDGES)
    if len(plain) > _LONGEST_MENTION:
        cut = plain[: _LONGEST_MENTION + 1]
        plain = cut[: cut.rfind(" ")] if " " in cut else cut[:-1]
    return plain.strip(_EDGES)
