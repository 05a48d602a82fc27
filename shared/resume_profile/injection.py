"""Orders to a model in a resume: finding them, and taking out what only hides them. A resume is never refused for it.

Finding is for a warning. What keeps an order from working is elsewhere: the resume is fenced as data in the prompt, and
every answer is checked.
"""

import base64
import binascii
import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from shared.yaml_file import read_yaml

INSTRUCTIONS_IN_RESUME = "INSTRUCTIONS_IN_RESUME"

# So much around a word that gives an order away is searched: more than any of the patterns spans.
_WINDOW = 220
# Characters that nobody sees: zero width, direction, filler, variation, tags.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_TAG_LETTER = re.compile("[\U000e0020-\U000e007e]+")
_TAG_BASE = 0xE0000
_ELEMENT = "a|b|i|u|p|br|hr|div|span|img|font|style|script|iframe|svg|object|embed|form|input|link|meta|table|td|h[1-6]"
# Marks with attributes are marks; `<script>` by itself is a word of the trade.
_MARKED = re.compile(rf"(?<![A-Za-z0-9])<(?:{_ELEMENT})\s[^<>=]*+=[^<>]*+>", re.IGNORECASE)
_ANY_MARK = re.compile(r"</?[A-Za-z][^<>]*+>")
_SPLITTING_MARK = re.compile(r"\w<(?:!--|/?[A-Za-z][^<>]*+>(?=\w))")
# Letters that look like Latin ones.
_LOOKALIKES = str.maketrans("аеорсухіјѕԁһӏοαερτυικν", "aeopcyxijsdhloaeptuikv")
_FOREIGN_LETTER = re.compile("[\u0370-\u03ff\u0400-\u052f]")
_SPACED = re.compile(r"(?<!\S)\S(?:[ \u00a0]\S){6,}(?!\S)")
_ENCODED = re.compile(r"(?<![A-Za-z0-9+/=_-])[A-Za-z0-9+/_-]{24,}={0,2}")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_PERCENT = re.compile(r"%[0-9a-fA-F]{2}")
_READABLE_SHARE = 0.9
_PART = re.compile(r"@(\w+)@")


def gives_orders(texts: Iterable[str]) -> bool:
    """Whether the texts of a resume hold an order to a model, in plain words or hidden.

    The time grows with the length of the texts.
    """
    whole = unicodedata.normalize("NFKC", "\n".join(texts))
    return any(_orders(reading.casefold()) for reading in _readings(whole))


def visible_text(text: str) -> str:
    """A text in NFKC as a reader of the page sees it.

    No invisible characters, no HTML comments, no tags with attributes.
    """
    seen = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    return _MARKED.sub("", without_comments(seen)) if "<" in seen else seen


def without_comments(text: str) -> str:
    """A text without HTML comments; one that is never closed stays."""
    parts, position = [], 0
    while (start := text.find("<!--", position)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        parts.append(text[position:start])
        position = end + len("-->")
    return "".join((*parts, text[position:])) if parts else text


def _orders(text: str) -> bool:
    ways = _ways()
    places = {clue: tuple(_places(text, clue)) for clues, _ in ways for clue in clues if clue in text}
    return any(
        pattern.search(text, start, end)
        for clues, pattern in ways
        for start, end in _windows(sorted({place for clue in clues for place in places.get(clue, ())}), len(text))
    )


@cache
def _ways() -> tuple[tuple[tuple[str, ...], re.Pattern[str]], ...]:
    """Each way of giving an order: the words that give it away, and the pattern."""
    content = read_yaml(Path(__file__).with_name("injection_patterns.yaml"))
    parts = {name: "".join(pieces) for name, pieces in content["parts"].items()}

    def clues_of(order: Mapping[str, Any]) -> tuple[str, ...]:
        return tuple(content["ending_clues"] if order["clues"] == "endings" else order["clues"])

    def pattern_of(order: Mapping[str, Any]) -> re.Pattern[str]:
        return re.compile(_PART.sub(lambda name: parts[name[1]], "".join(order["pattern"])))

    return tuple((clues_of(order), pattern_of(order)) for order in content["orders"])


def _places(text: str, clue: str) -> Iterator[int]:
    start = text.find(clue)
    while start >= 0:
        yield start
        start = text.find(clue, start + len(clue))


def _windows(places: Sequence[int], length: int) -> Iterator[tuple[int, int]]:
    """What lies around the places, which ascend; each stretch once."""
    if not places:
        return
    start = end = 0
    for place in places:
        if place - _WINDOW > end:
            yield start, end
            start = place - _WINDOW
        end = min(length, place + _WINDOW)
    yield start, end


def _readings(text: str) -> Iterator[str]:
    """The text as it stands without what is invisible, and what becomes of it when a disguise is taken off."""
    seen = _INVISIBLE.sub("", text) if _INVISIBLE.search(text) else text
    yield seen
    if _FOREIGN_LETTER.search(seen):
        yield seen.casefold().translate(_LOOKALIKES)
    if _SPLITTING_MARK.search(seen):
        yield _ANY_MARK.sub("", without_comments(seen))
    if "&" in seen and (plain := html.unescape(seen)) != seen:
        yield plain
    if _PERCENT.search(seen) and (plain := unquote(seen)) != seen:
        yield plain
    yield from _decoded_parts(text, seen)


def _decoded_parts(text: str, seen: str) -> Iterator[str]:
    """Parts that hide words in other characters: tag letters, escapes, spaced letters, Base64."""
    tags = "".join(_TAG_LETTER.findall(text))
    if tags:
        yield "".join(chr(ord(letter) - _TAG_BASE) for letter in tags)
    if "\\u" in seen:
        yield _ESCAPED.sub(lambda escape: chr(int(escape[1], 16)), seen)
    spaced = _SPACED.findall(seen)
    if spaced:
        yield "\n".join("".join(part.split()) for part in spaced)
    decoded = [plain for part in _ENCODED.findall(seen) if (plain := _decode(part))]
    if decoded:
        yield "\n".join(decoded)


def _decode(part: str) -> str:
    """The text that Base64 stands for, empty where it stands for none."""
    letters = part.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        text = base64.b64decode(letters[: len(letters) - (len(letters) % 4 == 1)] + "==", validate=False).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
    readable = sum(character.isprintable() or character.isspace() for character in text)
    return text if readable >= _READABLE_SHARE * len(text) else ""
