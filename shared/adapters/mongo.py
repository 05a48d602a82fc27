"""What was derived from resumes, in MongoDB: the same for every generator.

A derived document is `{_id, unique_key, sort_key, item}` with `sort_key` = `k/<unique_key>/<_id>`: all that is asked of
a resume's documents is one range of one index, since the embedded database reads no index over two fields. A key holds
no `/`, so the ranges of two resumes never meet; an id may hold one, and its first part then is a range within. The
letter in front keeps the embedded database from comparing a key that begins like a date as a date.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Generic, TypeVar

import msgspec
from pymongo import DESCENDING

from shared.database import Collection, Document, database_errors, insert_once, read_page
from shared.errors import NotFound
from shared.pages import Page, PageRequest

T = TypeVar("T")

# The character after the separator: the first string that is greater than everything below a key.
_SEPARATOR, _AFTER_SEPARATOR = "/", "0"


class MongoDerivedStore(Generic[T]):
    """A `DerivedStore` over one collection. `id_of` and `key_of` name an item and its resume."""

    def __init__(
        self, collection: Collection, kind: type[T], *, id_of: Callable[[T], str], key_of: Callable[[T], str]
    ) -> None:
        self._collection = collection
        self._kind = kind
        self._id_of = id_of
        self._key_of = key_of

    async def prepare(self) -> None:
        """Makes the index where it is missing."""
        with database_errors():
            await self._collection.create_index([("sort_key", DESCENDING)])

    async def add(self, item: T) -> T:
        """Stores a new item; gives what is stored under its id."""
        unique_key, item_id = self._key_of(item), self._id_of(item)
        document = {
            "_id": item_id,
            "unique_key": unique_key,
            "sort_key": f"k/{unique_key}{_SEPARATOR}{item_id}",
            "item": msgspec.to_builtins(item, builtin_types=(datetime,)),
        }
        with database_errors():
            stored = await insert_once(self._collection, document)
        return item if stored is document else self._read(stored)

    async def list(self, unique_key: str, page: PageRequest, *, within: str = "") -> Page[T]:
        """One page of a resume's items, newest first."""
        above, below = _ends(unique_key, within)
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


class MongoDerivedRepository(MongoDerivedStore[T]):
    """A `DerivedRepository` over one collection. `missing` makes the error for an item that is not there."""

    def __init__(
        self,
        collection: Collection,
        kind: type[T],
        *,
        id_of: Callable[[T], str],
        key_of: Callable[[T], str],
        missing: Callable[[str, str], NotFound],
    ) -> None:
        super().__init__(collection, kind, id_of=id_of, key_of=key_of)
        self._missing = missing

    async def get(self, unique_key: str, item_id: str) -> T:
        """Reads one item of a resume."""
        with database_errors():
            document = await self._collection.find_one({"_id": item_id})
        if document is None or document["unique_key"] != unique_key:
            raise self._missing(unique_key, item_id)
        return self._read(document)


def _ends(unique_key: str, within: str = "") -> tuple[str, str]:
    """Between which the sort keys of a resume's documents lie, or of those whose ids have that first part."""
    start = f"k/{unique_key}{_SEPARATOR}{within}" if within else f"k/{unique_key}"
    return f"{start}{_SEPARATOR}", f"{start}{_AFTER_SEPARATOR}"
