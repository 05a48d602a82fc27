"""Claims that the database could not be told about: nobody here waits for them, over every store of claims."""

from contextlib import suppress

from shared.claims import Claim, ClaimStore
from shared.clock import Clock
from shared.errors import DatabaseUnavailable
from shared.idempotency import Idempotency
from tests.contract.shop import AwayStore, Shop


async def test_a_claim_that_could_not_be_given_back_is_free_here(claim_store: ClaimStore) -> None:
    """The database went away with the work and is back: who tries again in this process does not wait for the lease."""
    away = AwayStore(claim_store)
    shop = Shop(Idempotency(away, Clock()), failures=1, on_claim=lambda: setattr(away, "away", True))
    with suppress(DatabaseUnavailable):
        await shop.order()
    shop.on_claim, away.away = (lambda: None), False

    # Who would have to wait has no time for it.
    done = await shop.order(time_left=0)

    assert shop.claims == [Claim(done), Claim(done, retaken=True)]


async def test_a_claim_that_could_not_be_marked_as_done_is_free_here(claim_store: ClaimStore) -> None:
    """The database went away after the work: who repeats the request finds what was done, and does not wait."""
    away = AwayStore(claim_store)
    shop = Shop(Idempotency(away, Clock()), on_claim=lambda: setattr(away, "away", True))
    done = await shop.order()
    shop.on_claim, away.away = (lambda: None), False

    again = await shop.order(time_left=0)

    assert again == done
    assert shop.claims == [Claim(done), Claim(done, retaken=True)]


async def test_a_claim_whose_making_was_not_answered_is_free_here(claim_store: ClaimStore) -> None:
    """It is stored, and whoever made it does not know: nobody works under it."""
    away = AwayStore(claim_store, away=True, loses_answers=True)
    shop = Shop(Idempotency(away, Clock()))
    with suppress(DatabaseUnavailable):
        await shop.order()
    away.away = False

    # Who would have to wait has no time for it.
    done = await shop.order(time_left=0)

    assert shop.claims == [Claim(done, retaken=True)]


async def test_a_claim_whose_taking_over_was_not_answered_is_free_here(claim_store: ClaimStore) -> None:
    """Of one that failed before: it may be this process's again, and nobody works under it."""
    away = AwayStore(claim_store, loses_answers=True, fails="take")
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
