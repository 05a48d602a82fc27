"""Spending caps in MongoDB, common to all processes.

One document a month: `{_id: "s/202611", version, spent, day, day_spent, holds: [{id, day, amount, until}]}`, all its
numbers whole. A change reads it, and stores what follows from it only where its `version` is still the same.
"""

import asyncio
import random
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass

import structlog
from pymongo.errors import ConnectionFailure, DuplicateKeyError

from shared.clock import Clock
from shared.database import Collection, Document, database_errors
from shared.errors import DatabaseUnavailable
from shared.llm.errors import OverBudget
from shared.llm.spending import Budget, Hold, Month, cost_of, new_hold, unix_ms

log = structlog.get_logger()

# Where all services keep their sums together.
SPENDING_COLLECTION = "llm_spending"

# So often another process may come first before we give up, with pauses that grow up to the longest.
_TRIES = 50
_LONGEST_PAUSE_SECONDS = 0.064


@dataclass(frozen=True, slots=True)
class _Request:
    """A change that somebody waits for: with a `cost` its hold is settled, without one it is to be admitted."""

    hold: Hold
    cost: int | None
    done: asyncio.Future[Hold]

    @property
    def given_up(self) -> bool:
        """Whether nobody waits for the hold any more. A settlement is made all the same."""
        return self.cost is None and self.done.cancelled()


class MongoSpendingCaps:
    """`SpendingCaps` over one collection. Close it before the database.

    The changes of a process are made one after the other, those that come meanwhile all at once with the next: its own
    calls do not fight each other for the document.
    """

    def __init__(
        self,
        collection: Collection,
        *,
        daily_usd: float | None,
        monthly_usd: float | None,
        clock: Clock | None = None,
    ) -> None:
        self._collection = collection
        self._budget = Budget(daily_usd=daily_usd, monthly_usd=monthly_usd)
        self._clock = clock or Clock()
        self._requests: dict[int, list[_Request]] = {}
        # Settlements that the database did not take.
        self._owed: dict[int, list[_Request]] = {}
        self._worker: asyncio.Task[None] | None = None

    async def reserve(self, amount_usd: float, *, seconds: float) -> Hold:
        """Sets an amount aside; raises `OverBudget`, `DatabaseUnavailable`."""
        done = self._submit(new_hold(self._clock, amount_usd, seconds))
        try:
            return await done
        except asyncio.CancelledError:
            # Cancelled after the hold was made and before it could be used.
            if done.done() and not done.cancelled() and done.exception() is None:
                self._submit(done.result(), 0)
            raise

    async def settle(self, hold: Hold, cost_usd: float | None) -> None:
        """Puts the cost in the place of the hold, whether or not the caller waits for it.

        Where the database does not answer it is made up for with the next change, so that no answer is lost that was
        paid for. Nothing is reserved before that.
        """
        await self._submit(hold, cost_of(hold, cost_usd))

    async def close(self) -> None:
        """Waits for the changes that are under way, and tries once more those that are owed."""
        self._resume_owed()
        if self._requests:
            self._start_working()
        if self._worker is not None:
            await self._worker

    def _submit(self, hold: Hold, cost: int | None = None) -> asyncio.Future[Hold]:
        self._resume_owed()
        request = _Request(hold, cost, asyncio.get_running_loop().create_future())
        self._requests.setdefault(hold.month, []).append(request)
        self._start_working()
        return request.done

    def _resume_owed(self) -> None:
        for month, owed in self._owed.items():
            self._requests[month] = owed + self._requests.get(month, [])
        self._owed.clear()

    def _start_working(self) -> None:
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work())

    async def _work(self) -> None:
        while self._requests:
            # The oldest month first.
            month = min(self._requests)
            batch = [request for request in self._requests.pop(month) if not request.given_up]
            if not batch:
                continue
            # Those who give back make room for those who take.
            batch.sort(key=lambda request: request.cost is None)
            try:
                results = await self._change(month, batch)
            except DatabaseUnavailable:
                self._put_off(month, batch)
            except Exception as error:
                # A defect of ours: whoever waits hears of it.
                for request in batch:
                    if not request.done.done():
                        request.done.set_exception(error)
            else:
                for request, result in zip(batch, results, strict=True):
                    self._answer(request, result)

    def _answer(self, request: _Request, result: Hold | OverBudget) -> None:
        if request.given_up and isinstance(result, Hold):
            self._submit(result, 0)
        elif not request.done.done():
            if isinstance(result, Hold):
                request.done.set_result(result)
            else:
                request.done.set_exception(result)

    def _put_off(self, month: int, batch: Sequence[_Request]) -> None:
        owed = [request for request in batch if request.cost is not None]
        if owed:
            log.warning("llm.settlements_owed", count=len(owed))
            self._owed.setdefault(month, []).extend(owed)
        for request in batch:
            if not request.done.done():
                if request.cost is None:
                    request.done.set_exception(DatabaseUnavailable())
                else:
                    request.done.set_result(request.hold)

    async def _change(self, month_number: int, batch: Sequence[_Request]) -> Sequence[Hold | OverBudget]:
        document_id = f"s/{month_number}"
        reconnected = False
        with database_errors(self._collection):
            for number in range(_TRIES):
                document = await self._collection.find_one({"_id": document_id})
                before = _read(document)
                after, results = self._apply(before, batch)
                if after == before:
                    return results
                try:
                    if await self._store(document_id, document, after):
                        return results
                except ConnectionFailure as error:
                    # Stored or not: applying it again to what is read next changes nothing that was changed before.
                    # A timeout is one too, and has used up the time.
                    if error.timeout or reconnected:
                        raise
                    reconnected = True
                await asyncio.sleep(random.uniform(0, min(0.001 * 2**number, _LONGEST_PAUSE_SECONDS)))
        log.warning("llm.spending_contended", tries=_TRIES)
        raise DatabaseUnavailable

    def _apply(self, month: Month, batch: Sequence[_Request]) -> tuple[Month, list[Hold | OverBudget]]:
        now = unix_ms(self._clock.now())
        results: list[Hold | OverBudget] = []
        for request in batch:
            if request.cost is not None:
                month = month.settled(request.hold, request.cost, now)
                results.append(request.hold)
                continue
            month = month.without_expired(now)
            try:
                month, hold = self._budget.admit(month, request.hold)
            except OverBudget as refusal:
                results.append(refusal)
            else:
                results.append(hold)
        return month, results

    async def _store(self, document_id: str, before: Document | None, after: Month) -> bool:
        """Whether nobody came first."""
        version = before["version"] if before else 0
        # Field by field: whole documents would need one more kind of statement for the same.
        document = {
            "version": version + 1,
            "spent": after.spent,
            "day": after.day,
            "day_spent": after.day_spent,
            "holds": [asdict(hold) for hold in after.holds],
        }
        if before is None:
            with suppress(DuplicateKeyError):
                await self._collection.insert_one({"_id": document_id, **document})
                return True
            return False
        stored = await self._collection.find_one_and_update(
            {"_id": document_id, "version": version}, {"$set": document}, {"_id": 1}
        )
        return stored is not None


def _read(document: Document | None) -> Month:
    if document is None:
        return Month()
    holds = tuple(Hold(**hold) for hold in document["holds"])
    return Month(document["spent"], document["day"], document["day_spent"], holds)
