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
from pathlib import Path
from typing import Any

from shared.resume_profile.model import Term
from shared.yaml_file import read_yaml

_ATOM = re.compile(r"[A-Za-z0-9]+|[가-힣]+|[+#./&]")
_SEPARATOR = re.compile(r"[\s\-_]+")
_VERSION = re.compile(r"(?<=[^\s\d])\s*v?\d+(?:\.\d+)*(?:\.x)?$", re.IGNORECASE)
_SIGNS = frozenset("+#./&")
# Particles, and endings after which a Korean noun is still the same noun.
_PARTICLE = re.compile(
    r"(?:으로|로|에서|에게|에|은|는|이|가|을|를|와|과|의|도|만|부터|까지|보다|처럼|이나|나|이랑|랑|하고|이며|며|이고|고|"
    r"라는|이라는|란|이란|인|화|용)(?:는|도|만|의|써|서|를)?"
)
_LONGEST_PARTICLE = 4
# "Go to market" and "Go live" speak of no language.
_GO_ON = re.compile(r"\s+(?:to|live|back|ahead|on|over|beyond|through|with|for|into)\b")
_SHORT = 2


@dataclass(frozen=True, slots=True)
class Mention:
    """A term where it stands in a text."""

    start: int
    end: int
    term: Term


@dataclass(slots=True)
class _Node:
    next: dict[str, "_Node"] = field(default_factory=dict)
    term: Term | None = None
    spelling: str | None = None  # the only accepted case; None where any will do


@dataclass(frozen=True, slots=True)
class _Atom:
    start: int
    end: int
    text: str


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
        self._implied = {name: self._walk_implied(term) for name, term in self._by_name.items()}

    @property
    def terms(self) -> tuple[Term, ...]:
        """Every term in the order of the file."""
        return tuple(self._by_name.values())

    def find(self, text: str) -> tuple[Term, ...]:
        """Terms that a text names, each once, in the order of their first mention."""
        return tuple(dict.fromkeys(mention.term for mention in self.scan(text)))

    def scan(self, text: str) -> Iterator[Mention]:
        """Mentions in the order of the text, the longest spelling at each place, none within another."""
        atoms = [_Atom(m.start(), m.end(), m.group()) for m in _ATOM.finditer(text)]
        index = 0
        while index < len(atoms):
            taken, mention = self._match(text, atoms, index)
            if mention is not None:
                yield mention
            index += max(taken, 1)

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

    def _match(self, text: str, atoms: list[_Atom], index: int) -> tuple[int, Mention | None]:
        """The longest spelling that starts at an atom, and how many atoms it takes."""
        node, best, taken = self._root, None, 0
        # By position: a slice for each atom would copy the rest of the text each time.
        for offset in range(len(atoms) - index):
            atom = atoms[index + offset]
            if offset and not _joined(text, atoms[index + offset - 1], atom):
                break
            final = _final(node, atom)
            if final is not None:
                end, leaf = final
                if leaf.term is not None and _stands(text, atoms[index].start, end, leaf.spelling):
                    best, taken = Mention(atoms[index].start, end, leaf.term), offset + 1
            step = node.next.get(atom.text.casefold())
            if step is None:
                break
            node = step
        return taken, best

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


def _final(node: _Node, atom: _Atom) -> tuple[int, _Node] | None:
    """Where a spelling may end in this atom: before a particle, before a version, or with the atom."""
    word = atom.text.casefold()
    leaf = node.next.get(word)
    if leaf is not None and leaf.term is not None:
        return atom.end, leaf
    for stem in _stems(word):
        leaf = node.next.get(stem)
        if leaf is not None and leaf.term is not None:
            return atom.start + len(stem), leaf
    return None


def _stems(word: str) -> Iterator[str]:
    """A Korean word without a particle, the shortest particle first; a Latin one without its version."""
    if word[0] >= "가":
        for length in range(1, min(_LONGEST_PARTICLE, len(word) - 1) + 1):
            if _PARTICLE.fullmatch(word, len(word) - length):
                yield word[:-length]
        return
    stem = word.rstrip("0123456789")
    if stem != word and len(stem) > _SHORT:
        yield stem


def _joined(text: str, before: _Atom, atom: _Atom) -> bool:
    """Whether two atoms may belong to one spelling: a sign must touch its neighbours."""
    between = text[before.end : atom.start]
    if before.text in _SIGNS or atom.text in _SIGNS:
        return not between
    return not between or (len(between) == 1 and between in " -_")


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
