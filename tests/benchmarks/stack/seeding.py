"""Fills a database with resumes in the shape in which the resume service writes them, as fast as it takes them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import msgspec
import pymongo
from pymongo.collection import Collection
from pymongo.errors import PyMongoError

from services.resume.adapters import mongo
from services.resume.model import Resume, ResumeContent
from shared.config import Settings
from tests.benchmarks.stack.field import NotMeasured

Document = dict[str, Any]
_BATCH = 2000
# A time-ordered id begins with 48 bits of milliseconds; these are of a day long ago: what a run creates is newer.
_FIRST_MILLISECOND = 1_700_000_000_000


@contextmanager
def resume_collection(settings: Settings) -> Iterator[Collection[Document]]:
    """The collection of a stack's resumes."""
    client: pymongo.MongoClient[Document] = pymongo.MongoClient(settings.database_url, tz_aware=True, timeoutMS=60_000)
    try:
        yield client[settings.mongodb_database][mongo.COLLECTION]
    finally:
        client.close()


def seed(settings: Settings, resumes: Sequence[Mapping[str, Any]], number: int, prefix: str) -> list[str]:
    """Stores so many resumes, these in turn, under keys of their own that begin with `prefix`; gives the sort keys.

    Raises `NotMeasured`.
    """
    contents = [msgspec.convert(resume, ResumeContent) for resume in resumes]
    sort_keys: list[str] = []
    with resume_collection(settings) as collection:
        for numbers in _batches(number):
            documents = [_document(contents[each % len(contents)], prefix, each) for each in numbers]
            try:
                collection.insert_many(documents, ordered=False)
            except PyMongoError as error:
                # The driver's words repeat whole documents.
                raise NotMeasured(f"the resumes were not stored: {type(error).__name__}") from None
            sort_keys += [document["sort_key"] for document in documents]
    return sort_keys


def seeded_key(prefix: str, number: int) -> str:
    """The key of the resume of that number."""
    return f"{prefix}-{number}"


def drop_created(settings: Settings) -> None:
    """Deletes what was stored since the seeding."""
    with resume_collection(settings) as collection:
        collection.delete_many({"sort_key": {"$gt": _sort_key(2**31)}})


def drop_database(settings: Settings) -> None:
    """Deletes the whole database of a stack that has one of its own on a server that stays."""
    with resume_collection(settings) as collection:
        collection.database.client.drop_database(collection.database.name)


def _batches(number: int) -> Iterator[Sequence[int]]:
    for first in range(0, number, _BATCH):
        yield range(first, min(number, first + _BATCH))


def _document(content: ResumeContent, prefix: str, number: int) -> Document:
    now = datetime.fromtimestamp((_FIRST_MILLISECOND + number) / 1000, UTC)
    return mongo._write(Resume(_sort_key(number), seeded_key(prefix, number), content, now, now))


def _sort_key(number: int) -> str:
    return f"{(_FIRST_MILLISECOND + number) << 80 | number:032x}"
