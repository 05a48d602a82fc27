"""What is done about a database that breaks, without one: addresses, and which writes are repeated."""

import asyncio
from collections.abc import Mapping
from typing import Any, cast

import pytest
from pymongo import ReadPreference, WriteConcern
from pymongo.errors import AutoReconnect, BulkWriteError, NetworkTimeout, PyMongoError, ServerSelectionTimeoutError

from shared.adapters.mongo_batches import BatchedInserts
from shared.config import SettingsInvalid
from shared.database import Collection, Database, Document


class BreakingCollection:
    """A collection whose first insertion fails, and whose later ones succeed."""

    def __init__(self, failure: PyMongoError) -> None:
        self.failures = [failure]
        self.documents: list[Document] = []
        # Of a client that has connected to nobody.
        self.database = Database("mongodb://127.0.0.1:9", "career_coach", timeout=1).collection("any").database

    async def insert_many(self, documents: list[Document], *, ordered: bool) -> None:
        """Fails once."""
        assert not ordered
        if self.failures:
            raise self.failures.pop()
        self.documents += documents

    async def find_one(self, query: Document) -> Document | None:
        """Fails always."""
        raise AutoReconnect(f"connection closed before {query['_id']}")


async def test_a_write_is_repeated_where_the_connection_broke() -> None:
    """A broken connection is made anew, and the document is stored."""
    collection = BreakingCollection(AutoReconnect("connection closed"))
    document = {"_id": "a", "sort_key": "b"}

    await BatchedInserts(cast(Collection, collection), same="sort_key").insert(document)

    assert collection.documents == [document]


@pytest.mark.parametrize(
    "failure",
    [ServerSelectionTimeoutError("nobody answers"), NetworkTimeout("timed out")],
    ids=["no server", "no answer"],
)
async def test_a_write_is_not_repeated_after_its_time(failure: PyMongoError) -> None:
    """A database that is away costs the caller the time of one operation, not of two."""
    collection = BreakingCollection(failure)

    with pytest.raises(type(failure)):
        await BatchedInserts(cast(Collection, collection), same="sort_key").insert({"_id": "a", "sort_key": "b"})

    assert collection.documents == []


async def insert_two(details: Mapping[str, Any]) -> list[Document | BaseException]:
    """Two documents at once, of which the first is refused as there already; `details` are added to the refusal."""
    refusal = BulkWriteError({"writeErrors": [{"index": 0, "code": 11000}], **details})
    inserts = BatchedInserts(cast(Collection, BreakingCollection(refusal)), same="sort_key")
    documents = [{"_id": name, "sort_key": name} for name in ("a", "b")]
    return await asyncio.gather(*(inserts.insert(document) for document in documents), return_exceptions=True)


async def test_a_refusal_that_cannot_be_looked_into_is_one_callers() -> None:
    """The connection breaks while it is asked what was in the way of one document: the other one is stored."""
    refused, stored = await insert_two({})

    assert isinstance(refused, AutoReconnect)
    assert stored == {"_id": "b", "sort_key": "b"}


async def test_what_may_yet_be_lost_is_not_acknowledged() -> None:
    """Beside a refused document another one reached the first of a replica set, and not most of it."""
    outcomes = await insert_two({"writeConcernErrors": [{"code": 64}]})

    assert [type(outcome) for outcome in outcomes] == [BulkWriteError] * 2


async def test_an_address_cannot_weaken_what_is_promised() -> None:
    """Whatever its options are: a write is on most of the disks, and a read sees what was deleted."""
    url = "mongodb://127.0.0.1:9/?w=1&journal=false&readPreference=secondaryPreferred"

    collection = Database(url, "career_coach", timeout=1).collection("any")

    assert collection.write_concern == WriteConcern(w="majority", j=True)
    assert collection.read_preference == ReadPreference.PRIMARY


@pytest.mark.parametrize(
    "url",
    ["mongodb://user:geheim@host:12ab", "mongodb://user:ge@heim@host", "postgres://user:geheim@host", "mongodb://h:0"],
    ids=["port", "unescaped", "scheme", "port 0"],
)
async def test_a_senseless_address_is_refused_by_its_variable(url: str) -> None:
    """The refusal names the variable, and neither the address nor the password in it."""
    with pytest.raises(SettingsInvalid) as caught:
        Database(url, "career_coach", timeout=1)

    assert "MONGODB_URL" in str(caught.value)
    assert "heim" not in str(caught.value)
