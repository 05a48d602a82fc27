"""What was derived from resumes, in MongoDB: the same for every generator.

A derived document is `{_id, unique_key, sort_key, added_at, item}` with `sort_key` = `k/<unique_key>/<_id>`: all that
is asked of a resume's documents is one range of one index, since the embedded database reads no index over two fields.
A key holds no `/`, so the ranges of two resumes never meet; an id may hold one, and its first part then is a range
within. The letter in front keeps the embedded database from comparing a key that begins like a date as a date. Until it
is shown the letter is `p`, and the document in no range that is read. `item` is text (`mongo_text.py`), `added_at`
milliseconds of the epoch.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Generic, TypeVar

from pymongo import DESCENDING

from shared.adapters.mongo_batches import BatchedChanges, BatchedInserts, BatchedReads
from shared.adapters.mongo_text import read_text, write_text
from shared.clock import epoch_milliseconds
from shared.database import Collection, Document, database_errors, read_page
from shared.errors import NotFound
from shared.pages import Page, PageRequest

T = TypeVar("T")

# The character after the separator: the first string that is greater than everything below a key.
_SEPARATOR, _AFTER_SEPARATOR = "/", "0"
_SHOWN, _PENDING = "k", "p"
_SWEPT_AT_ONCE = 1000


class MongoDerivedStore(Generic[T]):
    """A `DerivedStore` over one collection. `id_of` and `key_of` name an item and its resume."""

    def __init__(
        self, collection: Collection, kind: type[T], *, id_of: Callable[[T], str], key_of: Callable[[T], str]
    ) -> None:
        self._collection = collection
        self._reads = BatchedReads(collection)
        self._inserts = BatchedInserts(collection, same="unique_key")
        self._changes = BatchedChanges(collection)
        self._kind = kind
        self._id_of = id_of
        self._key_of = key_of

    async def prepare(self) -> None:
        """Makes the index where it is missing."""
        with database_errors(self._collection):
            await self._collection.create_index([("sort_key", DESCENDING)])

    async def add(self, item: T, now: datetime) -> T:
        """Stores a new item where no reader finds it yet."""
        unique_key, item_id = self._key_of(item), self._id_of(item)
        document = {
            "_id": item_id,
            "unique_key": unique_key,
            "sort_key": f"{_start(_PENDING, unique_key)}{item_id}",
            "added_at": epoch_milliseconds(now),
            "item": write_text(item),
        }
        with database_errors(self._collection):
            stored = await self._inserts.insert(document)
        return item if stored is document else self._read(stored)

    async def show(self, item: T) -> bool:
        """Lets readers find it."""
        unique_key, item_id = self._key_of(item), self._id_of(item)
        with database_errors(self._collection):
            return await self._changes.set(item_id, "sort_key", f"{_start(_SHOWN, unique_key)}{item_id}")

    async def list(self, unique_key: str, page: PageRequest, *, within: str = "") -> Page[T]:
        """One page of a resume's items, newest first."""
        above, below = _ends(_SHOWN, unique_key, within)
        with database_errors(self._collection):
            documents = await read_page(self._collection, page, above=above, below=below)
        return documents.map(self._read)

    async def erase(self, unique_key: str) -> int:
        """Erases all items of a resume."""
        with database_errors(self._collection):
            # In this order: what is shown between the two is still to be met.
            await self._collection.delete_many(_between(*_ends(_PENDING, unique_key)))
            shown = await self._collection.delete_many(_between(*_ends(_SHOWN, unique_key)))
        return shown.deleted_count

    async def drop(self, item: T) -> None:
        """Drops an item that was not shown."""
        item_id = self._id_of(item)
        pending = f"{_start(_PENDING, self._key_of(item))}{item_id}"
        with database_errors(self._collection):
            await self._collection.delete_one({"_id": item_id, "sort_key": pending})

    async def sweep(self, before: datetime) -> int:
        """Drops what was never shown."""
        swept = 0
        with database_errors(self._collection):
            # A handful, whatever the size of the collection.
            pending = await self._collection.find(_between(*_ends(_PENDING)), {"item": 0}).to_list(_SWEPT_AT_ONCE)
            for document in pending:
                if document["added_at"] < epoch_milliseconds(before):
                    names = {"_id": document["_id"], "sort_key": document["sort_key"]}
                    swept += (await self._collection.delete_one(names)).deleted_count
        return swept

    def _read(self, document: Document) -> T:
        return read_text(document["item"], self._kind)


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
        document = await self._find(unique_key, item_id)
        if document is None or not document["sort_key"].startswith(_SHOWN):
            raise self._missing(unique_key, item_id)
        return self._read(document)

    async def find(self, unique_key: str, item_id: str) -> T | None:
        """One item of a resume, be it shown or not."""
        document = await self._find(unique_key, item_id)
        return self._read(document) if document else None

    async def _find(self, unique_key: str, item_id: str) -> Document | None:
        with database_errors(self._collection):
            document = await self._reads.find(item_id)
        return document if document and document["unique_key"] == unique_key else None


def _start(letter: str, unique_key: str) -> str:
    """How the sort keys of a resume's documents begin."""
    return f"{letter}{_SEPARATOR}{unique_key}{_SEPARATOR}"


def _ends(letter: str, *parts: str) -> tuple[str, str]:
    """Between which those sort keys lie whose first parts these are; empty ones at the end do not count."""
    start = _SEPARATOR.join(part for part in (letter, *parts) if part)
    return f"{start}{_SEPARATOR}", f"{start}{_AFTER_SEPARATOR}"


def _between(above: str, below: str) -> Document:
    return {"sort_key": {"$gt": above, "$lt": below}}
