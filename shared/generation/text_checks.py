"""Checks of one generated text, pure. Predicates are named for the failure: True is bad, unless they say otherwise."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from shared.generation import text_patterns as patterns
from shared.generation.model import Language
from shared.generation.quantities import Quantity, find_quantities
from shared.generation.resume_words import ResumeWords, words_of
from shared.resume_profile.masking import contains_personal_data
from shared.resume_profile.model import ResumeProfile

__all__ = [
    "breaks_script",
    "echoes_instructions",
    "ends_politely",
    "holds_markup",
    "holds_personal_data",
    "lacks_language",
    "names_evidence",
    "names_unknown_technology",
    "register_prompt",
    "repeats_prompt",
    "sources_named",
    "states_unknown_number",
    "touches_prohibited_topic",
]

# Every developer uses them, and few resumes list them.
_EVERYDAY = frozenset({"Git", "HTML", "CSS"})
_ORDINALS = frozenset({"count", "minute", "second"})  # units of which a first few say nothing of a result
MIN_SCRIPT_SHARE = 0.5  # of the letters, once the words of the resume are taken out
MIN_FOREIGN_WORDS = 3  # fewer are taken for a name
# So many letters and digits in a row of a prompt are no accident; where they begin within an answer is looked at in
# steps, so a run of two more is always found.
PROMPT_WINDOW = 24
_STEP = 3
_HALF = PROMPT_WINDOW // 2
# Values that are put in, and paths into a resume, which answers have to hold.
_VALUE = re.compile(r"\$\{\w+\}|\w+(?:\[\d+\])?\.\w+(?:\[\d+\])?")
_SIGNS = re.compile(r"[\W_]+")
# Every run of letters of every prompt that was loaded in this process.
_prompt_windows: set[str] = set()
# Every run of half that length: where an answer holds none of these it holds none of those.
_prompt_halves: set[str] = set()


def names_unknown_technology(text: str, profile: ResumeProfile) -> bool:
    """Whether a product that the resume does not list is spoken of as used.

    One in a sentence that offers it as an alternative (대신, 비교, vs) is fine, and so are practices and standards.
    """
    words = words_of(profile)
    for sentence in patterns.SENTENCE_END.split(text):
        for mention in words.mentions(sentence):
            name = mention.term.name
            if mention.term.method or name in words.terms or name in _EVERYDAY:
                continue
            if not patterns.WITHOUT.match(sentence, mention.end) and not patterns.ALTERNATIVE.search(sentence):
                return True
    return False


def states_unknown_number(
    text: str, profile: ResumeProfile, supposed: frozenset[tuple[float, str]] = frozenset()
) -> bool:
    """Whether a number with a unit stands neither in the resume nor in a marked supposition (10배로 늘어난다면).

    `supposed` are amounts that another text has introduced as a supposition.
    """
    words = words_of(profile)
    if not patterns.DIGIT.search(text):
        return False
    for sentence in patterns.SENTENCE_END.split(text):
        for quantity in find_quantities(sentence):
            if quantity.amount in supposed or _is_known(sentence, quantity, words):
                continue
            if not _is_supposed(sentence, quantity.start, quantity.end):
                return True
    return False


def holds_personal_data(text: str, profile: ResumeProfile) -> bool:
    """Whether a text holds personal data of this resume, or anything that looks like such data."""
    return contains_personal_data(text, profile.personal)


def touches_prohibited_topic(text: str) -> bool:
    """Whether a text asks for what an employer may not: looks, origin, marriage, wealth, family, age, religion."""
    return patterns.PROHIBITED.search(text) is not None


def breaks_script(text: str, profile: ResumeProfile, language: Language) -> bool:
    """Whether less than half of the letters are of the language, or markdown, kana or Han stands in the text.

    Kana and Han letters that the resume has are fine. Words of the resume and terms of the vocabulary are taken out
    before letters are counted: they may be of any script.
    """
    normal = unicodedata.normalize("NFKC", text)
    words = words_of(profile)
    if patterns.MARKDOWN.search(normal) or any(
        letter not in words.foreign for letter in patterns.FOREIGN.findall(normal)
    ):
        return True
    rest = _without_terms(words, normal)
    wanted, other = (sum(map(len, letters.findall(rest))) for letters in _letters_of(language))
    return wanted < MIN_SCRIPT_SHARE * (wanted + other)


def lacks_language(text: str, profile: ResumeProfile, language: Language) -> bool:
    """Whether three words or more stand in a text that are not of the language, and none that is.

    For titles, which are short and may be made of names: where one of two has no letter of the language it is fine.
    """
    rest = _without_terms(words_of(profile), unicodedata.normalize("NFKC", text))
    wanted, other = _letters_of(language)
    return wanted.search(rest) is None and sum(map(bool, map(other.search, rest.split()))) >= MIN_FOREIGN_WORDS


def echoes_instructions(text: str) -> bool:
    """Whether a text does what orders in a resume ask for, or repeats ours.

    Role tags, talk of earlier instructions, a model speaking of itself, markup, a part of a prompt word for word.
    """
    return patterns.INSTRUCTIONS.search(text) is not None or holds_markup(text) or repeats_prompt(text)


def holds_markup(text: str) -> bool:
    """Whether a text holds what a page would act on: tags, written-out angle brackets, images, links of Markdown."""
    return patterns.MARKUP.search(text) is not None


def register_prompt(texts: Iterable[str], schema: Mapping[str, Any]) -> None:
    """Makes these texts of a prompt, and the descriptions in its schema, ones that no answer may repeat.

    Whoever loads a prompt calls it; once more does no harm. What is put in for `${...}` is no part of a text, nor are
    paths into a resume; examples are there to be followed and are left out by the caller.
    """
    for text in (*texts, *_descriptions(schema)):
        for part in map(_plain, _VALUE.split(text)):
            _prompt_windows.update(_runs(part, PROMPT_WINDOW))
            _prompt_halves.update(_runs(part, _HALF))


def repeats_prompt(text: str) -> bool:
    """Whether a longer part of one of the registered prompts stands in a text, blanks and signs aside."""
    plain = _plain(text)
    # Wherever a window stands, a half of it begins at a multiple of its length.
    if not any(plain[i : i + _HALF] in _prompt_halves for i in range(0, len(plain), _HALF)):
        return False
    starts = range(0, len(plain) - PROMPT_WINDOW + 1, _STEP)
    return any(plain[i : i + PROMPT_WINDOW] in _prompt_windows for i in starts)


def ends_politely(text: str) -> bool:
    """Whether the last sentence is polite Korean. True is good."""
    return patterns.POLITE.search(text.strip()) is not None


def sources_named(text: str, profile: ResumeProfile) -> frozenset[str]:
    """What of the resume a text names: `skill:Redis`, `project:work_experiences[0]`, `achievement:<path>`.

    Where a resume has none of these its other texts are the sources: `text:summary`.
    """
    return words_of(profile).sources(text)


def names_evidence(text: str, profile: ResumeProfile) -> bool:
    """Whether a text names a skill, project or achievement of the resume. True is good.

    A resume that has none of them is asked about by its other texts; one that has no text but a name by nothing.
    """
    return bool(sources_named(text, profile)) or not words_of(profile).has_sources


def _is_known(sentence: str, quantity: Quantity, words: ResumeWords) -> bool:
    """Whether the resume has the amount, has its number without a unit, or leaves it as the rest of a hundred."""
    if quantity.amount in words.amounts or (quantity.unit == "count" and quantity.value in words.numbers):
        return True
    before = sentence[: quantity.start]
    if quantity.unit in _ORDINALS and patterns.ORDINAL.search(before):
        return True
    rest = (round(100.0 - quantity.value, 6), "percent")
    return quantity.unit == "percent" and rest in words.amounts and bool(patterns.REMAINDER.search(before))


def _is_supposed(sentence: str, start: int, end: int) -> bool:
    if patterns.SUPPOSED_BEFORE.search(sentence, 0, start):
        return True
    situation = patterns.SITUATION.search(sentence, end)
    if situation is not None and not patterns.DONE.search(sentence, end, situation.start()):
        return True
    clause = patterns.CLAUSE_END.split(sentence[end:], maxsplit=1)[0]
    supposed = patterns.SUPPOSED_AFTER.search(clause)
    if supposed is not None:
        return not patterns.STATED.search(clause, 0, supposed.start() + 1)
    return bool(patterns.CONDITION.search(sentence, 0, start)) and not patterns.STATED.search(clause)


def _without_terms(words: ResumeWords, text: str) -> str:
    """A text without the words of the resume, its quoted sentences included, and the terms of the vocabulary."""
    rest = patterns.QUOTED.sub(lambda quoted: " " if words.hold(quoted.group(1)) else quoted.group(), text)
    for string in words.strings:
        rest = rest.replace(string, " ")
    for mention in reversed(words.mentions(rest)):
        rest = f"{rest[: mention.start]} {rest[mention.end :]}"
    return rest


def _letters_of(language: Language) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Letters of the language, and of the other."""
    return (patterns.HANGUL, patterns.LATIN) if language == "ko" else (patterns.LATIN, patterns.HANGUL)


def _descriptions(schema: object) -> Iterator[str]:
    if isinstance(schema, Mapping):
        if isinstance(schema.get("description"), str):
            yield schema["description"]
        for value in schema.values():
            yield from _descriptions(value)


def _runs(text: str, length: int) -> Iterator[str]:
    return (text[i : i + length] for i in range(len(text) - length + 1))


def _plain(text: str) -> str:
    return _SIGNS.sub("", unicodedata.normalize("NFKC", text)).casefold()
