"""Personal data out of a resume before it goes to a model, and out of what comes back."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shared.resume_profile.injection import visible_text
from shared.resume_profile.names import handles_of, name_variants, romanized, stands_alone
from shared.resume_profile.personal_patterns import (
    ADDRESS,
    BIRTH,
    LINK,
    MAIL,
    NAME,
    PATTERNS,
    PHONE,
    RESIDENT_NUMBER,
)

# What no generator needs and nobody else should read.
_DROPPED = frozenset(
    {"contact_info", "unique_key", "created_at", "updated_at", "computed_experience_months", "warnings"}
)
_PARTICLE = re.compile(
    r"(?:은|는|이가|이는|이|가|을|를|의|와|과|도|만|께서|에게서|에게|한테|처럼|보다|까지|부터|이랑|랑|으로|로|이었[가-힣]{0,3}|였[가-힣]{0,3}|입니다|이며|이고|"
    r"이자|이라고|라고|이라는|라는|이라|라|임|인|님|씨|군|양|드림|올림|배상|대리|과장|차장|부장|팀장|사원|주임|매니저|선생님|간호사)*(?![가-힣])"
)
# A name may follow these without a blank.
_LED_BY = re.compile(r"(?:안녕하세요|이름은|성명|이름|지원자|작성자|담당자|저는|나는|제가|저)$")
# After a two-letter name, which may be a word such as 이상 or 정도, only these say that a person is meant.
_ADDRESSED = re.compile(r"\s?(?:님|씨|드림|올림)(?![가-힣])|님(?=[이은을과께의]|께서)|\s?씨(?=[가는를와의])")
# What a known address or link goes on with where it stands in a text.
_REST = re.compile(
    r"(\[주소\])(?:,?\s?\d{1,4}동\s?\d{1,4}호|,?\s?\d{1,2}층(?:\s?\d{1,4}호)?|,?\s?\d{1,4}호)|(\[링크\])/[\w@%.~/?=&-]*[\w/]"
)
_HANGUL = re.compile(r"[가-힣]+")
_LATIN_WORD = re.compile(r"[A-Za-z]+(?:[-'][A-Za-z]+)*")
_CAPITAL = re.compile(r"[A-Z]")
_HANJA = re.compile(r"\s?\(\s?[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]{2,4}\s?\)")
# May 2023 is a month, whoever is called May.
_MONTH = re.compile(r"may|june?|april|august", re.IGNORECASE)
_YEAR = re.compile(r",?\s(?:19|20)\d{2}")
_SHORT_NAME = 2
_LONGEST_HANGUL_NAME = 5
_SHORTEST_ADDRESS = 6


_PLACEHOLDER = re.compile("|".join(re.escape(p) for p in (NAME, PHONE, MAIL, LINK, ADDRESS, RESIDENT_NUMBER, BIRTH)))


@dataclass(frozen=True, slots=True)
class _Sought:
    """A personal string, what stands in its place, and whether it is a whole name and no part of one."""

    string: str
    folded: str
    placeholder: str
    full: bool

    @classmethod
    def of(cls, string: str, placeholder: str, *, full: bool = True) -> "_Sought":
        return cls(string, string.casefold(), placeholder, full and placeholder == NAME)


@dataclass(frozen=True, slots=True)
class MaskedResume:
    """A resume without personal data, and the strings that were taken out of it."""

    resume: Mapping[str, Any]
    personal: frozenset[str]


def mask_resume(resume: Mapping[str, Any]) -> MaskedResume:
    """Puts placeholders where personal data stood; texts come out as `visible_text` reads them.

    Fields that hold nothing else (`contact_info`, `unique_key`, the timestamps) are dropped, `name` and pages of
    projects become placeholders.
    """
    names = _strings(resume.get("name"))
    known = [_Sought.of(string, sign) for string, sign in _known_strings(resume).items()]
    handles = [_Sought.of(handle, LINK) for handle in handles_of(resume)]
    variants = [_Sought.of(variant, NAME, full=False) for name in names for variant in name_variants(name)]
    in_latin = [pattern for name in names if (pattern := romanized(name))]
    personal = {sought.string for sought in known}

    def mask_text(text: str) -> str:
        masked, _ = _replace_all(visible_text(text), known)
        for each in PATTERNS:
            if each.stands_in(masked):
                personal.update(m.group() for m in each.pattern.finditer(masked))
                masked = each.pattern.sub(each.placeholder, masked)
        masked = _REST.sub(r"\1\2", masked)
        masked, _ = _replace_all(masked, handles)
        masked, replaced = _replace_all(masked, variants)
        personal.update(replaced)
        for pattern in in_latin if _CAPITAL.search(masked) else ():
            personal.update(pattern.findall(masked))
            masked = pattern.sub(NAME, masked)
        return _HANJA.sub("", masked) if NAME in masked else masked

    masked = {key: _mask(value, key, mask_text) for key, value in resume.items() if key not in _DROPPED}
    if "name" in masked:
        masked["name"] = NAME
    return MaskedResume(masked, frozenset(personal))


def contains_personal_data(text: str, personal: Iterable[str]) -> bool:
    """Whether a text holds one of the strings as a word of its own, or anything that looks like personal data."""
    normal = visible_text(text)
    if any(each.stands_in(normal) for each in PATTERNS):
        return True
    folded = normal.casefold()
    return any(s.casefold() in folded and next(_spans(normal, s), None) is not None for s in personal)


def is_masked(text: str) -> bool:
    """Whether a placeholder stands in a text of a masked resume."""
    return _PLACEHOLDER.search(text) is not None


def without_placeholders(text: str) -> str:
    """A text of a masked resume with blanks where the placeholders stood."""
    return _PLACEHOLDER.sub(" ", text)


def _known_strings(resume: Mapping[str, Any]) -> dict[str, str]:
    """What the fields of the resume say is personal, the longest first, each with its placeholder."""
    known: dict[str, str] = {}
    contact = resume.get("contact_info")
    for key, value in contact.items() if isinstance(contact, Mapping) else ():
        placeholder = {"email": MAIL, "phone": PHONE, "address": ADDRESS}.get(key, LINK)
        for string in _strings(value):
            # "서울" alone is where half of all resumes live, and part of many project names.
            if placeholder != ADDRESS or len(string) >= _SHORTEST_ADDRESS:
                known[string] = placeholder
    for section in ("personal_projects", "activities"):
        for entry in _mappings(resume.get(section)):
            known.update(dict.fromkeys(_strings(entry.get("url")), LINK))
    for string in _strings(resume.get("name")):
        known[string] = NAME
    return dict(sorted(known.items(), key=lambda item: -len(item[0])))


def _mask(value: Any, key: str, mask_text: Callable[[str], str]) -> Any:  # noqa: ANN401 -- JSON of any shape
    if isinstance(value, str):
        return LINK if key == "url" and value.strip() else mask_text(value)
    if isinstance(value, Mapping):
        return {inner: _mask(item, inner, mask_text) for inner, item in value.items()}
    if isinstance(value, list | tuple):
        return [_mask(item, key, mask_text) for item in value]
    return value


def _replace_all(text: str, strings: Iterable[_Sought]) -> tuple[str, list[str]]:
    """A text with placeholders for the strings, each sought in what those before it left, and which stood there."""
    replaced, folded = [], text.casefold()
    for sought in strings:
        # Most stand in no text: this is what most of them cost.
        if sought.folded in folded and (masked := _replace(text, sought)) != text:
            replaced.append(sought.string)
            text, folded = masked, masked.casefold()
    return text, replaced


def _replace(text: str, sought: _Sought) -> str:
    parts, position = [], 0
    for start, end in _spans(text, sought.string, full=sought.full):
        if start >= position:
            parts += [text[position:start], sought.placeholder]
            position = end
    return "".join((*parts, text[position:])) if parts else text


def _spans(text: str, string: str, *, full: bool = False) -> Iterator[tuple[int, int]]:
    """Where a personal string stands as a word of its own; `full` says that it is a whole name and no part of one.

    Sought by hand and not by a pattern made of it: compiled patterns are kept by `re`, and personal data is not to
    stay in memory.
    """
    exact = _LATIN_WORD.fullmatch(string) is not None  # `Will` is a name, `will` is not
    hay, needle = (text, string) if exact else (text.casefold(), string.casefold())
    if len(hay) != len(text):  # case folding can change lengths, and positions must stay true
        hay, needle = text, string
    start = hay.find(needle) if needle else -1
    while start >= 0:
        end = start + len(needle)
        if _bounded(text, start, end, string, full=full):
            yield start, end
        start = hay.find(needle, start + 1)


def _bounded(text: str, start: int, end: int, string: str, *, full: bool) -> bool:
    if len(string) < _SHORT_NAME:
        return False
    before, after = text[start - 1 : start], text[end : end + 1]
    plain = string.replace(" ", "")
    if _HANGUL.fullmatch(plain) and len(plain) <= _LONGEST_HANGUL_NAME:
        addressed = len(plain) == _SHORT_NAME and not (full and stands_alone(plain))
        follows = _ADDRESSED if addressed else _PARTICLE
        stands = not _HANGUL.fullmatch(before) or (len(plain) > _SHORT_NAME and _LED_BY.search(text, start - 5, start))
        return bool(stands) and follows.match(text, end) is not None
    if _MONTH.fullmatch(string) and _YEAR.match(text, end):
        return False
    return not (_latin(before) and _latin(string[0])) and not (_latin(after) and _latin(string[-1]))


def _latin(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _strings(value: object) -> tuple[str, ...]:
    items = value if isinstance(value, list | tuple) else (value,)
    texts = (unicodedata.normalize("NFKC", item).strip() for item in items if isinstance(item, str))
    return tuple(text for text in texts if text)


def _mappings(value: object) -> tuple[Mapping[str, Any], ...]:
    return tuple(item for item in value if isinstance(item, Mapping)) if isinstance(value, list | tuple) else ()
