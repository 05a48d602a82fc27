"""Other spellings of a candidate: parts and forms of the name, and what the candidate is called on the net."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from shared.resume_profile.vocabulary import default_vocabulary
from shared.yaml_file import read_yaml

_HANGUL_RUN = re.compile(r"[가-힣]+")
_LATIN_RUN = re.compile(r"[A-Za-z]+(?:[-'][A-Za-z]+)*")
_FULL_NAME = range(2, 5)
_WITH_GIVEN_NAME = 3
_GIVEN_NAME = 2
_SHORTEST_PART = 2
_LISTS: Mapping[str, Any] = read_yaml(Path(__file__).with_name("names.yaml"))
_FAMILY_NAMES, _DOUBLE_FAMILY_NAMES, _WORDS, _NO_NAMES, _ROLES_OF_MAIL = (
    frozenset(_LISTS[name]) for name in ("family_names", "double_family_names", "words", "no_names", "roles_of_mail")
)
_ROMANIZED: Mapping[str, Sequence[str]] = _LISTS["romanized"]
_PROFILE = re.compile(
    r"(?:github|gitlab|bitbucket|instagram|facebook|behance|dribbble|medium|twitter|x)\.(?:com|net)/@?([\w.-]+)|"
    r"linkedin\.com/in/([\w.-]+)|velog\.io/@([\w.-]+)|brunch\.co\.kr/@@?([\w.-]+)|blog\.naver\.com/([\w.-]+)|"
    r"([\w-]+)\.(?:github\.io|tistory\.com|notion\.site)",
    re.IGNORECASE,
)
_SHORTEST_HANDLE = 5


def name_variants(name: str) -> tuple[str, ...]:
    """How a text may write a name beside its full form, the longest first; empty for a name that has no other form."""
    found = dict.fromkeys((*_korean(name), *_latin(name)))
    return tuple(sorted((variant for variant in found if variant != name), key=len, reverse=True))


def stands_alone(name: str) -> bool:
    """Whether two Korean syllables are a full name that no word of a resume looks like."""
    return name[:1] in _FAMILY_NAMES and name not in _WORDS


def handles_of(resume: Mapping[str, Any]) -> tuple[str, ...]:
    """What the candidate calls themselves in mail addresses and profiles, words of the trade left out."""
    contact = resume.get("contact_info")
    values = contact.values() if isinstance(contact, Mapping) else ()
    texts = [text for value in values for text in (value if isinstance(value, list | tuple) else (value,))]
    handles: dict[str, None] = {}
    for text in texts:
        if isinstance(text, str):
            handles |= dict.fromkeys(_handles(unicodedata.normalize("NFKC", text).strip()))
    return tuple(sorted(handles, key=len, reverse=True))


def _handles(text: str) -> Iterator[str]:
    local, at, _ = text.partition("@")
    found = (
        [local] if at and "/" not in local else [part for groups in _PROFILE.findall(text) for part in groups if part]
    )
    for handle in found:
        known = handle.casefold() in _ROLES_OF_MAIL or default_vocabulary().lookup(handle) is not None
        if len(handle) >= _SHORTEST_HANDLE and not known:
            yield handle


def _korean(name: str) -> Iterator[str]:
    """The Korean name in a field that holds more, set off, spaced out, the given name, and Latin forms of it."""
    run = _HANGUL_RUN.search(name)
    if run is None:
        return
    full = run.group()
    family = full[:2] if full[:2] in _DOUBLE_FAMILY_NAMES and len(full) > _WITH_GIVEN_NAME else full[:1]
    if len(full) not in _FULL_NAME or not (family in _FAMILY_NAMES or len(family) > 1):
        # A field may begin with a title; what stands alone is the name, whatever it looks like.
        if run.group() == name and len(name) == _WITH_GIVEN_NAME:
            yield from (f"{name[0]} {name[1:]}", name[1:])
        return
    given = full[len(family) :]
    yield full
    yield f"{family} {given}"
    if len(full) >= _WITH_GIVEN_NAME:
        yield " ".join(full)
    if len(given) == _GIVEN_NAME:
        yield given


def _latin(name: str) -> Iterator[str]:
    """Each part of a name in Latin letters as names are written, and a given name of two parts in its other forms."""
    parts = [
        part for part in _LATIN_RUN.findall(name) if part.casefold() not in _NO_NAMES and len(part) >= _SHORTEST_PART
    ]
    if len(parts) > 1:
        yield " ".join(parts)
        yield " ".join((*parts[1:], parts[0]))
        yield " ".join((parts[-1], *parts[:-1]))
    for part in parts:
        if default_vocabulary().lookup(part) is not None:
            continue
        joined = re.sub(r"[-']", "", part)
        spaced = re.sub(r"[-']", " ", part)
        forms = {part.capitalize(), part.upper(), joined.capitalize(), joined.upper(), spaced.title(), part.title()}
        if part[:1].isupper():
            forms |= {part, spaced}
        yield from sorted(forms)


def romanized(name: str) -> re.Pattern[str] | None:
    """A Korean name in Latin letters, by its family name: `Cheolsu Kim`, `Kim Cheol-su`; None for a rare one."""
    family = name[:2] if name[:2] in _DOUBLE_FAMILY_NAMES else name[:1]
    spellings = _ROMANIZED.get(family)
    if not spellings or not _HANGUL_RUN.match(name):
        return None
    any_family = "|".join(spellings)
    given = r"[A-Z][a-z]{1,9}(?:-[A-Za-z][a-z]{1,6}|\s[A-Z][a-z]{1,4}(?![a-z]))?"
    return re.compile(rf"(?<![A-Za-z])(?:{given}\s(?:{any_family})|(?:{any_family}),?\s{given})(?![A-Za-z])")
