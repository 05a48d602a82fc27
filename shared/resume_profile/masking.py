"""Personal data out of a resume before it goes to a model, and out of what comes back."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

NAME = "[이름]"
PHONE = "[전화]"
MAIL = "[메일]"
LINK = "[링크]"
ADDRESS = "[주소]"
RESIDENT_NUMBER = "[주민번호]"

# What no generator needs and nobody else should read.
_DROPPED = frozenset({"contact_info", "unique_key", "created_at", "updated_at"})
# A run of characters is tried from its beginning alone and never given back: the time grows with the text, not with its
# square, whatever stands in it.
_PATTERNS = (
    (re.compile(r"https?://[^\s<>\"'가-힣)\]]+|www\.[^\s<>\"'가-힣)\]]+", re.IGNORECASE), LINK),
    (
        re.compile(
            r"(?:(?<![\w.])(?:(?:github|gitlab|bitbucket)\.com|linkedin\.com|velog\.io|medium\.com|brunch\.co\.kr|"
            r"notion\.so|blog\.naver\.com|instagram\.com|facebook\.com|behance\.net|dribbble\.com)|"
            r"(?<![\w.-])[\w-]++\.(?:tistory\.com|github\.io|notion\.site|vercel\.app|netlify\.app))"
            r"(?:/[\w@%.~/?=&-]*[\w/])?",
            re.IGNORECASE,
        ),
        LINK,
    ),
    (re.compile(r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]++@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"), MAIL),
    (
        re.compile(
            r"(?<!\d)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[-\s\u2010-\u2015]?[1-8][\d*xX]{6}(?!\d)",
        ),
        RESIDENT_NUMBER,
    ),
    (re.compile(r"(?<!\d)(?:\+?82[-.\s]?)?0?1[016789][-.\s]?\d{3,4}[-.\s]?\d{4}(?!\d)"), PHONE),
    (re.compile(r"(?<!\d)(?:\+?82[-.\s]?|0)(?:2|[3-6]\d|70|50\d?)[-.\s)]\s?\d{3,4}[-.\s]\d{4}(?!\d)"), PHONE),
)
_PARTICLE = re.compile(
    r"(?:은|는|이가|이는|이|가|을|를|의|와|과|도|만|께서|에게|으로|로|입니다|이며|이고|이라고|라고|이라는|라는|님|씨|드림|올림)*(?![가-힣])"
)
# After a two-letter name, which may be a word such as 이상 or 정도, only these say that a person is meant.
_ADDRESSED = re.compile(r"\s?(?:님|씨|드림|올림)(?![가-힣])|님(?=[이은을과께의]|께서)|\s?씨(?=[가는를와의])")
_HANGUL = re.compile(r"[가-힣]+")
_SHORT_NAME = 2
_LONGEST_HANGUL_NAME = 5
_SHORTEST_ADDRESS = 6


_PLACEHOLDER = re.compile("|".join(re.escape(p) for p in (NAME, PHONE, MAIL, LINK, ADDRESS, RESIDENT_NUMBER)))


@dataclass(frozen=True, slots=True)
class MaskedResume:
    """A resume without personal data, and the strings that were taken out of it."""

    resume: Mapping[str, Any]
    personal: frozenset[str]


def mask_resume(resume: Mapping[str, Any]) -> MaskedResume:
    """Puts placeholders where personal data stood; texts come out in NFKC.

    Fields that hold nothing else (`contact_info`, `unique_key`, the timestamps) are dropped, `name` and pages of
    projects become placeholders.
    """
    known = _known_strings(resume)
    variants = [variant for name in _strings(resume.get("name")) for variant in _variants(name)]
    personal = set(known)

    def mask_text(text: str) -> str:
        masked = unicodedata.normalize("NFKC", text)
        for pattern, placeholder in _PATTERNS:
            personal.update(m.group() for m in pattern.finditer(masked))
            masked = pattern.sub(placeholder, masked)
        for string, placeholder in known.items():
            masked = _replace(masked, string, placeholder)
        for variant in variants:
            unnamed = _replace(masked, variant, NAME)
            if unnamed != masked:
                personal.add(variant)
                masked = unnamed
        return masked

    masked = {key: _mask(value, key, mask_text) for key, value in resume.items() if key not in _DROPPED}
    if "name" in masked:
        masked["name"] = NAME
    return MaskedResume(masked, frozenset(personal))


def contains_personal_data(text: str, personal: Iterable[str]) -> bool:
    """Whether a text holds one of the strings as a word of its own, or anything that looks like personal data."""
    normal = unicodedata.normalize("NFKC", text)
    if any(pattern.search(normal) for pattern, _ in _PATTERNS):
        return True
    return any(next(_spans(normal, string), None) is not None for string in personal)


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


def _variants(name: str) -> tuple[str, ...]:
    """How others write a Korean name of three letters: the given name alone, or set off from the family name."""
    is_full = len(name) == _SHORT_NAME + 1 and _HANGUL.fullmatch(name)
    return (f"{name[0]} {name[1:]}", name[1:]) if is_full else ()


def _mask(value: Any, key: str, mask_text: Callable[[str], str]) -> Any:  # noqa: ANN401 -- JSON of any shape
    if isinstance(value, str):
        return LINK if key == "url" and value.strip() else mask_text(value)
    if isinstance(value, Mapping):
        return {inner: _mask(item, inner, mask_text) for inner, item in value.items()}
    if isinstance(value, list | tuple):
        return [_mask(item, key, mask_text) for item in value]
    return value


def _replace(text: str, string: str, placeholder: str) -> str:
    parts, position = [], 0
    for start, end in _spans(text, string):
        if start >= position:
            parts += [text[position:start], placeholder]
            position = end
    return "".join((*parts, text[position:])) if parts else text


def _spans(text: str, string: str) -> Iterator[tuple[int, int]]:
    """Where a personal string stands as a word of its own.

    Sought by hand and not by a pattern made of it: compiled patterns are kept by `re`, and personal data is not to
    stay in memory.
    """
    exact = string.isascii() and string.isalpha()  # `Will` is a name, `will` is not
    hay, needle = (text, string) if exact else (text.casefold(), string.casefold())
    if len(hay) != len(text):  # case folding can change lengths, and positions must stay true
        hay, needle = text, string
    start = hay.find(needle) if needle else -1
    while start >= 0:
        end = start + len(needle)
        if _bounded(text, start, end, string):
            yield start, end
        start = hay.find(needle, start + 1)


def _bounded(text: str, start: int, end: int, string: str) -> bool:
    if len(string) < _SHORT_NAME:
        return False
    before, after = text[start - 1 : start], text[end : end + 1]
    plain = string.replace(" ", "")
    if _HANGUL.fullmatch(plain) and len(plain) <= _LONGEST_HANGUL_NAME:
        follows = _ADDRESSED if len(plain) == _SHORT_NAME else _PARTICLE
        return not _HANGUL.fullmatch(before) and follows.match(text, end) is not None
    return not (_latin(before) and _latin(string[0])) and not (_latin(after) and _latin(string[-1]))


def _latin(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _strings(value: object) -> tuple[str, ...]:
    items = value if isinstance(value, list | tuple) else (value,)
    texts = (unicodedata.normalize("NFKC", item).strip() for item in items if isinstance(item, str))
    return tuple(text for text in texts if text)


def _mappings(value: object) -> tuple[Mapping[str, Any], ...]:
    return tuple(item for item in value if isinstance(item, Mapping)) if isinstance(value, list | tuple) else ()
