"""What an idempotency key promises, over every store of claims."""

import asyncio
from contextlib import suppress
from dataclasses import replace

import pytest

from shared.claims import Claim, ClaimStore, Wish
from shared.clock import Clock
from shared.errors import CareerError, DatabaseUnavailable, Violation
from shared.generation.errors import InvalidRequest, ResumeNotFound
from shared.idempotency import KEPT, Idempotency, IdempotencyKeyReused, carry_key
from tests.contract.shop import WISH, CrowdedStore, Shop, Time


async def test_a_repeated_request_finds_what_was_done(claim_store: ClaimStore) -> None:
    """Also in another process that has the same store."""
    first, second = (Shop(Idempotency(claim_store, Clock())) for _ in range(2))

    ids = [await first.order(), await first.order(), await second.order()]

    assert len(set(ids)) == 1
    assert (first.done, second.done) == ({ids[0]: 1}, {})


async def test_without_a_key_it_is_done_each_time(claim_store: ClaimStore) -> None:
    """And nothing is kept."""
    shop = Shop(Idempotency(claim_store, Clock()))

    ids = {await shop.order(key="") for _ in range(3)}

    assert shop.done == dict.fromkeys(ids, 1)
    assert len(ids) == 3
    assert await claim_store.sweep(2**60) == 0


async def test_a_key_belongs_to_one_operation_and_resume(claim_store: ClaimStore) -> None:
    """Other paths may use the same word."""
    shop = Shop(Idempotency(claim_store, Clock()))
    wishes = [WISH, replace(WISH, unique_key="lee"), replace(WISH, operation="CreateFeedback")]

    ids = {await shop.order(wish=wish) for wish in wishes}

    assert len(ids) == 3


async def test_a_key_is_refused_for_another_body(claim_store: ClaimStore) -> None:
    """While the first is under way, and after it."""
    begun, may_end = asyncio.Event(), asyncio.Event()
    shop = Shop(Idempotency(claim_store, Clock()), on_claim=begun.set, works_until=may_end)
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


async def test_fifty_at_once_are_one(claim_store: ClaimStore) -> None:
    """Over two processes: one does it, and all are answered with it."""
    shops = [Shop(Idempotency(claim_store, Clock())) for _ in range(2)]

    ids = await asyncio.gather(*(shops[number % 2].order() for number in range(50)))

    assert len(set(ids)) == 1
    assert sum(sum(shop.done.values()) for shop in shops) == 1


async def test_whoever_waits_hears_of_the_failure(claim_store: ClaimStore) -> None:
    """One failure is one request to those behind; a later try takes over under the same id."""
    crowded, begun = CrowdedStore(claim_store, crowd=5), asyncio.Event()
    shop = Shop(Idempotency(crowded, Clock()), failures=1, on_claim=begun.set, works_until=crowded.all_told)

    first = asyncio.create_task(shop.order())
    await begun.wait()
    failed = await asyncio.gather(first, *(shop.order() for _ in range(4)), return_exceptions=True)
    done = await shop.order()

    assert [type(each) for each in failed] == [DatabaseUnavailable] * 5
    assert len(shop.claims) == 2
    assert shop.claims[-1] == Claim(shop.claims[0].new_id, retaken=True)
    assert shop.done == {done: 1}


async def test_a_caller_who_leaves_gives_the_claim_back(claim_store: ClaimStore) -> None:
    """The next one need not wait for the end of the lease."""
    begun = asyncio.Event()
    shop = Shop(Idempotency(claim_store, Clock()), on_claim=begun.set)
    leaving = asyncio.create_task(shop.order())
    await begun.wait()
    leaving.cancel()
    with suppress(asyncio.CancelledError):
        await leaving

    done = await shop.order()

    assert shop.claims == [Claim(done), Claim(done, retaken=True)]


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(ResumeNotFound(unique_key="kim"), id="not-there"),
        pytest.param(InvalidRequest([Violation("provider", "must be one of local")]), id="wrong"),
    ],
)
async def test_what_asks_for_nothing_frees_its_key(claim_store: ClaimStore, error: CareerError) -> None:
    """It may be used again, also with another body; nothing is kept of it."""
    idempotency = Idempotency(claim_store, Clock())
    carry_key("k-1")
    with pytest.raises(type(error)):
        async with idempotency.claim(WISH):
            raise error

    await Shop(idempotency).order(wish=replace(WISH, content={"language": "en"}))

    assert await claim_store.sweep(2**60) == 1


def test_what_is_left_at_its_default_does_not_count() -> None:
    """A later version of a request that knows more members is the same request."""
    before = Wish("Generate", "kim", {"language": "ko", "texts": [{"a": 1}]})
    after = Wish("Generate", "kim", {"language": "ko", "hours": None, "texts": [{"a": 1, "b": ""}], "more": {}})
    zero = Wish("Generate", "kim", {"language": "ko", "texts": [{"a": 1, "b": 0}]})

    assert before.fingerprint() == after.fingerprint() != zero.fingerprint()


async def test_erasing_leaves_the_key_and_nothing_else(claim_store: ClaimStore) -> None:
    """What tells of the resume is gone, and the key does not make it anew."""
    shop = Shop(Idempotency(claim_store, Clock()))
    await shop.order()
    kept = await shop.order(wish=replace(WISH, unique_key="lee"))

    await shop.idempotency.erase("kim")

    with pytest.raises(IdempotencyKeyReused):
        await shop.order()
    assert await shop.order(wish=replace(WISH, unique_key="lee")) == kept


async def test_records_are_kept_a_day_and_swept_then(claim_store: ClaimStore) -> None:
    """Afterwards the key is as good as new."""
    time = Time()
    shop = Shop(time.idempotency(claim_store))
    first = await shop.order()

    time.seconds = KEPT.total_seconds() - 1
    await shop.idempotency.sweep()
    again = await shop.order()
    time.seconds = KEPT.total_seconds() + 1
    await shop.idempotency.sweep()
    anew = await shop.order()

    assert first == again != anew
