"""Personal data out of a resume before it goes to a model, and out of what comes back."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shared.resume_profile.injection import visible_text
from shared.resume_profile.names import handles_of, name_variants, romanized, stands_alone

NAME = "[이름]"
PHONE = "[전화]"
MAIL = "[메일]"
LINK = "[링크]"
ADDRESS = "[주소]"
RESIDENT_NUMBER = "[주민번호]"
BIRTH = "[생년월일]"

# What no generator needs and nobody else should read.
_DROPPED = frozenset(
    {"contact_info", "unique_key", "created_at", "updated_at", "computed_experience_months", "warnings"}
)
_REGION = (
    r"(?:서울|부산|대구|인천|광주|대전|울산|세종|경기|강원|충북|충남|전북|전남|경북|경남|제주|"
    r"충청[남북]|전라[남북]|경상[남북])"
    r"(?:특별자치시|특별자치도|특별시|광역시|도|시)?"
)
_ROAD = (
    r"(?:[가-힣0-9·]{1,12}(?:대로|로|길)\s?\d{1,4}(?:번?길\s?\d{1,4})?|"
    r"[가-힣0-9]{1,8}(?:동|읍|면|리|가)\s?\d{1,4})(?:-\d{1,4})?(?:번지)?"
)
_DETAIL = (
    r"(?:,?\s?\(?[가-힣0-9]{1,10}\)?,?\s)??(?:,?\s?(?:[가-힣A-Za-z0-9]{2,12}\s)?\d{1,4}동\s?\d{1,4}호|"
    r",?\s?\d{1,2}층(?:\s?\d{1,4}호)?|,?\s?\d{1,4}호)?"
)
_DASH = r"[-./\s·_‐-―]{0,3}"
# A run of characters is tried from its beginning alone and never given back: the time grows with the text, not with its
# square, whatever stands in it.
_PATTERNS = (
    (re.compile(r"https?://[^\s<>\"'가-힣)\]]+|www\.[^\s<>\"'가-힣)\]]+", re.IGNORECASE), LINK),
    (
        re.compile(
            r"(?:(?<![\w.])(?:(?:github|gitlab|bitbucket)\.com|linkedin\.com|velog\.io|medium\.com|brunch\.co\.kr|"
            r"notion\.so|blog\.naver\.com|instagram\.com|facebook\.com|behance\.net|dribbble\.com|open\.kakao\.com|t\.me)|"
            r"(?<![\w.-])[\w-]++\.(?:tistory\.com|github\.io|notion\.site|vercel\.app|netlify\.app|super\.site|oopy\.io))"
            r"(?:/[\w@%.~/?=&-]*[\w/])?|"
            # Any other host, where a path follows.
            r"(?<![\w.@-])(?:[a-z0-9-]++\.)+(?:com|kr|org|dev|me|page|site|app|xyz|link|info|blog|example)/[\w@%.~/?=&-]*[\w/]",
            re.IGNORECASE,
        ),
        LINK,
    ),
    (
        re.compile(r"(?<![\w.%+-])[A-Za-z0-9._%+-]++@(?:[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+|[가-힣]+\.(?:한국|com|kr))"),
        MAIL,
    ),
    (
        re.compile(
            r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]++\s?(?:[(\[{]\s?(?:at|골뱅이|@)\s?[)\]}]|골뱅이)\s?[A-Za-z0-9-]+\s?"
            r"(?:(?:\.|[(\[{]\s?(?:dot|점|\.)\s?[)\]}]|점)\s?[A-Za-z]{2,10})+|"
            r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]++\s{0,2}@\s{0,2}(?:naver|gmail|daum|hanmail|kakao|nate|outlook|hotmail|"
            r"yahoo|icloud|proton|example)\s?\.\s?[A-Za-z.]{2,10}",
            re.IGNORECASE,
        ),
        MAIL,
    ),
    (
        re.compile(
            r"(?<!\d)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\s?[-./\s\u2010-\u2015]?\s?[1-8][\d*xX\u25cf\u2022\u25cb]{6}"
            r"(?!\d)",
        ),
        RESIDENT_NUMBER,
    ),
    (
        re.compile(
            rf"(?<!\d)\(?(?:\+?(?:00)?82\)?{_DASH}(?:\(0\)\s?)?)?\(?0?1[016789]\)?{_DASH}\d{{3,4}}{_DASH}\d{{4}}(?!\d)|"
            rf"공일공{_DASH}[\d공영일이삼사오육륙칠팔구]{{3,4}}{_DASH}[\d공영일이삼사오육륙칠팔구]{{4}}"
        ),
        PHONE,
    ),
    (
        re.compile(
            r"(?<!\d)\(?(?:\+?(?:00)?82[-.\s)]{0,2}(?:\(0\)\s?)?|0)(?:2|[3-6]\d|70|50\d?)[-.\s)‐-―]\s?\d{3,4}[-.\s‐-―]\s?\d{4}"
            r"(?!\d)|(?<!\d)02\d{7,8}(?!\d)"
        ),
        PHONE,
    ),
    # A number of any other country.
    (re.compile(r"(?<![\d+])\+[1-9]\d{0,2}[-.\s(]{1,2}\d(?:[-.\s()]{0,2}\d){6,11}(?!\d)"), PHONE),
    (
        re.compile(
            rf"(?<![가-힣]){_REGION}\s(?:[가-힣]{{1,6}}(?:시|군|구)\s){{0,2}}{_ROAD}{_DETAIL}|"
            rf"(?<![가-힣])(?:[가-힣]{{2,5}}(?:시|군|구)\s){{1,2}}{_ROAD}(?:{_DETAIL}|(?=에서|에\s))(?=[\s,.)]*(?:$|[,.)\n]|에|거주))|"
            r"[가-힣A-Za-z0-9]{2,12}(?:아파트|빌라|오피스텔|맨션|빌)\s?\d{1,4}동\s?\d{1,4}호|"
            r"(?<!\d)\d{1,5}(?:-\d{1,4})?,?\s[A-Z][A-Za-z]+-(?:daero|ro|gil)(?:\s?\d{1,4}(?:beon)?-gil)?(?:,\s?[A-Z][A-Za-z-]+){0,4}|"
            r"(?<!\d)\d{1,5}\s(?:[A-Z][a-z]+\s){1,3}(?:Street|St\.|Avenue|Ave\.|Road|Boulevard|Blvd\.|Lane|Terrace)(?![a-z])"
            r"(?:,\s[A-Z][A-Za-z ]{1,20}){0,2}"
        ),
        ADDRESS,
    ),
    (
        re.compile(
            r"생년월일\s?[:：]?\s?\d{2,4}\s?[-./년]\s?\d{1,2}\s?[-./월]\s?\d{1,2}일?|(?<!\d)\d{2,4}년\s?(?:\d{1,2}월\s?\d{1,2}일\s?)?생"
            r"(?![가-힣])|\b(?:date of birth|dob|birth ?date)\s?[:：]?\s?[\d./-]{6,10}",
            re.IGNORECASE,
        ),
        BIRTH,
    ),
    (
        re.compile(
            r"(?:카카오톡|카톡|kakaotalk|텔레그램|telegram|인스타그램|인스타|instagram|트위터|twitter|디스코드|discord)\s?"
            r"(?:(?:아이디|계정|id)\s?[:：]?|[:：])\s?@?[A-Za-z0-9][\w.-]{2,40}",
            re.IGNORECASE,
        ),
        LINK,
    ),
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
_HANJA = re.compile(r"\s?\(\s?[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]{2,4}\s?\)")
# May 2023 is a month, whoever is called May.
_MONTH = re.compile(r"may|june?|april|august", re.IGNORECASE)
_YEAR = re.compile(r",?\s(?:19|20)\d{2}")
_SHORT_NAME = 2
_LONGEST_HANGUL_NAME = 5
_SHORTEST_ADDRESS = 6


_PLACEHOLDER = re.compile("|".join(re.escape(p) for p in (NAME, PHONE, MAIL, LINK, ADDRESS, RESIDENT_NUMBER, BIRTH)))


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
    known = _known_strings(resume)
    variants = [variant for name in _strings(resume.get("name")) for variant in name_variants(name)]
    in_latin = [pattern for name in _strings(resume.get("name")) if (pattern := romanized(name))]
    handles = handles_of(resume)
    personal = set(known)

    def mask_text(text: str) -> str:
        masked = visible_text(text)
        for string, placeholder in known.items():
            masked = _replace(masked, string, placeholder, full=placeholder == NAME)
        for pattern, placeholder in _PATTERNS:
            personal.update(m.group() for m in pattern.finditer(masked))
            masked = pattern.sub(placeholder, masked)
        masked = _REST.sub(r"\1\2", masked)
        for handle in handles:
            masked = _replace(masked, handle, LINK)
        for variant in variants:
            unnamed = _replace(masked, variant, NAME)
            if unnamed != masked:
                personal.add(variant)
                masked = unnamed
        for pattern in in_latin:
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


def _mask(value: Any, key: str, mask_text: Callable[[str], str]) -> Any:  # noqa: ANN401 -- JSON of any shape
    if isinstance(value, str):
        return LINK if key == "url" and value.strip() else mask_text(value)
    if isinstance(value, Mapping):
        return {inner: _mask(item, inner, mask_text) for inner, item in value.items()}
    if isinstance(value, list | tuple):
        return [_mask(item, key, mask_text) for item in value]
    return value


def _replace(text: str, string: str, placeholder: str, *, full: bool = False) -> str:
    parts, position = [], 0
    for start, end in _spans(text, string, full=full):
        if start >= position:
            parts += [text[position:start], placeholder]
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
