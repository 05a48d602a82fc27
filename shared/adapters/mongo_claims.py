"""Claims in MongoDB: one document a key, `{_id: "i/<record_id>", …}` with the other fields of a `ClaimRecord`.

`resume` is `k/<unique_key>`: the letter in front keeps the embedded database from comparing a key that begins like a
date as a date.
"""

from dataclasses import asdict, replace

from pymongo import ASCENDING
from pymongo.errors import DuplicateKeyError

from shared.claims import ClaimRecord
from shared.database import Collection, Document, database_errors

# What is left of a record whose resume is gone: its key, and that it was used.
_ERASED = {"resume": "", "fingerprint": "", "new_id": "", "done": True}


class MongoClaimStore:
    """A `ClaimStore` over one collection."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    async def prepare(self) -> None:
        """Makes the indexes where they are missing."""
        with database_errors(self._collection):
            await self._collection.create_index([("resume", ASCENDING)])
            await self._collection.create_index([("expires_at", ASCENDING)])

    async def begin(self, record: ClaimRecord) -> ClaimRecord:
        """Stores a record unless there is one of its id."""
        with database_errors(self._collection):
            try:
                await self._collection.insert_one(_write(record))
            except DuplicateKeyError:
                found = await self._collection.find_one({"_id": _id_of(record)})
                # Swept in between: as good as expired.
                return _read(found) if found else replace(record, holder="", lease_until=0)
        return record

    async def take(self, seen: ClaimRecord, taken: ClaimRecord) -> bool:
        """Replaces a record by one of another holder."""
        query = {"_id": _id_of(seen), "holder": seen.holder, "lease_until": seen.lease_until, "done": False}
        with database_errors(self._collection):
            result = await self._collection.replace_one(query, _write(taken))
        return bool(result.matched_count)

    async def extend(self, record: ClaimRecord, lease_until: int) -> None:
        """Sets the end of the lease."""
        query = {"_id": _id_of(record), "holder": record.holder, "done": False}
        with database_errors(self._collection):
            await self._collection.update_one(query, {"$set": {"lease_until": lease_until}})

    async def drop(self, record: ClaimRecord) -> None:
        """Forgets the key."""
        with database_errors(self._collection):
            await self._collection.delete_one({"_id": _id_of(record), "holder": record.holder, "done": False})

    async def finish(self, record: ClaimRecord) -> None:
        """Marks it as done."""
        with database_errors(self._collection):
            await self._collection.update_one(
                {"_id": _id_of(record), "holder": record.holder}, {"$set": {"done": True}}
            )

    async def erase(self, unique_key: str) -> None:
        """Drops what tells of a resume."""
        with database_errors(self._collection):
            await self._collection.update_many({"resume": _resume_of(unique_key)}, {"$set": _ERASED})

    async def sweep(self, before: int) -> int:
        """Drops the records that expired."""
        with database_errors(self._collection):
            result = await self._collection.delete_many({"expires_at": {"$lt": before}})
        return result.deleted_count


def _id_of(record: ClaimRecord) -> str:
    return f"i/{record.record_id}"


def _resume_of(unique_key: str) -> str:
    return f"k/{unique_key}"


def _write(record: ClaimRecord) -> Document:
    fields = asdict(record)
    del fields["record_id"]
    return {"_id": _id_of(record), "resume": _resume_of(fields.pop("unique_key")), **fields}


def _read(document: Document) -> ClaimRecord:
    record_id, unique_key = document.pop("_id").removeprefix("i/"), document.pop("resume").removeprefix("k/")
    return ClaimRecord(record_id=record_id, unique_key=unique_key, **document)
