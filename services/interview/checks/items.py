"""Checks of one question. Each is named for what it gates and answers whether the question fails it."""

import re
import unicodedata
from collections.abc import Callable, Mapping

from services.interview.checks import thresholds
from services.interview.model import DIFFICULTIES, TYPES, Question
from shared.generation.model import CATEGORIES, Subject
from shared.generation.quantities import find_quantities
from shared.generation.resume_words import words_of
from shared.generation.text_checks import (
    breaks_script,
    echoes_instructions,
    ends_politely,
    holds_markup,
    holds_personal_data,
    names_evidence,
    names_unknown_technology,
    sources_named,
    states_unknown_number,
    touches_prohibited_topic,
)
from shared.resume_profile.evidence import texts_under

_OPEN = {
    "ko": re.compile(
        r"어떻게|어떠|어땠|왜|무엇|무얼|뭐|어떤|어느|어디|언제|얼마나|설명|말씀|이야기|들려|소개|제시해|제안해|서술해|"
        # What is asked for, and not what something was done by: 과정을, but not 과정에서.
        r"(?:이유|과정|방법|방안|기준|근거|비교|전략|절차|순서|사례)(?!\s*(?:에서|으로|로|에\s?따라|대로|적|없이|하여|하고))"
    ),
    "en": re.compile(
        r"\b(?:how|why|what|which|describe|explain|walk|talk me|tell|compare|discuss|share|outline|elaborate|"
        # "Did you use it when ...?" asks for yes or no.
        r"(?:where|when) (?:do|does|did|would|will|should|is|are|was|were|can|could))\b",
        re.IGNORECASE,
    ),
}
_STOCK_OPENER = re.compile(
    r"자기\s*소개|장단점|장점과\s*단점|지원\s*동기|지원하신\s*(?:이유|동기)|입사\s*후\s*포부|(?:5|10)년\s*(?:후|뒤)|존경하는\s*인물|"
    r"\b(?:tell me about yourself|introduce yourself|strengths and weaknesses|why do you want to (?:work|join)|"
    r"why should we hire|where do you see yourself)\b",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"\s(?<=[.?!？！]\s)\s*")
_QUESTION_MARK = re.compile(r"[?？]")
_BLANKS = re.compile(r"\s+")


def failed_checks(question: Question, subject: Subject) -> tuple[str, ...]:
    """Names of the checks of its own that a question does not pass."""
    return subject.judge(question, _failed_checks)


def _failed_checks(question: Question, subject: Subject) -> tuple[str, ...]:
    return tuple(name for name, fails in ITEM_CHECKS.items() if fails(question, subject))


def _vocabulary(question: Question, _subject: Subject) -> bool:
    known = question.category in CATEGORIES and question.difficulty in DIFFICULTIES and question.type in TYPES
    return not known


def _grounded(question: Question, subject: Subject) -> bool:
    return not names_evidence(question.question, subject.profile)


def _evidence(question: Question, subject: Subject) -> bool:
    """The path leads to a text, or to a list or entry that holds it; the full stop of a quote is the model's."""
    quote = _fold(question.evidence.quote).rstrip(".")
    for text in texts_under(subject.profile.resume, question.evidence.path) if quote else ():
        whole = _fold(text)
        if quote == whole.rstrip(".") or (len(quote) >= thresholds.MIN_QUOTE_LENGTH and quote in whole):
            return False
    return True


def _invented_tech(question: Question, subject: Subject) -> bool:
    told = (question.question, question.topic, question.reason)
    return any(names_unknown_technology(text, subject.profile) for text in told)


def _invented_number(question: Question, subject: Subject) -> bool:
    """Topic and reason may take up a number that the question supposes."""
    asked = frozenset(quantity.amount for quantity in find_quantities(question.question))
    return states_unknown_number(question.question, subject.profile) or any(
        states_unknown_number(text, subject.profile, asked) for text in (question.topic, question.reason)
    )


def _open(question: Question, subject: Subject) -> bool:
    return _OPEN[subject.language].search(question.question) is None


def _polite(question: Question, subject: Subject) -> bool:
    return subject.language == "ko" and not ends_politely(question.question)


def _length(question: Question, _subject: Subject) -> bool:
    return not thresholds.MIN_QUESTION_LENGTH <= len(question.question) <= thresholds.MAX_QUESTION_LENGTH


def _single(question: Question, _subject: Subject) -> bool:
    return len(_QUESTION_MARK.findall(question.question)) > thresholds.MAX_QUESTION_MARKS


def _reason(question: Question, subject: Subject) -> bool:
    """Too short or long, a copy of the question, or about something else than question and evidence."""
    if not thresholds.MIN_REASON_LENGTH <= len(question.reason) <= thresholds.MAX_REASON_LENGTH:
        return True
    profile = subject.profile
    words = words_of(profile)
    if words.compared(question.reason).rouge_l(words.compared(question.question)) >= thresholds.MAX_ROUGE_L:
        return True
    quote = _fold(question.evidence.quote)
    if len(quote) >= thresholds.MIN_QUOTE_LENGTH and quote in _fold(question.reason):
        return False
    asked = sources_named(f"{question.question} {question.evidence.quote}", profile)
    return bool(asked) and not asked & sources_named(question.reason, profile)


def _generic(question: Question, subject: Subject) -> bool:
    """A stock opener in a sentence that names nothing of this resume."""
    for sentence in _SENTENCE_END.split(question.question):
        if _STOCK_OPENER.search(sentence) and not sources_named(sentence, subject.profile):
            return True
    return False


def _pii(question: Question, subject: Subject) -> bool:
    return holds_personal_data(_all_text(question), subject.profile)


def _prohibited(question: Question, subject: Subject) -> bool:
    """What the candidate wrote may be repeated: a counsellor's own work may be about marriage or religion."""
    text = _written(question)
    for own in (question.evidence.quote, *words_of(subject.profile).strings):
        if len(own) >= thresholds.MIN_QUOTE_LENGTH:
            text = text.replace(own, " ")
    return touches_prohibited_topic(text)


def _script(question: Question, subject: Subject) -> bool:
    """Question and reason each; keywords may be Latin, as patterns are named, where all together is not."""
    profile, language = subject.profile, subject.language
    if any(breaks_script(text, profile, language) for text in (question.question, question.reason)):
        return True
    keywords = " ".join(question.what_good_answers_cover)
    together = f"{question.question} {question.reason} {keywords}"
    return breaks_script(keywords, profile, language) and breaks_script(together, profile, language)


def _injection(question: Question, _subject: Subject) -> bool:
    """The quote may speak as the candidate does, but no more than the rest may it bring markup onto a page."""
    return echoes_instructions(_written(question)) or holds_markup(question.evidence.quote)


def _written(question: Question) -> str:
    """All that the model wrote itself; the quote is the candidate's."""
    return "\n".join((question.question, question.topic, question.reason, *question.what_good_answers_cover))


def _all_text(question: Question) -> str:
    return f"{_written(question)}\n{question.evidence.quote}"


def _fold(text: str) -> str:
    return _BLANKS.sub(" ", unicodedata.normalize("NFKC", text)).strip().casefold()


def _repeat(question: Question, subject: Subject) -> bool:
    """By the lines that two questions of one set are held to."""
    return subject.earlier.resemble(
        question.question, rouge_l=thresholds.MAX_ROUGE_L, jaccard=thresholds.MAX_TRIGRAM_JACCARD
    )


ITEM_CHECKS: Mapping[str, Callable[[Question, Subject], bool]] = {
    "vocabulary": _vocabulary,
    "grounded": _grounded,
    "evidence": _evidence,
    "invented-tech": _invented_tech,
    "invented-number": _invented_number,
    "open": _open,
    "polite": _polite,
    "length": _length,
    "single": _single,
    "reason": _reason,
    "generic": _generic,
    "pii": _pii,
    "prohibited": _prohibited,
    "script": _script,
    "injection": _injection,
    "repeat": _repeat,
}
