"""Our vocabulary of technologies, tools and methods, and how they are found in running text.

A text is cut into atoms (a run of Latin letters and digits, a run of Hangul, a sign) that walk a tree of all
spellings, so the cost is that of the text and not of the vocabulary.

The terms are the files of the folder `vocabulary`, one for each area, by family. An entry has

    name      canonical spelling; a space in a spelling also matches a hyphen or nothing
    also      other spellings, Korean ones included
    needs     what one knows before
    near      what it is compared with or used beside
    hard      hard to run in production: shifts one interview question up
    method    a practice, a concept or a standard and not a product: naming it claims no tool
    exact     an everyday word: in running text only in exactly this case
    listed    the name means other things too: counts only as an entry of a list; `all`: so do the other spellings
    in_lists  more spellings that count only as an entry of a list
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from shared.resume_profile.model import Term
from shared.yaml_file import read_yaml

_ATOM = re.compile(r"[A-Za-z0-9]+|[가-힣]+|[+#./&]")
_SEPARATOR = re.compile(r"[\s\-_]+")
_VERSION = re.compile(r"(?<=[^\s\d])\s*v?\d+(?:\.\d+)*(?:\.x)?$", re.IGNORECASE)
_SIGNS = frozenset("+#./&")
_JOINTS = frozenset(" -_")
# Particles, and endings after which a Korean noun is still the same noun.
_PARTICLES = frozenset(
    particle + more
    for particle in (
        *(
            "으로",
            "로",
            "에서",
            "에게",
            "에",
            "은",
            "는",
            "이",
            "가",
            "을",
            "를",
            "와",
            "과",
            "의",
            "도",
            "만",
            "부터",
            "까지",
        ),
        *(
            "보다",
            "처럼",
            "이나",
            "나",
            "이랑",
            "랑",
            "하고",
            "이며",
            "며",
            "이고",
            "고",
            "라는",
            "이라는",
            "란",
            "이란",
            "인",
            "화",
            "용",
        ),
    )
    for more in ("", "는", "도", "만", "의", "써", "서", "를")
)
_LONGEST_PARTICLE = 4
# So much of a word says that no term begins with it.
_BEGINNING = 2
# "Go to market" and "Go live" speak of no language.
_GO_ON = re.compile(r"\s+(?:to|live|back|ahead|on|over|beyond|through|with|for|into)\b")
_SHORT = 2


class Mention(NamedTuple):
    """A term where it stands in a text."""

    start: int
    end: int
    term: Term


@dataclass(slots=True)
class _Node:
    next: dict[str, "_Node"] = field(default_factory=dict)
    term: Term | None = None
    spelling: str | None = None  # the only accepted case; None where any will do


class Vocabulary:
    """Terms by spelling. Immutable once made; safe to share."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self._root = _Node()
        self._by_key: dict[str, Term] = {}
        self._by_name: dict[str, Term] = {}
        for family, entries in content["families"].items():
            for entry in entries:
                self._add(family, entry)
        self.roles: Mapping[str, tuple[str, ...]] = {role: tuple(words) for role, words in content["roles"].items()}
        self._beginnings = frozenset(_beginnings(self._root))
        self._first_atom = _first_atom(self._root)
        self._implied = {name: self._walk_implied(term) for name, term in self._by_name.items()}

    @property
    def terms(self) -> tuple[Term, ...]:
        """Every term in the order of the file."""
        return tuple(self._by_name.values())

    def find(self, text: str) -> tuple[Term, ...]:
        """Terms that a text names, each once, in the order of their first mention."""
        found: dict[str, Term] = {}
        for mention in self.scan(text):
            found.setdefault(mention.term.name, mention.term)
        return tuple(found.values())

    def scan(self, text: str) -> Iterator[Mention]:
        """Mentions in the order of the text, the longest spelling at each place, none within another."""
        free = 0  # behind the last atom that belongs to a mention
        beginnings = self._beginnings
        for atom in self._first_atom.finditer(text):
            if atom[0][:_BEGINNING] in beginnings and atom.start() >= free:
                mention, end = self._match(text, atom)
                if mention is not None:
                    yield mention
                    free = end

    def lookup(self, name: str) -> Term | None:
        """The term of an entry of a list, in any case; a version after it does not matter. None where unknown."""
        key = _fold(name)
        found = self._by_key.get(key)
        if found is None and key:
            found = self._by_key.get(_fold(_VERSION.sub("", unicodedata.normalize("NFKC", name).strip())))
        return found

    def implied(self, term: Term) -> frozenset[str]:
        """Names that someone who lists this term also claims: itself, its language, the product it is a part of."""
        return self._implied.get(term.name, frozenset((term.name,)))

    def _add(self, family: str, entry: Mapping[str, Any]) -> None:
        names = (entry["name"], *entry.get("also", ()), *entry.get("in_lists", ()))
        term = Term(
            name=entry["name"],
            names=names,
            family=family,
            hard_to_run=entry.get("hard", False),
            prerequisites=tuple(entry.get("needs", ())),
            neighbours=tuple(entry.get("near", ())),
            method=entry.get("method", False),
        )
        self._by_name[term.name] = term
        for name in names:
            self._by_key.setdefault(_fold(name), term)
        for name in _in_running_text(entry):
            exact = bool(entry.get("exact")) and name.isascii() and name.isalpha()
            for spelling in {name, _SEPARATOR.sub("", name)}:
                self._grow(spelling, term, spelling if exact else None)

    def _grow(self, spelling: str, term: Term, exact: str | None) -> None:
        node = self._root
        for atom in _ATOM.findall(spelling):
            node = node.next.setdefault(atom.casefold(), _Node())
        if node.term is None:
            node.term, node.spelling = term, exact

    def _match(self, text: str, first: re.Match[str]) -> tuple[Mention | None, int]:
        """The longest spelling that starts at an atom, and where the last atom that it takes ends."""
        node, best, taken, start = self._root, None, 0, first.start()
        atom: re.Match[str] | None = first
        while atom is not None:
            word, end = atom[0].casefold(), atom.end()
            final = _final(node, word)
            if final is not None:
                leaf, behind = final[0], end - len(word) + final[1]
                if leaf.term is not None and _stands(text, start, behind, leaf.spelling):
                    best, taken = Mention(start, behind, leaf.term), end
            step = node.next.get(word)
            if step is None or not step.next:
                break
            node, atom = step, _next_atom(text, word, end)
        return best, taken

    def _walk_implied(self, term: Term) -> frozenset[str]:
        found = {term.name}
        for name in term.prerequisites:
            needed = self._by_name[name]
            part_of = name.casefold() in term.name.casefold().split()
            if needed.family == "language" or needed.method or part_of:
                found |= self._walk_implied(needed)
        return frozenset(found)


@lru_cache(maxsize=1)
def default_vocabulary() -> Vocabulary:
    """The vocabulary of this package, read once."""
    folder = Path(__file__).with_suffix("")
    files = [read_yaml(path) for path in sorted(folder.glob("*.yaml"))]
    families = {family: entries for file in files for family, entries in file.get("families", {}).items()}
    roles = {role: words for file in files for role, words in file.get("roles", {}).items()}
    return Vocabulary({"families": families, "roles": roles})


def _in_running_text(entry: Mapping[str, Any]) -> tuple[str, ...]:
    """The spellings of an entry that count wherever they stand."""
    match entry.get("listed", False):
        case "all":
            return ()
        case True:
            return tuple(entry.get("also", ()))
        case _:
            return (entry["name"], *entry.get("also", ()))


def _fold(name: str) -> str:
    return _SEPARATOR.sub("", unicodedata.normalize("NFKC", name).strip().casefold())


def _beginnings(root: _Node) -> Iterator[str]:
    """How the words begin, in any case, that a spelling may begin with; a particle may follow one of one letter."""
    for word in root.next:
        yield from map("".join, product(*((letter, letter.upper()) for letter in word[:_BEGINNING])))
        if len(word) < _BEGINNING:
            yield from (word + particle[0] for particle in _PARTICLES)


def _first_atom(root: _Node) -> re.Pattern[str]:
    """Atoms that a spelling may begin with: a word of Hangul by its first letter, and any other."""
    letters = "".join(sorted({word[0] for word in root.next if word[0] >= "가"}))
    hangul = rf"[{letters}](?<![가-힣].)[가-힣]*+|" if letters else ""
    return re.compile(rf"{hangul}[A-Za-z0-9]+|[+#./&]")


def _final(node: _Node, word: str) -> tuple[_Node, int] | None:
    """Where a spelling may end in this word, and at which letter: with it, before a particle, before a version."""
    leaf = node.next.get(word)
    if leaf is not None and leaf.term is not None:
        return leaf, len(word)
    if word[0] < "가":
        stem = word.rstrip("0123456789")
        leaf = node.next.get(stem) if len(stem) > _SHORT else None
        return (leaf, len(stem)) if leaf is not None and leaf.term is not None else None
    # The shortest particle first.
    for end in range(len(word) - 1, max(len(word) - _LONGEST_PARTICLE, 1) - 1, -1):
        leaf = node.next.get(word[:end])
        if leaf is not None and leaf.term is not None and word[end:] in _PARTICLES:
            return leaf, end
    return None


def _next_atom(text: str, before: str, position: int) -> re.Match[str] | None:
    """The atom behind another one if both may belong to one spelling: a sign must touch its neighbours."""
    atom = _ATOM.match(text, position)
    if atom is None and text[position : position + 1] in _JOINTS and before not in _SIGNS:
        atom = _ATOM.match(text, position + 1)
        return None if atom is None or atom[0] in _SIGNS else atom
    return atom


def _stands(text: str, start: int, end: int, spelling: str | None) -> bool:
    """Whether what stands there is a word of its own, in the case that it needs."""
    found = text[start:end]
    if spelling is not None and found != spelling:
        return False
    if text[end : end + 1] in ("+", "#"):
        return False
    if len(found) <= _SHORT and found.isascii():
        return text[end : end + 1] != "-" and text[start - 1 : start] != "-" and not _GO_ON.match(text, end)
    return True
