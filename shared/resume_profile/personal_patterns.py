"""What personal data of anybody looks like, and what stands in its place."""

import re
from dataclasses import dataclass

NAME = "[이름]"
PHONE = "[전화]"
MAIL = "[메일]"
LINK = "[링크]"
ADDRESS = "[주소]"
RESIDENT_NUMBER = "[주민번호]"
BIRTH = "[생년월일]"


@dataclass(frozen=True, slots=True)
class PersonalPattern:
    """What one kind of personal data looks like.

    The `clue` is found wherever the `pattern` is, and in most texts neither is: looked for first, it costs a tenth. It
    begins with characters of one set that have no case, for which `re` runs through a text without trying each place.
    """

    pattern: re.Pattern[str]
    placeholder: str
    clue: re.Pattern[str]

    def stands_in(self, text: str) -> bool:
        """Whether a text holds such data."""
        return self.clue.search(text) is not None and self.pattern.search(text) is not None


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
PATTERNS = (
    PersonalPattern(
        re.compile(r"https?://[^\s<>\"'가-힣)\]]+|www\.[^\s<>\"'가-힣)\]]+", re.IGNORECASE),
        LINK,
        re.compile(r"[:wW](?://|[wW]{2}\.)"),
    ),
    PersonalPattern(
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
        re.compile(r"\.[a-z]", re.IGNORECASE),
    ),
    PersonalPattern(
        re.compile(r"(?<![\w.%+-])[A-Za-z0-9._%+-]++@(?:[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+|[가-힣]+\.(?:한국|com|kr))"),
        MAIL,
        re.compile("@"),
    ),
    PersonalPattern(
        re.compile(
            r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]++\s?(?:[(\[{]\s?(?:at|골뱅이|@)\s?[)\]}]|골뱅이)\s?[A-Za-z0-9-]+\s?"
            r"(?:(?:\.|[(\[{]\s?(?:dot|점|\.)\s?[)\]}]|점)\s?[A-Za-z]{2,10})+|"
            r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]++\s{0,2}@\s{0,2}(?:naver|gmail|daum|hanmail|kakao|nate|outlook|hotmail|"
            r"yahoo|icloud|proton|example)\s?\.\s?[A-Za-z.]{2,10}",
            re.IGNORECASE,
        ),
        MAIL,
        re.compile(r"[@골(\[{](?:(?<=@)|(?<=골)뱅이|\s?(?i:at))"),
    ),
    PersonalPattern(
        re.compile(
            r"(?<!\d)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\s?[-./\s\u2010-\u2015]?\s?[1-8][\d*xX\u25cf\u2022\u25cb]{6}"
            r"(?!\d)",
        ),
        RESIDENT_NUMBER,
        re.compile(r"\d\d{5}"),
    ),
    PersonalPattern(
        re.compile(
            rf"(?<!\d)\(?(?:\+?(?:00)?82\)?{_DASH}(?:\(0\)\s?)?)?\(?0?1[016789]\)?{_DASH}\d{{3,4}}{_DASH}\d{{4}}(?!\d)|"
            rf"공일공{_DASH}[\d공영일이삼사오육륙칠팔구]{{3,4}}{_DASH}[\d공영일이삼사오육륙칠팔구]{{4}}"
        ),
        PHONE,
        re.compile(r"[\d공](?:\d{3}|일공)"),
    ),
    PersonalPattern(
        re.compile(
            r"(?<!\d)\(?(?:\+?(?:00)?82[-.\s)]{0,2}(?:\(0\)\s?)?|0)(?:2|[3-6]\d|70|50\d?)[-.\s)‐-―]\s?\d{3,4}[-.\s‐-―]\s?\d{4}"
            r"(?!\d)|(?<!\d)02\d{7,8}(?!\d)"
        ),
        PHONE,
        re.compile(r"\d\d{3}"),
    ),
    # A number of any other country.
    PersonalPattern(
        re.compile(r"(?<![\d+])\+[1-9]\d{0,2}[-.\s(]{1,2}\d(?:[-.\s()]{0,2}\d){6,11}(?!\d)"),
        PHONE,
        re.compile(r"\+[1-9]"),
    ),
    PersonalPattern(
        re.compile(
            rf"(?<![가-힣]){_REGION}\s(?:[가-힣]{{1,6}}(?:시|군|구)\s){{0,2}}{_ROAD}{_DETAIL}|"
            rf"(?<![가-힣])(?:[가-힣]{{2,5}}(?:시|군|구)\s){{1,2}}{_ROAD}(?:{_DETAIL}|(?=에서|에\s))(?=[\s,.)]*(?:$|[,.)\n]|에|거주))|"
            r"[가-힣A-Za-z0-9]{2,12}(?:아파트|빌라|오피스텔|맨션|빌)\s?\d{1,4}동\s?\d{1,4}호|"
            r"(?<!\d)\d{1,5}(?:-\d{1,4})?,?\s[A-Z][A-Za-z]+-(?:daero|ro|gil)(?:\s?\d{1,4}(?:beon)?-gil)?(?:,\s?[A-Z][A-Za-z-]+){0,4}|"
            r"(?<!\d)\d{1,5}\s(?:[A-Z][a-z]+\s){1,3}(?:Street|St\.|Avenue|Ave\.|Road|Boulevard|Blvd\.|Lane|Terrace)(?![a-z])"
            r"(?:,\s[A-Z][A-Za-z ]{1,20}){0,2}"
        ),
        ADDRESS,
        re.compile(r"[로길동읍면리가\d](?:(?<!\d)\s?\d|(?<=\d),?\s[A-Z])"),
    ),
    PersonalPattern(
        re.compile(
            r"생년월일\s?[:：]?\s?\d{2,4}\s?[-./년]\s?\d{1,2}\s?[-./월]\s?\d{1,2}일?|(?<!\d)\d{2,4}년\s?(?:\d{1,2}월\s?\d{1,2}일\s?)?생"
            r"(?![가-힣])|\b(?:date of birth|dob|birth ?date)\s?[:：]?\s?[\d./-]{6,10}",
            re.IGNORECASE,
        ),
        BIRTH,
        re.compile(r"[생년일\d./-](?:년월일|\s?생|[\d./-]{5})"),
    ),
    PersonalPattern(
        re.compile(
            r"(?:카카오톡|카톡|kakaotalk|텔레그램|telegram|인스타그램|인스타|instagram|트위터|twitter|디스코드|discord)\s?"
            r"(?:(?:아이디|계정|id)\s?[:：]?|[:：])\s?@?[A-Za-z0-9][\w.-]{2,40}",
            re.IGNORECASE,
        ),
        LINK,
        re.compile(r"[톡램타터드kKmMrRdD\u212a]\s?(?:아이디|계정|(?i:id)|[:：])"),
    ),
)
