"""What was derived from resumes, and the usage, in MongoDB: the same for every generator.

A derived document is `{_id, unique_key, sort_key, item}` with `sort_key` = `k/<unique_key>/<_id>`: all that is asked of
a resume's documents is one range of one index, since the embedded database reads no index over two fields. A key holds
no `/`, so the ranges of two resumes never meet. The letter in front keeps the embedded database from comparing a key
that begins like a date as a date.
"""

from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Generic, TypeVar

import msgspec
from pymongo import ASCENDING, DESCENDING

from shared.database import Collection, Document, database_errors, increment, insert_once, read_page
from shared.errors import NotFound
from shared.generation.model import ProviderSums, count_attempt
from shared.llm.messages import Attempt, Usage
from shared.pages import Page, PageRequest

T = TypeVar("T")

# The character after the separator: the first string that is greater than everything below a key.
_SEPARATOR, _AFTER_SEPARATOR = "/", "0"
_USAGE_FIELDS = tuple(field.name for field in fields(Usage))


class MongoDerivedRepository(Generic[T]):
    """A `DerivedRepository` over one collection. `id_of` and `key_of` name an item and its resume."""

    def __init__(
        self,
        collection: Collection,
        kind: type[T],
        *,
        id_of: Callable[[T], str],
        key_of: Callable[[T], str],
        missing: Callable[[str, str], NotFound],
    ) -> None:
        self._collection = collection
        self._kind = kind
        self._id_of = id_of
        self._key_of = key_of
        self._missing = missing

    async def prepare(self) -> None:
        """Makes the index where it is missing."""
        with database_errors():
            await self._collection.create_index([("sort_key", DESCENDING)])

    async def add(self, item: T) -> None:
        """Stores a new item."""
        unique_key, item_id = self._key_of(item), self._id_of(item)
        document = {
            "_id": item_id,
            "unique_key": unique_key,
            "sort_key": f"k/{unique_key}{_SEPARATOR}{item_id}",
            "item": msgspec.to_builtins(item, builtin_types=(datetime,)),
        }
        with database_errors():
            await insert_once(self._collection, document)

    async def get(self, unique_key: str, item_id: str) -> T:
        """Reads one item of a resume."""
        with database_errors():
            document = await self._collection.find_one({"_id": item_id})
        if document is None or document["unique_key"] != unique_key:
            raise self._missing(unique_key, item_id)
        return self._read(document)

    async def list(self, unique_key: str, page: PageRequest) -> Page[T]:
        """One page of a resume's items, newest first."""
        above, below = _ends(unique_key)
        with database_errors():
            documents = await read_page(self._collection, page, above=above, below=below)
        return documents.map(self._read)

    async def remove(self, item: T) -> None:
        """Takes one item back."""
        with database_errors():
            await self._collection.delete_one({"_id": self._id_of(item)})

    async def erase(self, unique_key: str) -> int:
        """Erases all items of a resume."""
        above, below = _ends(unique_key)
        with database_errors():
            result = await self._collection.delete_many({"sort_key": {"$gt": above, "$lt": below}})
        return result.deleted_count

    def _read(self, document: Document) -> T:
        return msgspec.convert(document["item"], self._kind)


def _ends(unique_key: str) -> tuple[str, str]:
    """Between which the sort keys of a resume's documents lie."""
    return f"k/{unique_key}{_SEPARATOR}", f"k/{unique_key}{_AFTER_SEPARATOR}"


class MongoUsageLedger:
    """A `UsageLedger`: one document a day, provider and model, changed by atomic increments alone."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    async def prepare(self) -> None:
        """Makes the index where it is missing."""
        with database_errors():
            await self._collection.create_index([("day", ASCENDING)])

    async def record(self, day: date, attempts: Sequence[Attempt]) -> None:
        """Adds attempts."""
        with database_errors():
            for attempt in (attempt for attempt in attempts if attempt.asked):
                names = {"day": _number(day), "provider": attempt.provider, "model": attempt.model}
                document_id = f"u/{day}/{attempt.provider}/{attempt.model}"
                await increment(self._collection, document_id, names, _increments(count_attempt(attempt)))

    async def read(self, day: date) -> Sequence[ProviderSums]:
        """The sums of a day."""
        with database_errors():
            documents = await self._collection.find({"day": _number(day)}).to_list(None)
        return sorted((_read_sums(document) for document in documents), key=lambda s: (s.provider, s.model))


def _number(day: date) -> int:
    return day.year * 10_000 + day.month * 100 + day.day


def _increments(sums: ProviderSums) -> dict[str, int | float]:
    return {
        "calls": sums.calls,
        "failures": sums.failures,
        "calls_of_unknown_cost": sums.calls_of_unknown_cost,
        **{name: getattr(sums.usage, name) for name in _USAGE_FIELDS},
    }


def _read_sums(document: Document) -> ProviderSums:
    return ProviderSums(
        provider=document["provider"],
        model=document["model"],
        calls=document["calls"],
        failures=document["failures"],
        usage=Usage(**{name: document.get(name, 0) for name in _USAGE_FIELDS}),
        calls_of_unknown_cost=document["calls_of_unknown_cost"],
    )
