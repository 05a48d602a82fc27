"""What a process knows of a database that hangs, ends, or has no room, and what its callers are told meanwhile."""

import asyncio
import os
import resource
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from shared.database import Collection, Database, database_errors
from shared.errors import DatabaseUnavailable
from tests.support.mongodb import embedded_mongodb

OPERATION_SECONDS = 1.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """Address and process id of an embedded database of its own."""
    folder: Path = tmp_path_factory.mktemp("away")
    with embedded_mongodb(folder) as url:
        yield url, _wait_for_pid(folder / "mongo" / "pid")


def _wait_for_pid(file: Path) -> int:
    """It is written a moment after the server listens."""
    end = time.monotonic() + 5
    while not (file.exists() and file.read_text().strip()):
        assert time.monotonic() < end
        time.sleep(0.01)
    return int(file.read_text())


@pytest.fixture
async def database(server: tuple[str, int]) -> AsyncIterator[Database]:
    """A client whose operations have a second."""
    database = Database(server[0], "away", timeout=OPERATION_SECONDS)
    await wait_for_ping(database, within=10)
    yield database
    database.close()


@pytest.fixture
def hanging(server: tuple[str, int]) -> Iterator[Callable[[], None]]:
    """The server does not answer until this is called."""
    os.kill(server[1], signal.SIGSTOP)
    yield lambda: os.kill(server[1], signal.SIGCONT)
    os.kill(server[1], signal.SIGCONT)


@pytest.fixture
def no_room(server: tuple[str, int]) -> Iterator[Callable[[], None]]:
    """The server's disk is full until this is called: it cannot write a byte to any file."""
    _, most = resource.prlimit(server[1], resource.RLIMIT_FSIZE)
    resource.prlimit(server[1], resource.RLIMIT_FSIZE, (0, most))

    def make_room() -> None:
        resource.prlimit(server[1], resource.RLIMIT_FSIZE, (most, most))

    yield make_room
    make_room()


async def read(collection: Collection) -> None:
    """One operation."""
    with database_errors(collection):
        await collection.find_one({"_id": "x"})


async def write(collection: Collection) -> None:
    """One operation that needs room."""
    with database_errors(collection):
        await collection.update_one({"_id": "x"}, {"$set": {"at": time.time_ns()}}, upsert=True)


async def outcome_of(work: Awaitable[None]) -> tuple[str, float]:
    """What came of an operation, and the seconds it took."""
    start = time.monotonic()
    try:
        await work
    except DatabaseUnavailable:
        return "unavailable", time.monotonic() - start
    return "done", time.monotonic() - start


async def wait_for_ping(database: Database, *, within: float) -> None:
    """Until the database answers."""
    async with asyncio.timeout(within):
        while True:
            if await database.ping():
                return
            await asyncio.sleep(0.02)


async def test_a_hung_server_is_noticed_behind_operations_that_hang(
    database: Database, hanging: Callable[[], None]
) -> None:
    """Three hundred operations fail in the time of one or two, none delays the ping, and all goes on afterwards."""
    things = database.collection("things")
    operations = [asyncio.create_task(outcome_of(read(things))) for _ in range(300)]
    await asyncio.sleep(0)

    start = time.monotonic()
    answered = await database.ping()
    noticed = time.monotonic() - start
    outcomes = await asyncio.gather(*operations)
    hanging()
    await wait_for_ping(database, within=2)

    assert not answered
    assert noticed < 1.6 * OPERATION_SECONDS
    assert {name for name, _ in outcomes} == {"unavailable"}
    assert max(seconds for _, seconds in outcomes) < 3 * OPERATION_SECONDS
    assert (await outcome_of(read(things)))[0] == "done"


async def test_nobody_waits_for_a_server_that_is_known_to_be_away(
    database: Database, hanging: Callable[[], None]
) -> None:
    """Once it was silent for as long as an operation may take, callers are told at once, until it is back."""
    things = database.collection("things")
    start = time.monotonic()
    while time.monotonic() < start + OPERATION_SECONDS:
        assert not await database.ping()

    away = await outcome_of(read(things))
    hanging()
    await wait_for_ping(database, within=2)
    back = await outcome_of(read(things))

    assert away[0] == "unavailable"
    assert away[1] < OPERATION_SECONDS / 4
    assert back[0] == "done"


async def test_a_short_silence_is_waited_for(database: Database, hanging: Callable[[], None]) -> None:
    """An operation begun while the server is silent succeeds if it is back in time."""
    waiting = asyncio.create_task(outcome_of(write(database.collection("things"))))
    await asyncio.sleep(OPERATION_SECONDS / 4)

    hanging()

    assert (await waiting)[0] == "done"


async def test_a_full_disk_is_noticed_and_forgotten(database: Database, no_room: Callable[[], None]) -> None:
    """Writes are refused and reads answered; from then on the ping says no, until a write would succeed."""
    things = database.collection("things")
    unaware = await database.ping()

    refused = await outcome_of(write(things))
    aware = await database.ping()
    answered = await outcome_of(read(things))
    no_room()
    forgotten = await database.ping()

    assert (unaware, aware, forgotten) == (True, False, True)
    assert (refused[0], answered[0]) == ("unavailable", "done")
    assert (await outcome_of(write(things)))[0] == "done"


async def test_one_refused_write_alone_is_no_outage(database: Database) -> None:
    """Where the database takes the next small write, the ping says yes: it was that one document."""
    things = database.collection("things")
    with pytest.raises(DatabaseUnavailable), database_errors(things):
        await things.update_one({"_id": "x"}, {"$nonsense": {"a": 1}})

    assert await database.ping()
