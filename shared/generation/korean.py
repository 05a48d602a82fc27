"""Korean particles, right after any word: Korean, Latin, acronym or number; and templates that ask for them."""

import re
from collections.abc import Mapping

# How a word sounds at its end decides: no final consonant, a final ㄹ, or another one.
_OPEN, _RIEUL, _CLOSED = 0, 8, 1
_FIRST_SYLLABLE, _LAST_SYLLABLE, _FINALS = ord("가"), ord("힣"), 28

_PAIRS = {
    "은/는": ("은", "는"),
    "을/를": ("을", "를"),
    "이/가": ("이", "가"),
    "과/와": ("과", "와"),
    "아/야": ("아", "야"),
    "으로/로": ("으로", "로"),
    "이나/나": ("이나", "나"),
    "이라/라": ("이라", "라"),
    "이라는/라는": ("이라는", "라는"),
    "이라고/라고": ("이라고", "라고"),
    "이란/란": ("이란", "란"),
    "이며/며": ("이며", "며"),
    "이랑/랑": ("이랑", "랑"),
}
_ALIASES = {"/".join(reversed(pair.split("/"))): pair for pair in _PAIRS}

# Names of the letters: 엘, 엠, 엔, 알 end in a consonant; 에프, 에스, 엑스 and the rest do not.
_LETTER = {"l": _RIEUL, "m": _CLOSED, "n": _CLOSED, "r": _RIEUL}
# 영 일 이 삼 사 오 육 칠 팔 구
_DIGIT = {"0": _CLOSED, "1": _RIEUL, "3": _CLOSED, "6": _CLOSED, "7": _RIEUL, "8": _RIEUL}
# In names such as S3, EC2 or GA4 a single digit is said in English: 원, 세븐 and 나인 end in a consonant.
_ENGLISH_DIGIT = {"1": _CLOSED, "7": _CLOSED, "9": _CLOSED}
_SIGN = {"%": _OPEN, "+": _OPEN, "#": _CLOSED}  # 퍼센트, 플러스, 샵
# Latin words that are not said as their last letters suggest.
_WORD = {
    "aws": _OPEN, "sql": _RIEUL, "mysql": _RIEUL, "postgresql": _RIEUL, "graphql": _RIEUL, "url": _RIEUL,
    "html": _RIEUL, "yaml": _RIEUL, "java": _OPEN, "kafka": _OPEN, "redis": _OPEN, "kubernetes": _OPEN,
    "spring": _CLOSED, "django": _OPEN, "go": _OPEN, "node": _OPEN, "google": _RIEUL, "oracle": _RIEUL,
    "gradle": _RIEUL, "maven": _CLOSED, "github": _OPEN, "git": _CLOSED, "boot": _OPEN, "react": _OPEN,
    "flask": _OPEN, "socket": _CLOSED, "websocket": _CLOSED, "vue": _OPEN, "rust": _OPEN, "swift": _OPEN,
    "docker": _OPEN, "spark": _OPEN, "flink": _OPEN, "notion": _CLOSED, "kotlin": _CLOSED, "python": _CLOSED,
    "terraform": _CLOSED, "helm": _CLOSED, "airflow": _OPEN, "prometheus": _OPEN, "jenkins": _OPEN,
    "actions": _OPEN, "nginx": _OPEN, "linux": _OPEN, "excel": _RIEUL, "slack": _CLOSED, "figma": _OPEN,
    "elasticsearch": _OPEN, "istio": _OPEN, "grafana": _OPEN, "sketch": _OPEN, "tableau": _OPEN, "cache": _OPEN,
    "cloud": _OPEN, "security": _OPEN, "mobile": _RIEUL, "angular": _OPEN, "datadog": _OPEN, "test": _OPEN,
    "team": _CLOSED, "ads": _OPEN, "studio": _OPEN, "query": _OPEN, "firebase": _OPEN, "lambda": _OPEN,
    "rails": _OPEN, "next": _OPEN, "express": _OPEN, "pytest": _OPEN, "jest": _OPEN, "compose": _OPEN,
    "ansible": _RIEUL, "bigquery": _OPEN, "snowflake": _OPEN, "pytorch": _OPEN, "tensorflow": _OPEN,
    "keycloak": _CLOSED, "photoshop": _CLOSED, "illustrator": _OPEN, "jmeter": _OPEN, "braze": _OPEN,
    "amplitude": _OPEN, "mixpanel": _RIEUL, "salesforce": _OPEN, "selenium": _CLOSED, "playwright": _OPEN,
    "cypress": _OPEN, "hadoop": _CLOSED, "unity": _OPEN, "flutter": _OPEN, "dart": _OPEN, "envoy": _OPEN,
    "consul": _RIEUL, "vault": _OPEN, "hive": _OPEN, "zipkin": _CLOSED, "server": _OPEN, "cluster": _OPEN,
    "service": _OPEN, "group": _CLOSED, "batch": _OPEN, "api": _OPEN, "sqlite": _OPEN, "fastapi": _OPEN,
    "app": _CLOSED, "sass": _OPEN, "ios": _OPEN, "office": _OPEN, "design": _CLOSED, "system": _CLOSED,
    "datahub": _OPEN, "mongodb": _OPEN, "mariadb": _OPEN, "dynamodb": _OPEN, "cockroachdb": _OPEN, "tidb": _OPEN,
    "scylladb": _OPEN, "influxdb": _OPEN, "timescaledb": _OPEN, "duckdb": _OPEN, "framework": _OPEN, "zendesk": _OPEN,
    "testlink": _OPEN, "mockk": _OPEN, "istqb": _OPEN, "okhttp": _OPEN, "testng": _OPEN, "mailchimp": _OPEN,
    "pydantic": _CLOSED, "ionic": _CLOSED, "basic": _CLOSED, "chromatic": _CLOSED, "elastic": _CLOSED,
    "relic": _CLOSED, "copilot": _CLOSED, "sidekiq": _CLOSED, "keyshot": _CLOSED, "streamlit": _CLOSED,
    "revit": _CLOSED, "retrofit": _CLOSED, "snapkit": _CLOSED, "reactorkit": _CLOSED, "sveltekit": _CLOSED,
    "arkit": _CLOSED, "bitbucket": _CLOSED, "puppet": _CLOSED, "hubspot": _CLOSED, "zap": _CLOSED,
    "metasploit": _CLOSED, "tomcat": _CLOSED,
}  # fmt: skip
_VOWELS = frozenset("aeiouy")
# Last letters that a Korean speaker hears as a final consonant; the others get a vowel (파이프, 클라우드, 페이스).
_CLOSED_ENDINGS = ("ng", "m", "n", "ck", "k", "p", "b")
_TAIL = re.compile(r"[A-Za-z]+$")
_CODE = re.compile(r"[A-Za-z]\d$")
_IGNORED = re.compile(r"[\s\"'`’”」』》〉)\]}>.,!?…·]+$")
_SLOT = re.compile(r"\{(\w+)(?::([^}]+))?\}(’?)")
_BRACKETED = re.compile(r"\s*\([^()]*\)$")


def with_particle(word: str, particle: str) -> str:
    """The word and the right one of a pair such as `은/는` or `으로/로`; raises KeyError for an unknown pair.

    Closing quotes and brackets are not heard: what stands before them decides, and a remark in brackets is skipped.
    """
    closed, open_ = _PAIRS[_ALIASES.get(particle, particle)]
    sound = _sound(_BRACKETED.sub("", word) or word)
    if particle in ("으로/로", "로/으로") and sound == _RIEUL:
        return word + open_
    return word + (open_ if sound == _OPEN else closed)


def fill(template: str, values: Mapping[str, str]) -> str:
    """Puts values into slots; `{skill:을/를}` adds the particle that fits, `‘{skill:을/를}’` after the closing quote.

    Raises KeyError for a slot without a value.
    """

    def put(slot: re.Match[str]) -> str:
        value = f"{values[slot[1]]}{slot[3]}"
        return with_particle(value, slot[2]) if slot[2] else value

    return _SLOT.sub(put, template)


def _sound(word: str) -> int:
    heard = _IGNORED.sub("", word)
    last = heard[-1:]
    if "가" <= last <= "힣":
        final = (ord(last) - _FIRST_SYLLABLE) % _FINALS
        return final if final in (_OPEN, _RIEUL) else _CLOSED
    if last.isdigit():
        return _sound_of_number(heard)
    tail = _TAIL.search(heard)
    return _sound_of_latin(tail.group()) if tail else _SIGN.get(last, _OPEN)


def _sound_of_number(text: str) -> int:
    """The last digit that is said: 1000 ends in 천, 10 in 십, 100 in 백, 10000 in 만: all closed."""
    if _CODE.search(text):
        return _ENGLISH_DIGIT.get(text[-1], _OPEN)
    return _DIGIT.get(text[-1], _OPEN)


def _sound_of_latin(word: str) -> int:
    lower = word.lower()
    if lower in _WORD:
        return _WORD[lower]
    if len(word) == 1 or (word.isupper() and not _said_as_word(lower)) or not _VOWELS & set(lower):
        return _LETTER.get(lower[-1], _OPEN)
    if lower.endswith(("l", "le")):
        return _RIEUL
    if lower.endswith(("ne", "me")) and len(lower) > len("one"):
        return _CLOSED
    return _CLOSED if lower.endswith(_CLOSED_ENDINGS) else _OPEN


def _said_as_word(lower: str) -> bool:
    """Acronyms such as STOMP, CUDA or SCRUM are said as words; two vowels or four letters with one suggest so."""
    return len(lower) > len("http") and bool(_VOWELS & set(lower))
