"""Opens, pings and closes the database client; knows no collection."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from operator import itemgetter
from typing import Any

import pymongo
import structlog
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorCollection
from pymongo import DESCENDING
from pymongo.errors import DuplicateKeyError, PyMongoError

from shared.config import SettingsInvalid
from shared.errors import DatabaseUnavailable
from shared.pages import Page, PageRequest, cut_page

log = structlog.get_logger()

_PING_TIMEOUT_SECONDS = 1.0
_PARTING_SECONDS = 0.2
_CONNECT_SECONDS = 1.0
_HEARTBEAT_SECONDS = 2.0
# After so long without a ping nobody knows whether the database is still away.
_FORGOTTEN_SECONDS = 3.0
# Where it is tried whether the database takes writes.
_TRIALS = "write_trials"

Document = dict[str, Any]
Collection = AsyncIOMotorCollection[Document]


class _Client(AsyncIOMotorClient[Document]):
    """The driver's client, and what is known of its server at the moment."""

    def __init__(self, url: str, timeout: float) -> None:
        self.timeout = timeout
        # Whether an operation failed since the server was last seen to take a write.
        self.doubted = False
        self.answered_at = time.monotonic()
        self.unanswered_at: float | None = None
        super().__init__(
            url,
            appname="career-coach",
            timeoutMS=int(timeout * 1000),
            # By these the driver finds out that a server is there again behind a connection that leads nowhere.
            connectTimeoutMS=int(_CONNECT_SECONDS * 1000),
            heartbeatFrequencyMS=int(_HEARTBEAT_SECONDS * 1000),
            # An acknowledged write is on disk: neither kill -9 nor a change of primary loses it.
            w="majority",
            journal=True,
            # Another member of a replica set may not yet know what was deleted.
            readPreference="primary",
            tz_aware=True,
        )

    @property
    def is_away(self) -> bool:
        """Whether the server has not answered for as long as an operation may take, and did not a moment ago."""
        if self.unanswered_at is None or time.monotonic() - self.unanswered_at > _FORGOTTEN_SECONDS:
            return False
        return time.monotonic() - self.answered_at >= self.timeout


class Database:
    """One client of one database. Close it."""

    def __init__(self, url: str, name: str, *, timeout: float) -> None:
        """Connects lazily. `timeout` in seconds bounds every operation as a whole, a hung server included.

        Raises `SettingsInvalid` for an address that makes no sense.
        """
        try:
            self._client = _Client(url, timeout)
        except (PyMongoError, ValueError):
            # The driver's words are not passed on: they may quote the address, which may hold a password.
            raise SettingsInvalid("MONGODB_URL: must be an address such as mongodb://host:27017") from None
        self._name = name
        self._database = self._client[name]
        # Motor's threads are all taken while a server hangs.
        self._thread = ThreadPoolExecutor(1, "database-ping")
        self._ping: asyncio.Future[bool] | None = None
        # Whether the last trial to write was refused: that is said once.
        self._refused = False

    def collection(self, name: str) -> Collection:
        """The collection of that name; asks nothing of the server."""
        return self._database[name]

    async def ping(self) -> bool:
        """Whether the database answers and, where it failed in something since it was asked last, takes a small write.

        Takes two seconds at most. Those who ask at once are answered at once.
        """
        if self._ping is None or self._ping.done():
            self._ping = asyncio.get_running_loop().run_in_executor(self._thread, self._look)
        return await asyncio.shield(self._ping)

    def close(self) -> None:
        """Gives back all connections."""
        self._thread.shutdown(wait=False, cancel_futures=True)
        # It tells the server about its sessions: one that went first must not hold up the end of this process.
        with pymongo.timeout(_PARTING_SECONDS):
            self._client.close()

    def _look(self) -> bool:
        client, asked_at = self._client, time.monotonic()
        try:
            with pymongo.timeout(_PING_TIMEOUT_SECONDS):
                client.delegate.admin.command("ping")
        except PyMongoError:
            client.unanswered_at = time.monotonic()
            return False
        client.answered_at, client.unanswered_at = asked_at, None
        return not client.doubted or self._try_to_write()

    def _try_to_write(self) -> bool:
        """A disk that is full fails writes and nothing else, so only a write shows that there is room again."""
        self._client.doubted = False
        change = {"$set": {"at": time.time_ns()}}
        try:
            with pymongo.timeout(_PING_TIMEOUT_SECONDS):
                self._client.delegate[self._name][_TRIALS].update_one({"_id": "trial"}, change, upsert=True)
        except DuplicateKeyError:
            # Another process made it at the same moment.
            pass
        except PyMongoError as error:
            self._client.doubted = True
            if not self._refused:
                log.warning("database.write_refused", kind=type(error).__name__, code=getattr(error, "code", None))
            self._refused = True
            return False
        self._refused = False
        return True


@contextmanager
def database_errors(collection: Collection) -> Iterator[None]:
    """Turns what the driver raises into `DatabaseUnavailable`; a duplicate key stays, for it is an answer.

    The block is one `operation`.
    """
    try:
        with operation(collection):
            yield
    except DuplicateKeyError:
        raise
    except PyMongoError as error:
        _client_of(collection).doubted = True
        log.warning("database.failed", kind=type(error).__name__, code=getattr(error, "code", None))
        raise DatabaseUnavailable from error


@contextmanager
def operation(collection: Collection) -> Iterator[None]:
    """Bounds all that is asked in the block by the time of one operation, waiting for a thread of the driver included.

    Raises `DatabaseUnavailable` at once where the database (which somebody must `ping`) was last seen longer ago than
    that: nobody waits in vain, and nobody who did is in the way when it is back.
    """
    client = _client_of(collection)
    if client.is_away:
        raise DatabaseUnavailable
    with pymongo.timeout(client.timeout):
        yield
    # Where it serves and is slow to say so, it is not away.
    client.answered_at = time.monotonic()


def _client_of(collection: Collection) -> _Client:
    client = collection.database.client
    if not isinstance(client, _Client):
        raise TypeError("a collection of a Database")
    return client


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
