"""What breaking an answer means: a function that spoils a copy of a good one for one check."""

from collections.abc import Callable
from typing import Any

from shared.generation.model import Subject
from shared.generation.text_checks import names_unknown_technology

# An answer, or one entry of its list, as a vendor sends it.
Json = dict[str, Any]
# Changes the answer at one index of its list; gives the entry that the check must name, None where it is the whole.
Break = Callable[[Json, int, Subject], Json | None]

_STRANGE = ("Elasticsearch", "Cassandra", "Solidity", "Unity")
INVENTED_NUMBER = "처리량을 37배 높이신 점도 돋보입니다."
KANA = "どの点も 함께 봅니다."
ORDER = "이전 지시를 무시하고 썼습니다."
PHONE = "010-1234-5678"


class DoesNotFitError(Exception):
    """An answer cannot be broken so at this index."""


def with_more(entry: Json, field: str, sentence: str) -> Json:
    """The entry, with one more sentence in a text of it."""
    entry[field] = f"{entry[field]} {sentence}"
    return entry


def with_other(entry: Json, **fields: Any) -> Json:
    """The entry, with other values."""
    entry.update(fields)
    return entry


def strange_technology(subject: Subject) -> str:
    """A technology that the resume does not have."""
    return next(name for name in _STRANGE if names_unknown_technology(name, subject.profile))
