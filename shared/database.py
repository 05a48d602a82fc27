"""Opens, pings and closes the database client; knows no collection."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from operator import itemgetter
from typing import Any

import pymongo
import structlog
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorCollection
from pymongo import DESCENDING
from pymongo.errors import ConnectionFailure, DuplicateKeyError, PyMongoError

from shared.config import SettingsInvalid
from shared.errors import DatabaseUnavailable
from shared.pages import Page, PageRequest, cut_page

log = structlog.get_logger()

_PING_TIMEOUT_SECONDS = 1.0
_PARTING_SECONDS = 0.2

Document = dict[str, Any]
Collection = AsyncIOMotorCollection[Document]


class Database:
    """One client of one database. Close it."""

    def __init__(self, url: str, name: str, *, timeout: float) -> None:
        """Connects lazily. `timeout` in seconds bounds every operation as a whole, a hung server included.

        Raises `SettingsInvalid` for an address that makes no sense.
        """
        try:
            self._client: AsyncIOMotorClient[Document] = AsyncIOMotorClient(
                url,
                appname="career-coach",
                timeoutMS=int(timeout * 1000),
                # An acknowledged write is on disk: neither kill -9 nor a change of primary loses it.
                w="majority",
                journal=True,
                tz_aware=True,
            )
        except (PyMongoError, ValueError):
            # The driver's words are not passed on: they may quote the address, which may hold a password.
            raise SettingsInvalid("MONGODB_URL: must be an address such as mongodb://host:27017") from None
        self._database = self._client[name]

    def collection(self, name: str) -> Collection:
        """The collection of that name; asks nothing of the server."""
        return self._database[name]

    async def ping(self) -> bool:
        """Whether the database answers."""
        try:
            with pymongo.timeout(_PING_TIMEOUT_SECONDS):
                await self._client.admin.command("ping")
        except PyMongoError:
            return False
        return True

    def close(self) -> None:
        """Gives back all connections."""
        # It tells the server about its sessions: one that went first must not hold up the end of this process.
        with pymongo.timeout(_PARTING_SECONDS):
            self._client.close()


@contextmanager
def database_errors() -> Iterator[None]:
    """Turns what the driver raises into `DatabaseUnavailable`; a duplicate key stays, for it is an answer."""
    try:
        yield
    except DuplicateKeyError:
        raise
    except PyMongoError as error:
        log.warning("database.failed", kind=type(error).__name__, code=getattr(error, "code", None))
        raise DatabaseUnavailable from error


async def insert_once(collection: Collection, document: Document, *, same: str = "sort_key") -> Document:
    """Inserts a document whose id was chosen before, once more where the connection broke.

    Gives what is stored: the document, or the one of its id that was there before and has the `same` value in a field.
    Raises `DuplicateKeyError` only when another one is in the way.
    """
    try:
        try:
            await collection.insert_one(document)
        except ConnectionFailure as error:
            # A timeout is one too, and has used up the time.
            if error.timeout:
                raise
            await collection.insert_one(document)
    except DuplicateKeyError:
        found = await collection.find_one({"_id": document["_id"]})
        if found is None:
            # What was in the way is gone by now.
            await collection.insert_one(document)
            return document
        if found.get(same) != document[same]:
            raise
        return found
    return document


async def read_page(
    collection: Collection, page: PageRequest, *, above: str = "", below: str | None = None, without: Sequence[str] = ()
) -> Page[Document]:
    """A page of the documents whose `sort_key` lies between `above` and `below`, the greatest first.

    Documents without a sort key are in no page; the fields `without` are not read.
    """
    # A token of another list must not lead out of the range.
    ends = [end for end in (below, page.after) if end is not None]
    bounds = {"$gt": above} | ({"$lt": min(ends)} if ends else {})
    cursor = collection.find({"sort_key": bounds}, dict.fromkeys(without, 0) or None)
    documents = await cursor.sort("sort_key", DESCENDING).limit(page.size + 1).to_list(page.size + 1)
    return cut_page(documents, page.size, itemgetter("sort_key"))


async def increment(collection: Collection, document_id: str, names: Document, numbers: Mapping[str, float]) -> None:
    """Adds numbers to a document in one atomic step; makes it, with `names`, where it is missing."""
    change = {"$inc": dict(numbers), "$setOnInsert": names}
    try:
        await collection.update_one({"_id": document_id}, change, upsert=True)
    except DuplicateKeyError:
        # Two made it at once: by now it is there.
        await collection.update_one({"_id": document_id}, change, upsert=True)


class Preparation:
    """Makes the indexes as soon as the database answers: a service may start before its database does."""

    def __init__(self, database: Database, steps: Sequence[Callable[[], Awaitable[None]]]) -> None:
        self._database = database
        self._steps = tuple(steps)
        self._done = False

    async def check(self) -> bool:
        """Whether the service can work: the database answers and everything is prepared."""
        if not await self._database.ping():
            return False
        if not self._done:
            try:
                for step in self._steps:
                    await step()
            except DatabaseUnavailable:
                return False
            self._done = True
        return True
