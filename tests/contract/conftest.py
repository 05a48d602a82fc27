"""Every implementation of a port, for the suites that run over all of them."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from shared.adapters.memory import MemoryClaimStore
from shared.adapters.mongo_claims import MongoClaimStore
from shared.claims import ClaimStore
from shared.clock import Clock
from shared.database import Database
from tests.support.mongodb import embedded_mongodb


@pytest.fixture(scope="session")
def mongodb_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a database is: the one that MONGODB_TEST_URL names, else the embedded one."""
    given = os.environ.get("MONGODB_TEST_URL")
    if given:
        yield given
        return
    folder: Path = tmp_path_factory.mktemp("mongodb")
    with embedded_mongodb(folder) as url:
        yield url


@pytest.fixture
async def database(mongodb_url: str) -> AsyncIterator[Database]:
    """A database of its own for each test."""
    name = f"test_{Clock().new_id()}"
    database = Database(mongodb_url, name, timeout=10)
    yield database
    await database._client.drop_database(name)
    database.close()


@pytest.fixture(params=["memory", "mongo"])
async def claim_store(request: pytest.FixtureRequest, database: Database) -> AsyncIterator[ClaimStore]:
    """Claims: one implementation after the other."""
    if request.param == "memory":
        yield MemoryClaimStore()
        return
    mongo = MongoClaimStore(database.collection("claims"))
    await mongo.prepare()
    yield mongo
