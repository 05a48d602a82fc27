"""What is read of a document, and what is made of it: members with their paths, and fields with their sources."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.resume.json_resume.periods import write_duration
from services.resume.rules import is_url

# Far beyond what any list of ours takes: no more of a list is looked at, and no more faults are counted.
MAX_ENTRIES = 1_000


@dataclass(frozen=True, slots=True)
class Entry:
    """An object of the document at its path. What has not the asked type reads as absent."""

    members: Mapping[str, Any]
    path: str

    def at(self, name: str) -> str:
        """Path of a member."""
        return f"{self.path}.{name}" if self.path else name

    def text(self, name: str) -> str:
        """A text; empty where absent."""
        value = self.members.get(name)
        return value if isinstance(value, str) else ""

    def texts(self, name: str) -> list[str]:
        """A list of texts; empty where absent or anything else is in it."""
        value = self.members.get(name)
        return value if isinstance(value, list) and all(isinstance(item, str) for item in value) else []

    def located(self, name: str) -> list[tuple[str, str]]:
        """A list of texts, each with its path."""
        return [(text, f"{self.at(name)}[{index}]") for index, text in enumerate(self.texts(name)[:MAX_ENTRIES])]

    def entry(self, name: str) -> "Entry":
        """An object; empty where absent."""
        value = self.members.get(name)
        return Entry(value if isinstance(value, dict) else {}, self.at(name))

    def entries(self, name: str) -> list["Entry"]:
        """A list of objects; what is none reads as an empty one."""
        value = self.members.get(name)
        items = value[:MAX_ENTRIES] if isinstance(value, list) else []
        return [
            Entry(item if isinstance(item, dict) else {}, f"{self.at(name)}[{index}]")
            for index, item in enumerate(items)
        ]

    def count(self, name: str) -> int:
        """Entries of a list, all of them."""
        value = self.members.get(name)
        return len(value) if isinstance(value, list) else 0


@dataclass(frozen=True, slots=True)
class Draft:
    """Values of one part of a resume by field; for the path of each, the paths in the document that it came from."""

    values: dict[str, Any] = field(default_factory=dict)
    sources: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def put(self, name: str, value: object, *sources: str) -> None:
        """Sets a field; an empty text or list is left out."""
        if value or isinstance(value, int):
            self.values[name] = value
            self.sources[name] = sources

    def put_texts(self, name: str, texts: Iterable[tuple[str, str]], *sources: str) -> None:
        """Sets a list of texts, each given with its source."""
        pairs = list(texts)
        self.put(name, [text for text, _ in pairs], *sources)
        self.sources.update({f"{name}[{index}]": (source,) for index, (_, source) in enumerate(pairs)})

    def put_part(self, name: str, part: "Draft") -> None:
        """Sets a part, which is left out where nothing is in it."""
        self.put(name, part.values)
        self.sources.update({f"{name}.{inner}": source for inner, source in part.sources.items()})

    def put_parts(self, name: str, parts: Sequence["Draft"], *sources: str) -> None:
        """Sets a list of parts."""
        self.put(name, [part.values for part in parts], *sources)
        for index, part in enumerate(parts):
            self.sources.update({f"{name}[{index}].{inner}": source for inner, source in part.sources.items()})

    def copy(self, entry: Entry, **fields: str) -> None:
        """Sets fields of ours from the texts of members."""
        for name, member in fields.items():
            self.put(name, entry.text(member), entry.at(member))

    def copy_lists(self, entry: Entry, **fields: str) -> None:
        """Sets fields of ours from the lists of texts of members."""
        for name, member in fields.items():
            self.put_texts(name, entry.located(member), entry.at(member))

    def copy_url(self, entry: Entry, name: str) -> None:
        """Sets a page from the member `url`, which to the schema may be of any scheme, or nothing at all."""
        if is_url(entry.text("url")):
            self.copy(entry, **{name: "url"})

    def join(self, name: str, entry: Entry, *members: str, separator: str = "\n") -> None:
        """Sets a field from the texts, and the lists of texts, of several members."""
        present = [member for member in members if entry.text(member) or any(entry.texts(member))]
        texts = [text for member in present for text in (entry.text(member), *entry.texts(member)) if text]
        self.put(name, separator.join(texts), *map(entry.at, present))

    def put_duration(self, entry: Entry) -> None:
        """Sets the duration from the dates."""
        duration = write_duration(entry.text("startDate"), entry.text("endDate"), entry.text("duration"))
        self.put("duration", duration, entry.at("duration"))
