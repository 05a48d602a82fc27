"""What is done about a database that breaks, without one: addresses, and which writes are repeated."""

from typing import cast

import pytest
from pymongo.errors import AutoReconnect, NetworkTimeout, PyMongoError, ServerSelectionTimeoutError

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
