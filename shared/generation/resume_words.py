"""The words of one resume in the forms that the checks of a text compare with, made once for a profile."""

import re
import unicodedata
import weakref
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace

from shared.generation.quantities import find_bare_numbers, find_quantities
from shared.generation.similarity import ComparedText
from shared.generation.text_patterns import FOREIGN, INSTRUCTIONS
from shared.resume_profile.masking import is_masked, without_placeholders
from shared.resume_profile.model import Evidence, ResumeProfile, Skill
from shared.resume_profile.vocabulary import Mention, default_vocabulary

# So many characters in a row, blanks aside, say that a text speaks of a title, achievement or sentence.
_WINDOW = 8
_SHORTEST = 2
_TOKEN_SHARE = 0.6  # of the words of a title or achievement, where they do not stand in a row
_FEWEST_TOKENS = 2
# A run of two or three whole words says it earlier: with one word that is not everyone's, or with two.
_PHRASE = 6
_SPECIFIC_PHRASE = 5
_PLAIN_WORDS = frozenset(
    (
        *("시스템", "설계", "구현", "개발", "운영", "개선", "서비스", "플랫폼", "기반", "프로젝트", "경험"),
        *(
            "담당",
            "활동",
            "업무",
            "관리",
            "구축",
            "진행",
            "참여",
            "기능",
            "과정",
            "백엔드",
            "프론트엔드",
            "개발자",
            "사용자",
            "데이터",
            "고객",
        ),
        *("api", "system", "service", "platform", "project", "development", "team"),
    )
)
_TELLING = 100  # from here on a number without a unit says which result is meant
# What else a resume tells of: an answer may be built on it, but nobody has to ask about it.
_TOLD = re.compile(
    r"(?:work_experiences|personal_projects|activities)\[\d+\]\.description|work_experiences\[\d+\]\.responsibilities\[\d+\]|"
    r"(?:activities|certifications)\[\d+\]\.name|sections\[\d+\]\.text"
)
_TOKEN = re.compile(r"[A-Za-z0-9]+|[가-힣]+")
_SIGNS = re.compile(r"[^0-9A-Za-z가-힣]+")
_NO_SOURCE = re.compile(r"name|.*(?:^|\.)(?:duration|url|date|grade|score|employment_type|location|level)")


@dataclass(frozen=True, slots=True)
class Anchor:
    """One source of the resume, and what in a text says that it is named.

    A run of eight characters of `whole`, or all of it where it is shorter, says so as well; `phrases` hold none.
    """

    source: str
    whole: str
    phrases: frozenset[str]
    tokens: frozenset[str]
    amounts: frozenset[tuple[float, str]]
    quotable: bool


@dataclass(frozen=True, slots=True)
class ResumeWords:
    """Terms that may be spoken of as used, numbers that may be stated, and the sources that can be named.

    `skills` are sources by term, `spelled` those that running text names by their very spelling alone, such as `R`;
    `foreign` are the Han letters and kana that the candidate uses, `text` is all that the resume says, without signs.
    """

    terms: frozenset[str]
    amounts: frozenset[tuple[float, str]]
    numbers: frozenset[float]
    strings: tuple[str, ...]
    foreign: frozenset[str]
    skills: dict[str, str]
    spelled: dict[str, str]
    anchors: tuple[Anchor, ...]
    text: str
    _windows: frozenset[str]
    _tokens: dict[str, list[str]]  # by their first two letters
    # An answer is checked for several things, as a part and as a whole: each of its texts is looked through once.
    _mentions: dict[str, tuple[Mention, ...]] = field(default_factory=dict, compare=False, repr=False)
    _sources: dict[str, frozenset[str]] = field(default_factory=dict, compare=False, repr=False)
    _compared: dict[str, ComparedText] = field(default_factory=dict, compare=False, repr=False)

    def mentions(self, text: str) -> tuple[Mention, ...]:
        """The terms of the vocabulary in a text of an answer."""
        found = self._mentions.get(text)
        if found is None:
            found = self._mentions[text] = tuple(default_vocabulary().scan(text))
        return found

    def sources(self, text: str) -> frozenset[str]:
        """The sources that a text of an answer names."""
        found = self._sources.get(text)
        if found is None:
            found = self._sources[text] = frozenset(self._find_sources(text))
        return found

    def compared(self, text: str) -> ComparedText:
        """A text of an answer that others of it are compared with."""
        found = self._compared.get(text)
        if found is None:
            found = self._compared[text] = ComparedText(text)
        return found

    def hold(self, words: str) -> bool:
        """Whether the resume says these words, blanks and signs aside."""
        plain = _plain(words)
        return bool(plain) and plain in self.text

    @property
    def has_sources(self) -> bool:
        """Whether the resume holds anything that a question could name."""
        return bool(self.skills or self.spelled or self.anchors)

    @property
    def quotable_count(self) -> int:
        """How many of them a question can repeat as they stand: masked ones are left out."""
        return len(self.skills.keys() | self.spelled.keys()) + sum(anchor.quotable for anchor in self.anchors)

    def _find_sources(self, text: str) -> Iterator[str]:
        for mention in self.mentions(text):
            if mention.term.name in self.skills:
                yield self.skills[mention.term.name]
        yield from (source for name, source in self.spelled.items() if _stands(text, name))
        plain = _plain(text)
        windows = [window for window in _windows(plain) if window in self._windows]
        amounts = {quantity.amount for quantity in find_quantities(text)}
        amounts |= {(number, "count") for number in find_bare_numbers(text) if number >= _TELLING}
        tokens = {
            token
            for word in _tokens(text)
            for token in self._tokens.get(word[:_SHORTEST], ())
            if word.startswith(token)
        }
        for anchor in self.anchors:
            if _names(anchor, plain, windows, amounts, tokens):
                yield anchor.source


_made: dict[int, ResumeWords] = {}


def words_of(profile: ResumeProfile) -> ResumeWords:
    """The words of a profile; kept as long as the profile lives, and no longer."""
    words = _made.get(id(profile))
    if words is None:
        words = _make(profile)
        _made[id(profile)] = words
        weakref.finalize(profile, _made.pop, id(profile), None)
    return words


def _names(
    anchor: Anchor,
    plain: str,
    windows: Collection[str],
    amounts: Collection[tuple[float, str]],
    tokens: Collection[str],
) -> bool:
    """Whether a text names a source by what it shares with all of them: windows, and tokens that begin its words."""
    if len(anchor.whole) < _WINDOW and anchor.whole in plain:
        return True
    if any(window in anchor.whole for window in windows) or any(phrase in plain for phrase in anchor.phrases):
        return True
    if amounts and not anchor.amounts.isdisjoint(amounts):
        return True
    if len(tokens) < _FEWEST_TOKENS:
        return False
    return len(anchor.tokens.intersection(tokens)) >= max(_FEWEST_TOKENS, _TOKEN_SHARE * len(anchor.tokens))


def _make(profile: ResumeProfile) -> ResumeWords:
    vocabulary = default_vocabulary()
    terms = {name for s in profile.skills if s.term for name in vocabulary.implied(s.term)}
    for place in profile.texts:
        for term in vocabulary.find(place.text):
            terms |= vocabulary.implied(term)
    amounts = {quantity.amount for place in profile.texts for quantity in find_quantities(place.text)}
    strings = {s.name for s in profile.skills} | {p.title.text for p in profile.projects if p.title}
    strings |= {place.text for place in profile.achievements}
    anchors = tuple(_anchors(profile))
    spelled = {s.name: s.term for s in profile.skills if s.term and s.term not in vocabulary.find(s.name)}
    return ResumeWords(
        terms=frozenset(terms),
        amounts=frozenset(amounts),
        numbers=frozenset(
            n for p in profile.texts if not _NO_SOURCE.fullmatch(p.path) for n in find_bare_numbers(p.text)
        ),
        strings=tuple(sorted((s for s in strings if len(s) >= _SHORTEST), key=len, reverse=True)),
        foreign=frozenset(letter for place in profile.texts for letter in FOREIGN.findall(place.text)),
        spelled={name: f"skill:{term.name}" for name, term in spelled.items()},
        skills={s.term.name: f"skill:{s.term.name}" for s in profile.skills if s.term},
        anchors=anchors,
        text="\n".join(_plain(place.text) for place in profile.texts),
        _windows=frozenset(window for anchor in anchors for window in _windows(anchor.whole)),
        _tokens=_by_beginning({token for anchor in anchors for token in anchor.tokens}),
    )


def _stands(text: str, name: str) -> bool:
    """Whether a name stands in a text in its own case, not as a part of another word."""
    return name in text and (re.search(rf"(?<![A-Za-z0-9가-힣]){re.escape(name)}(?![A-Za-z0-9+#&])", text) is not None)


def _anchors(profile: ResumeProfile) -> Iterator[Anchor]:
    if not (profile.skills or profile.projects or profile.achievements):
        for place in profile.texts:
            if not _NO_SOURCE.fullmatch(place.path):
                yield from _anchor(f"text:{place.path}", place)
        return
    for skill in profile.skills:
        if skill.term is None:
            yield from _anchor(f"skill:{skill.name}", _listed(skill))
    for project in profile.projects:
        if project.title is not None:
            yield from _anchor(f"project:{project.path}", project.title)
        elif project.position:
            yield from _anchor(f"project:{project.path}", Evidence(f"{project.path}.position", project.position))
    for achievement in profile.achievements:
        yield from _anchor(f"achievement:{achievement.path}", achievement)
    for place in profile.texts:
        if _TOLD.fullmatch(place.path):
            # These may be long: only a run of characters names them, which costs the same for any length.
            for anchor in _anchor(f"text:{place.path}", place):
                yield replace(anchor, phrases=frozenset(), tokens=frozenset(), quotable=False)


def _listed(skill: Skill) -> Evidence:
    return Evidence(skill.places[0].path if skill.places else "", skill.name)


def _anchor(source: str, place: Evidence) -> Iterator[Anchor]:
    text = without_placeholders(place.text)
    whole = _plain(text)
    # What orders a model about is nothing that a question could be about.
    if len(whole) < _SHORTEST or INSTRUCTIONS.search(text):
        return
    amounts = frozenset(quantity.amount for quantity in find_quantities(text))
    quotable = not is_masked(place.text)
    yield Anchor(source, whole, frozenset(_phrases(text, whole)), _tokens(text), amounts, quotable)


def _plain(text: str) -> str:
    return _SIGNS.sub("", unicodedata.normalize("NFKC", text)).casefold()


def _windows(plain: str) -> list[str]:
    return [plain[i : i + _WINDOW] for i in range(len(plain) - _WINDOW + 1)]


def _by_beginning(tokens: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for token in tokens:
        found.setdefault(token[:_SHORTEST], []).append(token)
    return found


def _phrases(text: str, whole: str) -> Iterator[str]:
    """Two or three words in a row, joined, that say enough: 주문/결제 시스템, 신규 간호사; not 시스템 설계."""
    words = _TOKEN.findall(unicodedata.normalize("NFKC", text).casefold())
    words = [word if len(word) >= _SHORTEST and not word.isdecimal() else "" for word in words]
    for length in (2, 3):
        for start in range(len(words) - length + 1):
            run = words[start : start + length]
            joined = "".join(run)
            # One that holds a window of the whole says nothing more than that.
            if len(joined) < _SPECIFIC_PHRASE or not all(run) or (len(joined) >= _WINDOW and joined in whole):
                continue
            specific = sum(word not in _PLAIN_WORDS for word in run)
            if specific and len(joined) >= (_PHRASE if specific == 1 else _SPECIFIC_PHRASE):
                yield joined


def _tokens(text: str) -> frozenset[str]:
    found = _TOKEN.findall(unicodedata.normalize("NFKC", text).casefold())
    return frozenset(token for token in found if len(token) >= _SHORTEST)
