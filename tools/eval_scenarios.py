"""Which scenario of the local writer a question came from, by its words alone."""

import re
from collections.abc import Iterable
from functools import cache

from services.interview.local_material import load_material
from services.interview.model import Question
from shared.generation.model import Language

_SLOT = re.compile(r"\{\w+(?::[^}]+)?\}")


def scenarios_of(questions: Iterable[Question], language: Language) -> frozenset[str]:
    """The scenarios of a set; questions that no scenario wrote have none."""
    return frozenset(name for each in questions for name in patterns_that_fit(each.question, language))


def patterns_that_fit(question: str, language: Language) -> list[str]:
    """The scenarios that may have written a question; more than one would make them impossible to tell apart."""
    return [name for name, pattern in _patterns(language) if pattern.fullmatch(question)]


@cache
def _patterns(language: Language) -> tuple[tuple[str, re.Pattern[str]], ...]:
    scenarios = [scenario for group in load_material().scenarios.values() for scenario in group]
    return tuple((scenario.id, _pattern(scenario.question[language])) for scenario in scenarios)


def _pattern(template: str) -> re.Pattern[str]:
    """The words of a template with anything in its slots; the first letter of an English one becomes a capital."""
    return re.compile(".*".join(re.escape(words) for words in _SLOT.split(template)), re.IGNORECASE)
