"""Checks resumes against the rules that stand at the fields of the model, and names every offending field at once."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit

import msgspec

from services.resume.model import Count, Range, ResumeContent, Text
from shared.errors import Violation

# What the order of characters on a screen is overridden with; the marks that only say a direction are no danger.
_BIDIRECTIONAL = "\u202a-\u202e\u2066-\u2069"
_BAD_CHARACTER = re.compile(
    rf"(?P<bidirectional>[{_BIDIRECTIONAL}])|(?P<surrogate>[\ud800-\udfff])|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"
)
_MAIL = re.compile(
    r"(?=.{1,64}@)[^\s@\"(),:;<>\[\\\]]+@"
    r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_][\w-]{0,61}[^\W_]"
)

Check = Callable[[Any, str], Iterator[Violation]]


def find_bad_character(text: str) -> str | None:
    """What a text holds that none may hold, in words; None where there is nothing of the kind."""
    found = _BAD_CHARACTER.search(text)
    if found is None:
        return None
    if found["bidirectional"]:
        return "bidirectional control characters (U+202A to U+202E, U+2066 to U+2069)"
    return "half of a surrogate pair" if found["surrogate"] else "control characters"


def check_content(content: ResumeContent) -> list[Violation]:
    """Every field of a resume that breaks a rule, in the order of the fields."""
    return list(_check_of(ResumeContent)(content, ""))


@cache
def _check_of(struct: type[msgspec.Struct]) -> Check:
    checks = [(name, _check_of_hint(hint)) for name, hint in get_type_hints(struct, include_extras=True).items()]

    def check(value: msgspec.Struct, path: str) -> Iterator[Violation]:
        for name, check_field in checks:
            yield from check_field(getattr(value, name), f"{path}.{name}" if path else name)

    return check


def _check_of_hint(hint: Any) -> Check:  # noqa: ANN401 - a type hint has no type
    if get_origin(hint) in (Union, UnionType):
        present = next(argument for argument in get_args(hint) if argument is not type(None))
        return _if_present(_check_of_hint(present))
    if get_origin(hint) is not Annotated:
        return _check_of(hint)
    inner, rule = get_args(hint)
    if isinstance(rule, Count):
        return _check_of_list(rule, _check_of_hint(get_args(inner)[0]))
    if isinstance(rule, Range):
        return lambda value, path: _check_number(rule, value, path)
    if isinstance(rule, Text):
        return lambda value, path: _check_text(rule, value, path)
    raise TypeError(f"no rule for {hint}")


def _if_present(check: Check) -> Check:
    return lambda value, path: iter(()) if value is None else check(value, path)


def _check_of_list(rule: Count, check_item: Check) -> Check:
    def check(values: tuple[Any, ...], path: str) -> Iterator[Violation]:
        if len(values) > rule.limit:
            yield Violation(path, f"must have at most {rule.limit} entries")
            return
        for index, value in enumerate(values):
            yield from check_item(value, f"{path}[{index}]")

    return check


def _check_number(rule: Range, value: int, path: str) -> Iterator[Violation]:
    if not rule.low <= value <= rule.high:
        yield Violation(path, f"must be {rule.low} to {rule.high}")


def _check_text(rule: Text, value: str, path: str) -> Iterator[Violation]:
    if rule.required and not value.strip():
        yield Violation(path, "is required")
    elif len(value) > rule.limit:
        yield Violation(path, f"must have at most {rule.limit} characters")
    elif fault := find_bad_character(value):
        yield Violation(path, f"must not hold {fault}")
    elif value and rule.form == "mail" and not is_mail(value):
        yield Violation(path, "must be a mail address such as name@example.com")
    elif value and rule.form == "url" and not is_url(value):
        yield Violation(path, "must be an address that starts with http:// or https://")


def is_mail(value: str) -> bool:
    """Whether a text is a mail address."""
    return _MAIL.fullmatch(value) is not None


def is_url(value: str) -> bool:
    """Whether a text is the address of a page."""
    if any(character.isspace() or unicodedata.category(character) == "Cc" for character in value):
        return False
    try:
        parts = urlsplit(value)
        # Reading the port raises where it is not a number.
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False
