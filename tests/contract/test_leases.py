"""What becomes of a claim whose holder is killed, comes to a stop or runs out of time, over every store of claims."""

import asyncio

import pytest

from shared.claims import ClaimStore
from shared.errors import DatabaseUnavailable
from shared.idempotency import LEASE, Idempotency, IdempotencyKeyBusy, carry_key
from tests.contract.shop import WISH, CrowdedStore, Shop, Time


async def killed(claim_store: ClaimStore, time: Time) -> str:
    """What a process leaves that was killed in the middle: a claim that nobody gives back. Gives its id."""
    record = await claim_store.begin(Idempotency(claim_store, time.clock())._record("k-1", WISH))
    return record.new_id


async def test_a_claim_of_the_dead_is_taken_over_when_its_lease_ends(claim_store: ClaimStore) -> None:
    """Not before, and under the id that the dead may have stored it under."""
    time = Time()
    new_id = await killed(claim_store, time)
    waited: list[float] = []
    shop = Shop(time.idempotency(claim_store), on_claim=lambda: waited.append(time.seconds))

    done = await shop.order()

    assert done == new_id
    assert [claim.retaken for claim in shop.claims] == [True]
    assert waited == [pytest.approx(LEASE.total_seconds(), abs=1)]


async def test_a_caller_without_time_is_told_to_come_back(claim_store: ClaimStore) -> None:
    """Rather than kept until nobody listens."""
    time = Time()
    await killed(claim_store, time)
    shop = Shop(time.idempotency(claim_store))

    with pytest.raises(IdempotencyKeyBusy):
        await shop.order(time_left=1.0)

    assert time.seconds <= 1.5


async def never(_seconds: float) -> None:
    """The sleep of a process that has come to a stop."""
    await asyncio.Event().wait()


async def test_who_was_overtaken_changes_nothing(claim_store: ClaimStore) -> None:
    """A process that comes back after its lease cannot end what is another's by now."""
    time = Time()
    carry_key("k-1")
    slow = Idempotency(claim_store, time.clock(), sleep=never).claim(WISH)
    first = await slow.__aenter__()
    time.seconds += LEASE.total_seconds() + 1
    quick = Idempotency(claim_store, time.clock(), sleep=asyncio.sleep)
    async with quick.claim(WISH) as second:
        await slow.__aexit__(None, None, None)
        third = asyncio.create_task(Shop(Idempotency(claim_store, time.clock())).order(time_left=0.3))
        await asyncio.sleep(0)

    assert (second.new_id, second.retaken) == (first.new_id, True)
    assert await third == first.new_id


async def test_a_process_does_not_take_over_from_itself(claim_store: ClaimStore) -> None:
    """However late its lease is renewed: whoever is here waits for the end."""
    time = Time()
    holder = Idempotency(claim_store, time.clock(), now=lambda: time.seconds, sleep=never)
    shop = Shop(holder)
    carry_key("k-1")
    async with holder.claim(WISH) as claim:
        time.seconds += LEASE.total_seconds() + 60
        waiting = asyncio.create_task(shop.order())
        for _ in range(20):
            await asyncio.sleep(0)

    assert await waiting == claim.new_id
    assert [each.done for each in shop.claims] == [True]


async def test_the_hurry_of_one_is_not_the_failure_of_another(claim_store: ClaimStore) -> None:
    """Who fails for want of its own caller's time fails alone: the next one takes over."""
    time, begun, crowded = Time(), asyncio.Event(), CrowdedStore(claim_store, crowd=2)
    idempotency = Idempotency(crowded, time.clock(), now=lambda: time.seconds, sleep=time.sleep)
    shop = Shop(idempotency)
    carry_key("k-1")

    async def hurry() -> None:
        async with idempotency.claim(WISH, time_left=1.5):
            begun.set()
            await crowded.all_told.wait()
            time.seconds += 1.4
            raise DatabaseUnavailable

    hurrying = asyncio.create_task(hurry())
    await begun.wait()
    waiting = asyncio.create_task(shop.order(time_left=3000.0))
    with pytest.raises(DatabaseUnavailable):
        await hurrying
    await waiting

    assert [each.retaken for each in shop.claims] == [True]


async def test_a_lease_of_a_clock_that_went_wrong_does_not_hold(claim_store: ClaimStore) -> None:
    """An hour ahead: it is as good as over."""
    ahead = Time(seconds=3600)
    new_id = await killed(claim_store, ahead)
    time = Time()

    waited: list[float] = []

    done = await Shop(time.idempotency(claim_store), on_claim=lambda: waited.append(time.seconds)).order()

    assert (done, waited) == (new_id, [0])
