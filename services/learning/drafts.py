"""One step of a path before it has a priority and resources, as our own writer makes it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.learning.material import Facet, Wording
from shared.generation.korean import fill
from shared.generation.model import Language
from shared.resume_profile.model import Evidence, ResumeProfile, Skill, Term

_LONGEST_QUOTE = 60
_SHORT_QUOTE = 18  # characters that fit into a title
_LONGEST_NAME = 40
_MASKED = re.compile(r"\[(?:이름|전화|메일|링크|주소|주민번호)\]")
# Lists have their own place, and dates, grades or names of schools say nothing that could be told.
_UNQUOTED = re.compile(
    r"name|technical_skills\..+|.+\.tech_stack\[\d+\]|"
    r".*(?:^|\.)(?:duration|url|date|grade|score|level|degree|company|institution|issuer|location)"
)
_SHORTEST_TELLING = 4
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Draft:
    """`topic` is asked of the catalogue first, `label` is the step in a summary, `weight` how much it matters."""

    type: str
    facet: Facet
    point: str
    ground: str
    title: str
    description: str
    reason: str
    topic: str
    label: str
    weight: float


# The same step said in several ways, the best first: an earlier one may quote what must not be quoted.
Candidate = tuple[Draft, ...]


def wording(facet: Facet, language: Language) -> Wording:
    """The texts of a facet in a language."""
    return facet.wordings[language]


def write_draft(
    kind: str,
    facet: Facet,
    language: Language,
    values: Mapping[str, str],
    *,
    point: str,
    ground: str,
    evidence: str,
    topic: str,
    label: str,
    weight: float,
) -> Draft:
    """Puts the words of the resume into the texts of a facet; `evidence` is the sentence that opens the reason."""
    words = wording(facet, language)
    return Draft(
        type=kind,
        facet=facet,
        point=point,
        ground=ground,
        title=fill(words.title, values),
        description=fill(words.do, values),
        reason=f"{evidence} {fill(words.why, values)}".strip(),
        topic=topic,
        label=label,
        weight=weight,
    )


def quote(text: str, longest: int = _LONGEST_QUOTE) -> str:
    """A text as it can stand within a sentence: on one line, cut at a blank where it is long; empty where masked."""
    if _MASKED.search(text):
        return ""
    line = _BLANKS.sub(" ", text).strip().rstrip(".,;")
    return line if len(line) <= longest else f"{line[:longest].rsplit(' ', 1)[0]}…"


def name(text: str) -> str:
    """A title or term as it can stand within titles, of which it must not be the greater part; empty where masked."""
    line = quote(text)
    return line if len(line) <= _LONGEST_NAME else quote(text, _SHORT_QUOTE)


def short_quotes(profile: ResumeProfile) -> list[str]:
    """Beginnings of texts that tell something, short enough for a title; single words where there is no more."""
    told = _short_quotes([text for text in profile.texts if not _UNQUOTED.fullmatch(text.path)])
    telling = [words for words in told if len(words) >= _SHORTEST_TELLING]
    return telling or told or _short_quotes([text for text in profile.texts if text.path != "name"])


def _short_quotes(texts: Sequence[Evidence]) -> list[str]:
    return list(dict.fromkeys(words for text in texts if (words := quote(text.text, _SHORT_QUOTE))))


def skill_name(skill: Skill, language: Language) -> str:
    """A skill as the resume spells it; for English readers a Latin spelling of it where there is one."""
    return _readable(skill.name, skill.term, language)


def term_name(term: Term, language: Language) -> str:
    """A term of the vocabulary by its name; for English readers by a Latin one where there is one."""
    return _readable(term.name, term, language)


def _readable(written: str, term: Term | None, language: Language) -> str:
    spellings = term.names if term is not None and language == "en" and not written.isascii() else ()
    return name(next((spelling for spelling in spellings if spelling.isascii()), written))
