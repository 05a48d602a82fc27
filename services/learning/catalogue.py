"""Our own catalogue of learning resources: titles and links that were looked at, found by topic, title or link."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from services.learning.model import LearningResource
from shared.yaml_file import read_yaml

_FILE = Path(__file__).with_name("catalogue.yaml")
_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_NOT_WORD = re.compile(r"[^\w+#]+")

# Roles that build or run software, and topics that are of no use to the others.
TECHNICAL_ROLES = frozenset(("backend", "devops", "frontend", "mobile", "data", "ml", "security", "qa"))
_TECHNICAL_TOPICS = TECHNICAL_ROLES - {"data"} | {"engineering", "system-design", "code-quality"}

ResourceLevel = Literal["entry", "middle", "senior", "all"]


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """A resource and what it is good for.

    `english` is the title for English readers, where it differs; `link` is empty for most books; `confirmed` says how
    and when we saw that it exists, and is empty where we did not.
    """

    title: str
    kind: str
    language: str
    level: ResourceLevel
    topics: tuple[str, ...]
    link: str = ""
    confirmed: str = ""
    english: str = ""

    def suits(self, role: str) -> bool:
        """Whether it is of use to somebody of this role."""
        return role in TECHNICAL_ROLES or role in self.topics or not _TECHNICAL_TOPICS.intersection(self.topics)

    def readable_in(self, language: str) -> bool:
        """Whether readers of a language can use it: Korean ones get along with English, others not with Korean."""
        return language == "ko" or self.language == language or bool(self.english)

    def title_in(self, language: str) -> str:
        """The title for readers of a language."""
        return self.english if language == "en" and self.english else self.title

    def resource_titled(self, title: str) -> LearningResource:
        """The entry as a path shows it: with its English title where that was written, else with its own."""
        english = self.english and set(_title_keys(title)) & set(_title_keys(self.english))
        return LearningResource(self.english if english else self.title, self.kind, self.link)


class Catalogue:
    """Read-only; topics and titles are found whatever their case."""

    def __init__(self, entries: Iterable[CatalogueEntry], soft_topics: Iterable[str] = ()) -> None:
        self.entries = tuple(entries)
        self.soft_topics = tuple(soft_topics)
        self._by_topic: dict[str, list[CatalogueEntry]] = {}
        for entry in self.entries:
            for topic in entry.topics:
                self._by_topic.setdefault(topic.casefold(), []).append(entry)
        self._by_link = {_link_key(entry.link): entry for entry in self.entries if entry.link}
        titles = ((title, entry) for entry in self.entries for title in (entry.title, entry.english))
        self._by_title = {key: entry for title, entry in titles for key in _title_keys(title)}
        # Documentation only: on hosts of articles and courses anyone may publish, and any address would pass.
        documentation = (entry.link for entry in self.entries if entry.link and entry.kind == "documentation")
        self.allowed_hosts = frozenset(urlsplit(link).hostname or "" for link in documentation)

    def for_topic(self, name: str) -> tuple[CatalogueEntry, ...]:
        """Entries of a term, family or soft topic, in the order of the file; none for an unknown topic."""
        return tuple(self._by_topic.get(name.casefold(), ()))

    def by_link(self, link: str) -> CatalogueEntry | None:
        """The entry behind an address; a slash at its end makes no difference."""
        return self._by_link.get(_link_key(link))

    def by_title(self, title: str) -> CatalogueEntry | None:
        """The entry of that title; case, punctuation and the author in brackets make no difference."""
        return next((self._by_title[key] for key in _title_keys(title) if key in self._by_title), None)

    def allows(self, link: str) -> bool:
        """Whether a link may be shown: it is in the catalogue, or on a host of documentation over HTTPS."""
        if self.by_link(link) is not None:
            return True
        try:
            parts = urlsplit(link)
            plain = parts.port is None and parts.username is None
        except ValueError:
            return False
        return plain and parts.scheme == "https" and parts.hostname in self.allowed_hosts


def _link_key(link: str) -> str:
    return link.strip().rstrip("/")


def _title_keys(title: str) -> tuple[str, ...]:
    """The whole title, then the title without what stands in brackets (a publisher or an author)."""
    folded = unicodedata.normalize("NFKC", title).casefold()
    keys = (_NOT_WORD.sub("", folded), _NOT_WORD.sub("", _BRACKETED.sub("", folded)))
    return tuple(dict.fromkeys(key for key in keys if key))


def load_catalogue(path: Path) -> Catalogue:
    """Reads a catalogue file; raises `TypeError` for a field that an entry does not have."""
    data: Mapping[str, Any] = read_yaml(path)
    entries = (CatalogueEntry(**{**entry, "topics": tuple(entry["topics"])}) for entry in data["resources"])
    return Catalogue(entries, data["soft_topics"])


@cache
def default_catalogue() -> Catalogue:
    """The catalogue that comes with the service, read once."""
    return load_catalogue(_FILE)
