"""Numbers with a unit in Korean and English text, comparable across spellings: `1,000명` is `1000 users`."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_SCALES = {
    "천": 1e3, "만": 1e4, "십만": 1e5, "백만": 1e6, "천만": 1e7, "억": 1e8, "조": 1e12,
    "k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "bn": 1e9, "billion": 1e9,
}  # fmt: skip
# A unit is a class: what differs only in language or spelling is the same.
_UNITS = {
    "percent": ("%", "퍼센트", "퍼센트포인트", "%p", "percent"),
    "times": ("배", "times", "x", "fold"),
    "ms": ("ms", "밀리초", "milliseconds", "millisecond"),
    "second": ("초", "s", "sec", "secs", "second", "seconds"),
    "minute": ("분", "min", "mins", "minute", "minutes"),
    "count": (
        "명", "건", "개사", "유저", "회원", "사용자", "users", "user", "people", "requests", "orders", "events",
        "records", "customers", "concurrent users", "connections", "transactions", "messages", "subscribers", "members",
        "clients", "visitors", "downloads", "employees", "patients", "logs", "rows",
    ),
    "rate": ("tps", "qps", "rps", "tps/s", "req/s"),
    "size": ("kb", "mb", "gb", "tb", "pb"),
    "money": ("원", "달러", "won", "krw", "usd", "dollars"),
}  # fmt: skip
_CLASS = {unit: name for name, units in _UNITS.items() for unit in units}


def _any_of(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_LATIN_UNITS = frozenset(unit for unit in _CLASS if unit.isascii() and unit[0].isalpha())
_LATIN_SCALES = frozenset(scale for scale in _SCALES if scale.isascii())
_QUANTITY = re.compile(
    # It begins with the digit: for that `re` runs through a text without trying each place.
    r"(?P<number>\d(?<![\d.A-Za-z]\d)[\d,]*(?:\.\d+)?)"
    rf"\s?(?P<scale>{_any_of(_SCALES.keys() - _LATIN_SCALES)}|(?:{_any_of(_LATIN_SCALES)})(?![A-Za-z]))?"
    rf"\s?-?(?:(?P<latin>{_any_of(_LATIN_UNITS)})(?![A-Za-z])|(?P<unit>{_any_of(_CLASS.keys() - _LATIN_UNITS)}))?",
    re.IGNORECASE,
)
# `a team of 4`: a number that no unit follows.
_BARE = re.compile(r"\d(?<![\d.,A-Za-z]\d)[\d,]*(?![\d.,]*\d|[A-Za-z%가-힣])")
# 분기, 분석, 초기, 초급, 배포, 원칙, 명령 ... begin with a unit and are words of their own.
_WORD_OF_ITS_OWN = re.compile(
    r"분[기석야류산리할위]|초[기급보반안]|배[포치열너정]|원[칙인격본]|명[령시세확]|건[의강물축]"
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with the class of its unit, and where it stands."""

    value: float
    unit: str
    start: int
    end: int

    @property
    def amount(self) -> tuple[float, str]:
        """What two spellings of the same have in common."""
        return round(self.value, 6), self.unit


def find_quantities(text: str) -> Iterator[Quantity]:
    """Numbers of which the unit is known, in the order of the text."""
    for match in _QUANTITY.finditer(text):
        spelled = match["latin"] or match["unit"]
        scale = match["scale"]
        if spelled is None and scale is None:
            continue
        if match["unit"] and _WORD_OF_ITS_OWN.match(text, match.start("unit")):
            continue
        unit = _CLASS[spelled.casefold()] if spelled else "count"
        value = float(match["number"].replace(",", "")) * _SCALES.get((scale or "").casefold(), 1.0)
        yield Quantity(value, unit, match.start(), match.end())


def find_bare_numbers(text: str) -> Iterator[float]:
    """Whole numbers that stand without a unit of ours, in the order of the text."""
    for match in _BARE.finditer(text):
        yield float(match.group().replace(",", ""))
