"""Resumes in MongoDB.

A document is `{_id, unique_key, sort_key, created_at, updated_at, preview, content, json_resume}`. `_id` is
`k/<unique_key>`: by `_id` the embedded database reads and replaces in the same time at any size, and the letter in
front keeps it from comparing a key that begins like a date as a date. `sort_key` is the time-ordered id. `content` is
text (`mongo_text.py`); `preview` repeats what a list shows, so that a list reads nothing else. `json_resume` is the
text of the document that the resume was imported from, missing where it was not; nothing but its export reads it.

A hidden resume is `{_id, unique_key, due}`: without a sort key no list shows it, and its text is gone; at `due`, in
milliseconds of the epoch, its deletion is taken up.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
from pymongo import ASCENDING, DESCENDING
from pymongo.errors import DuplicateKeyError

from services.resume.errors import ResumeAlreadyExists, ResumeNotFound
from services.resume.model import Deletion, Preview, Resume, ResumeContent, ResumeSummary, preview_of
from shared.adapters.mongo_batches import BatchedInserts, BatchedReads
from shared.adapters.mongo_text import read_text, write_text
from shared.clock import epoch_milliseconds
from shared.database import Collection, Database, Document, database_errors, read_page
from shared.pages import Page, PageRequest

COLLECTION = "resumes"
_JSON_RESUME = "json_resume"
_DELETIONS_AT_ONCE = 100


class MongoResumeRepository:
    """A `ResumeRepository` over one collection."""

    def __init__(self, database: Database) -> None:
        self._collection: Collection = database.collection(COLLECTION)
        self._reads = BatchedReads(self._collection, without=[_JSON_RESUME])
        self._inserts = BatchedInserts(self._collection, same="sort_key")

    async def prepare(self) -> None:
        """Makes the indexes where they are missing."""
        with database_errors(self._collection):
            await self._collection.create_index([("sort_key", DESCENDING)])
            await self._collection.create_index([("due", ASCENDING)])

    async def add(self, resume: Resume, json_resume: str = "") -> Resume:
        """Stores a new resume; gives what is stored under its id."""
        document = _write(resume) | ({_JSON_RESUME: json_resume} if json_resume else {})
        with database_errors(self._collection):
            try:
                stored = await self._inserts.insert(document)
            except DuplicateKeyError:
                raise ResumeAlreadyExists(unique_key=resume.unique_key) from None
        return resume if stored is document else _read(stored)

    async def get(self, unique_key: str) -> Resume:
        """Reads a resume."""
        with database_errors(self._collection):
            document = await self._reads.find(_id_of(unique_key))
        if document is None or "content" not in document:
            raise ResumeNotFound(unique_key=unique_key)
        return _read(document)

    async def get_json_resume(self, unique_key: str) -> str:
        """The document that a resume was imported from."""
        with database_errors(self._collection):
            document = await self._collection.find_one({"_id": _id_of(unique_key)}, {"sort_key": 1, _JSON_RESUME: 1})
        if document is None or "sort_key" not in document:
            raise ResumeNotFound(unique_key=unique_key)
        text: str = document.get(_JSON_RESUME, "")
        return text

    async def list(self, page: PageRequest) -> Page[ResumeSummary]:
        """One page, newest first."""
        with database_errors(self._collection):
            documents = await read_page(self._collection, page, without=("content", _JSON_RESUME))
        return documents.map(_read_summary)

    async def replace(self, unique_key: str, content: ResumeContent, updated_at: datetime) -> Resume:
        """Replaces the content. As a whole document: the embedded database turns a time that is set alone into text."""
        found = await self.get(unique_key)
        resume = Resume(found.resume_id, unique_key, content, found.created_at, updated_at)
        document = _write(resume)
        with database_errors(self._collection):
            # With the sort key: not one that was hidden, or deleted and made anew, meanwhile.
            query = {"_id": document["_id"], "sort_key": document["sort_key"]}
            result = await self._collection.replace_one(query, document)
        if not result.matched_count:
            raise ResumeNotFound(unique_key=unique_key)
        return resume

    async def hide(self, unique_key: str, due: datetime) -> None:
        """Drops the content and hides the key."""
        with database_errors(self._collection):
            result = await self._collection.replace_one({"_id": _id_of(unique_key)}, _write_hidden(unique_key, due))
        if not result.matched_count:
            raise ResumeNotFound(unique_key=unique_key)

    async def forget(self, unique_key: str) -> None:
        """Frees a hidden key."""
        with database_errors(self._collection):
            await self._collection.delete_one({"_id": _id_of(unique_key), "sort_key": {"$exists": False}})

    async def unfinished_deletions(self, now: datetime) -> Sequence[Deletion]:
        """Those that are due."""
        with database_errors(self._collection):
            found = self._collection.find({"due": {"$lte": epoch_milliseconds(now)}})
            documents = await found.to_list(_DELETIONS_AT_ONCE)
        return [Deletion(each["unique_key"], datetime.fromtimestamp(each["due"] / 1000, UTC)) for each in documents]

    async def take_up(self, deletion: Deletion, due: datetime) -> bool:
        """Puts the next try off."""
        query = {"_id": _id_of(deletion.unique_key), "due": epoch_milliseconds(deletion.due)}
        with database_errors(self._collection):
            result = await self._collection.replace_one(query, _write_hidden(deletion.unique_key, due))
        return bool(result.matched_count)


def _write_hidden(unique_key: str, due: datetime) -> Document:
    return {"unique_key": unique_key, "due": epoch_milliseconds(due)}


def _id_of(unique_key: str) -> str:
    return f"k/{unique_key}"


def _write(resume: Resume) -> Document:
    return {
        "_id": _id_of(resume.unique_key),
        "sort_key": resume.resume_id,
        "unique_key": resume.unique_key,
        "created_at": resume.created_at,
        "updated_at": resume.updated_at,
        "preview": msgspec.to_builtins(preview_of(resume.content)),
        "content": write_text(resume.content),
    }


def _read(document: Document) -> Resume:
    return Resume(
        resume_id=document["sort_key"],
        unique_key=document["unique_key"],
        content=read_text(document["content"], ResumeContent),
        created_at=document["created_at"],
        updated_at=document["updated_at"],
    )


def _read_summary(document: Document) -> ResumeSummary:
    return ResumeSummary(
        unique_key=document["unique_key"],
        preview=msgspec.convert(document["preview"], Preview),
        created_at=document["created_at"],
        updated_at=document["updated_at"],
    )
