"""What an idempotency key promises, over every store of claims."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.adapters.memory import MemoryClaimStore
from shared.adapters.mongo_claims import MongoClaimStore
from shared.claims import Claim, ClaimRecord, ClaimStore, Wish
from shared.clock import Clock
from shared.database import Database
from shared.errors import CareerError, DatabaseUnavailable, Violation
from shared.generation.errors import InvalidRequest, ResumeNotFound
from shared.idempotency import KEPT, LEASE, Idempotency, IdempotencyKeyBusy, IdempotencyKeyReused, carry_key

WISH = Wish("GenerateQuestions", "kim", {"language": "ko"})


@dataclass
class Time:
    """A clock that moves when somebody sleeps."""

    seconds: float = 0.0
    start: datetime = field(default_factory=lambda: datetime(2026, 11, 21, tzinfo=UTC))

    def clock(self) -> Clock:
        """As a clock with real ids."""
        return Clock(now=lambda: self.start + timedelta(seconds=self.seconds))

    def idempotency(self, store: ClaimStore) -> Idempotency:
        """A process that lives by this time."""
        return Idempotency(store, self.clock(), now=lambda: self.seconds, sleep=self.sleep)

    async def sleep(self, seconds: float) -> None:
        """Passes the time at once."""
        self.seconds += seconds
        await asyncio.sleep(0)


@dataclass
class Shop:
    """Does things once, and keeps what was done by id."""

    idempotency: Idempotency
    done: dict[str, int] = field(default_factory=dict)
    failures: int = 0
    claims: list[Claim] = field(default_factory=list)
    on_claim: Callable[[], None] = lambda: None
    works_until: asyncio.Event | None = None

    async def order(self, key: str = "k-1", wish: Wish = WISH, *, time_left: float | None = None) -> str:
        """Does what is wished unless it was done, and gives its id. Fails while `failures` are left."""
        carry_key(key)
        async with self.idempotency.claim(wish, time_left) as claim:
            self.claims.append(claim)
            self.on_claim()
            if claim.done:
                return claim.new_id
            await (self.works_until.wait() if self.works_until else asyncio.sleep(0.01))
            if self.failures:
                self.failures -= 1
                raise DatabaseUnavailable
            self.done[claim.new_id] = self.done.get(claim.new_id, 0) + 1
            return claim.new_id


@pytest.fixture(params=["memory", "mongo"])
async def store(request: pytest.FixtureRequest, database: Database) -> AsyncIterator[ClaimStore]:
    """One implementation after the other."""
    if request.param == "memory":
        yield MemoryClaimStore()
        return
    mongo = MongoClaimStore(database.collection("claims"))
    await mongo.prepare()
    yield mongo


async def test_a_repeated_request_finds_what_was_done(store: ClaimStore) -> None:
    """Also in another process that has the same store."""
    first, second = (Shop(Idempotency(store, Clock())) for _ in range(2))

    ids = [await first.order(), await first.order(), await second.order()]

    assert len(set(ids)) == 1
    assert (first.done, second.done) == ({ids[0]: 1}, {})


async def test_without_a_key_it_is_done_each_time(store: ClaimStore) -> None:
    """And nothing is kept."""
    shop = Shop(Idempotency(store, Clock()))

    ids = {await shop.order(key="") for _ in range(3)}

    assert shop.done == dict.fromkeys(ids, 1)
    assert len(ids) == 3
    assert await store.sweep(2**60) == 0


async def test_a_key_belongs_to_one_operation_and_resume(store: ClaimStore) -> None:
    """Other paths may use the same word."""
    shop = Shop(Idempotency(store, Clock()))
    wishes = [WISH, replace(WISH, unique_key="lee"), replace(WISH, operation="CreateFeedback")]

    ids = {await shop.order(wish=wish) for wish in wishes}

    assert len(ids) == 3


async def test_a_key_is_refused_for_another_body(store: ClaimStore) -> None:
    """While the first is under way, and after it."""
    begun, may_end = asyncio.Event(), asyncio.Event()
    shop = Shop(Idempotency(store, Clock()), on_claim=begun.set, works_until=may_end)
    other = replace(WISH, content={"language": "en"})

    first = asyncio.create_task(shop.order())
    await begun.wait()
    with pytest.raises(IdempotencyKeyReused):
        await shop.order(wish=other)
    may_end.set()
    done = await first
    with pytest.raises(IdempotencyKeyReused):
        await shop.order(wish=other)

    assert shop.done == {done: 1}


async def test_fifty_at_once_are_one(store: ClaimStore) -> None:
    """Over two processes: one does it, and all are answered with it."""
    shops = [Shop(Idempotency(store, Clock())) for _ in range(2)]

    ids = await asyncio.gather(*(shops[number % 2].order() for number in range(50)))

    assert len(set(ids)) == 1
    assert sum(sum(shop.done.values()) for shop in shops) == 1


@dataclass
class AwayStore:
    """A store whose database goes away while something is done, after it took what it was told or before."""

    store: ClaimStore
    away: bool = False
    loses_answers: bool = False
    # Whom alone it fails; empty: everybody.
    fails: str = ""

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.store, name)

        async def ask(*arguments: Any) -> Any:
            is_away = self.away and name.startswith(self.fails)
            if is_away and not self.loses_answers:
                raise DatabaseUnavailable
            answer = await method(*arguments)
            if is_away:
                raise DatabaseUnavailable
            return answer

        return ask


async def test_a_claim_that_could_not_be_given_back_is_free_here(store: ClaimStore) -> None:
    """The database went away with the work and is back: who tries again in this process does not wait for the lease."""
    away = AwayStore(store)
    shop = Shop(Idempotency(away, Clock()), failures=1, on_claim=lambda: setattr(away, "away", True))
    with suppress(DatabaseUnavailable):
        await shop.order()
    shop.on_claim, away.away = (lambda: None), False

    # Who would have to wait has no time for it.
    done = await shop.order(time_left=0)

    assert shop.claims == [Claim(done), Claim(done, retaken=True)]


async def test_a_claim_that_could_not_be_marked_as_done_is_free_here(store: ClaimStore) -> None:
    """The database went away after the work: who repeats the request finds what was done, and does not wait."""
    away = AwayStore(store)
    shop = Shop(Idempotency(away, Clock()), on_claim=lambda: setattr(away, "away", True))
    done = await shop.order()
    shop.on_claim, away.away = (lambda: None), False

    again = await shop.order(time_left=0)

    assert again == done
    assert shop.claims == [Claim(done), Claim(done, retaken=True)]


async def test_a_claim_whose_making_was_not_answered_is_free_here(store: ClaimStore) -> None:
    """It is stored, and whoever made it does not know: nobody works under it."""
    away = AwayStore(store, away=True, loses_answers=True)
    shop = Shop(Idempotency(away, Clock()))
    with suppress(DatabaseUnavailable):
        await shop.order()
    away.away = False

    # Who would have to wait has no time for it.
    done = await shop.order(time_left=0)

    assert shop.claims == [Claim(done, retaken=True)]


async def test_a_claim_whose_taking_over_was_not_answered_is_free_here(store: ClaimStore) -> None:
    """Of one that failed before: it may be this process's again, and nobody works under it."""
    away = AwayStore(store, loses_answers=True, fails="take")
    shop = Shop(Idempotency(away, Clock()), failures=1)
    with suppress(DatabaseUnavailable):
        await shop.order()
    away.away = True
    with suppress(DatabaseUnavailable):
        await shop.order()
    away.away = False

    # Who would have to wait has no time for it.
    done = await shop.order(time_left=0)

    assert shop.claims == [Claim(done), Claim(done, retaken=True)]


class CrowdedStore:
    """Another store, which says when so many have been told whose the claim is."""

    def __init__(self, store: ClaimStore, crowd: int) -> None:
        self._store = store
        self._missing = crowd
        self.all_told = asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def begin(self, record: ClaimRecord) -> ClaimRecord:
        """As the other store does."""
        found = await self._store.begin(record)
        self._missing -= 1
        if not self._missing:
            self.all_told.set()
        return found


async def test_whoever_waits_hears_of_the_failure(store: ClaimStore) -> None:
    """One failure is one request to those behind; a later try takes over under the same id."""
    crowded, begun = CrowdedStore(store, crowd=5), asyncio.Event()
    shop = Shop(Idempotency(crowded, Clock()), failures=1, on_claim=begun.set, works_until=crowded.all_told)

    first = asyncio.create_task(shop.order())
    await begun.wait()
    failed = await asyncio.gather(first, *(shop.order() for _ in range(4)), return_exceptions=True)
    done = await shop.order()

    assert [type(each) for each in failed] == [DatabaseUnavailable] * 5
    assert len(shop.claims) == 2
    assert shop.claims[-1] == Claim(shop.claims[0].new_id, retaken=True)
    assert shop.done == {done: 1}


async def test_a_caller_who_leaves_gives_the_claim_back(store: ClaimStore) -> None:
    """The next one need not wait for the end of the lease."""
    begun = asyncio.Event()
    shop = Shop(Idempotency(store, Clock()), on_claim=begun.set)
    leaving = asyncio.create_task(shop.order())
    await begun.wait()
    leaving.cancel()
    with suppress(asyncio.CancelledError):
        await leaving

    done = await shop.order()

    assert shop.claims == [Claim(done), Claim(done, retaken=True)]


async def killed(store: ClaimStore, time: Time) -> str:
    """What a process leaves that was killed in the middle: a claim that nobody gives back. Gives its id."""
    record = await store.begin(Idempotency(store, time.clock())._record("k-1", WISH))
    return record.new_id


async def test_a_claim_of_the_dead_is_taken_over_when_its_lease_ends(store: ClaimStore) -> None:
    """Not before, and under the id that the dead may have stored it under."""
    time = Time()
    new_id = await killed(store, time)
    waited: list[float] = []
    shop = Shop(time.idempotency(store), on_claim=lambda: waited.append(time.seconds))

    done = await shop.order()

    assert done == new_id
    assert [claim.retaken for claim in shop.claims] == [True]
    assert waited == [pytest.approx(LEASE.total_seconds(), abs=1)]


async def test_a_caller_without_time_is_told_to_come_back(store: ClaimStore) -> None:
    """Rather than kept until nobody listens."""
    time = Time()
    await killed(store, time)
    shop = Shop(time.idempotency(store))

    with pytest.raises(IdempotencyKeyBusy):
        await shop.order(time_left=1.0)

    assert time.seconds <= 1.5


async def never(_seconds: float) -> None:
    """The sleep of a process that has come to a stop."""
    await asyncio.Event().wait()


async def test_who_was_overtaken_changes_nothing(store: ClaimStore) -> None:
    """A process that comes back after its lease cannot end what is another's by now."""
    time = Time()
    carry_key("k-1")
    slow = Idempotency(store, time.clock(), sleep=never).claim(WISH)
    first = await slow.__aenter__()
    time.seconds += LEASE.total_seconds() + 1
    quick = Idempotency(store, time.clock(), sleep=asyncio.sleep)
    async with quick.claim(WISH) as second:
        await slow.__aexit__(None, None, None)
        third = asyncio.create_task(Shop(Idempotency(store, time.clock())).order(time_left=0.3))
        await asyncio.sleep(0)

    assert (second.new_id, second.retaken) == (first.new_id, True)
    assert await third == first.new_id


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(ResumeNotFound(unique_key="kim"), id="not-there"),
        pytest.param(InvalidRequest([Violation("provider", "must be one of local")]), id="wrong"),
    ],
)
async def test_what_asks_for_nothing_frees_its_key(store: ClaimStore, error: CareerError) -> None:
    """It may be used again, also with another body; nothing is kept of it."""
    idempotency = Idempotency(store, Clock())
    carry_key("k-1")
    with pytest.raises(type(error)):
        async with idempotency.claim(WISH):
            raise error

    await Shop(idempotency).order(wish=replace(WISH, content={"language": "en"}))

    assert await store.sweep(2**60) == 1


async def test_a_process_does_not_take_over_from_itself(store: ClaimStore) -> None:
    """However late its lease is renewed: whoever is here waits for the end."""
    time = Time()
    holder = Idempotency(store, time.clock(), now=lambda: time.seconds, sleep=never)
    shop = Shop(holder)
    carry_key("k-1")
    async with holder.claim(WISH) as claim:
        time.seconds += LEASE.total_seconds() + 60
        waiting = asyncio.create_task(shop.order())
        for _ in range(20):
            await asyncio.sleep(0)

    assert await waiting == claim.new_id
    assert [each.done for each in shop.claims] == [True]


async def test_the_hurry_of_one_is_not_the_failure_of_another(store: ClaimStore) -> None:
    """Who fails for want of its own caller's time fails alone: the next one takes over."""
    time = Time()
    idempotency = Idempotency(store, time.clock(), now=lambda: time.seconds, sleep=time.sleep)
    shop = Shop(idempotency)
    carry_key("k-1")

    async def hurry() -> None:
        async with idempotency.claim(WISH, time_left=1.5):
            await asyncio.sleep(0.01)
            time.seconds += 1.4
            raise DatabaseUnavailable

    hurrying, waiting = asyncio.create_task(hurry()), asyncio.create_task(shop.order(time_left=3000.0))
    with pytest.raises(DatabaseUnavailable):
        await hurrying
    await waiting

    assert [each.retaken for each in shop.claims] == [True]


async def test_a_lease_of_a_clock_that_went_wrong_does_not_hold(store: ClaimStore) -> None:
    """An hour ahead: it is as good as over."""
    ahead = Time(seconds=3600)
    new_id = await killed(store, ahead)
    time = Time()

    waited: list[float] = []

    done = await Shop(time.idempotency(store), on_claim=lambda: waited.append(time.seconds)).order()

    assert (done, waited) == (new_id, [0])


def test_what_is_left_at_its_default_does_not_count() -> None:
    """A later version of a request that knows more members is the same request."""
    before = Wish("Generate", "kim", {"language": "ko", "texts": [{"a": 1}]})
    after = Wish("Generate", "kim", {"language": "ko", "hours": None, "texts": [{"a": 1, "b": ""}], "more": {}})
    zero = Wish("Generate", "kim", {"language": "ko", "texts": [{"a": 1, "b": 0}]})

    assert before.fingerprint() == after.fingerprint() != zero.fingerprint()


async def test_erasing_leaves_the_key_and_nothing_else(store: ClaimStore) -> None:
    """What tells of the resume is gone, and the key does not make it anew."""
    shop = Shop(Idempotency(store, Clock()))
    await shop.order()
    kept = await shop.order(wish=replace(WISH, unique_key="lee"))

    await shop.idempotency.erase("kim")

    with pytest.raises(IdempotencyKeyReused):
        await shop.order()
    assert await shop.order(wish=replace(WISH, unique_key="lee")) == kept


async def test_records_are_kept_a_day_and_swept_then(store: ClaimStore) -> None:
    """Afterwards the key is as good as new."""
    time = Time()
    shop = Shop(time.idempotency(store))
    first = await shop.order()

    time.seconds = KEPT.total_seconds() - 1
    await shop.idempotency.sweep()
    again = await shop.order()
    time.seconds = KEPT.total_seconds() + 1
    await shop.idempotency.sweep()
    anew = await shop.order()

    assert first == again != anew
