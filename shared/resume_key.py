"""The key that names a resume, in paths and in every service."""

import re
import unicodedata

from shared.errors import Violation

MAX_KEY_LENGTH = 64
# Literal words of the REST paths, which a key would hide or be hidden by, and names that a path would swallow.
RESERVED_KEYS = frozenset({"docs", "health", "openapi.json", "usage", "prompt-stats", ".", ".."})
_PUNCTUATION = frozenset("_-.")
# What most keys are; of others each character is looked at.
_PLAIN = re.compile(r"[A-Za-z0-9_.-]+")


def normalize_key(text: str) -> str:
    """The one spelling of a key: composed (NFC), since some systems send Hangul decomposed."""
    return unicodedata.normalize("NFC", text)


def check_key(key: str, field: str = "unique_key") -> list[Violation]:
    """What is wrong with a normalized key; empty when nothing is."""
    if not key:
        return [Violation(field, "is required")]
    if len(key) > MAX_KEY_LENGTH:
        return [Violation(field, f"must have at most {MAX_KEY_LENGTH} characters")]
    if not _PLAIN.fullmatch(key) and not all(_is_allowed(character) for character in key):
        return [Violation(field, "must consist of letters, digits, '_', '-' and '.'")]
    if key in RESERVED_KEYS:
        return [Violation(field, "is a reserved word")]
    return []


def _is_allowed(character: str) -> bool:
    # M: vowel signs of many scripts are marks, not letters.
    category = unicodedata.category(character)
    return character in _PUNCTUATION or category[0] in "LM" or category == "Nd"
