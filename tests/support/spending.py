"""Money that is reserved and spent in tests: a calendar to turn, what is left, and a process that never stops."""

import asyncio
import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count

from shared.adapters.mongo_spending import MongoSpendingCaps
from shared.clock import Clock
from shared.database import Database
from shared.llm.errors import OverBudget
from shared.llm.spending import Hold, SpendingCaps

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
MINUTE = 60.0


@dataclass
class Calendar:
    """A date and time that tests turn."""

    now: datetime = NOON

    @property
    def clock(self) -> Clock:
        """A clock that shows it."""
        return Clock(now=lambda: self.now)


async def fits(caps: SpendingCaps, amount: float) -> bool:
    """Whether so much is left; leaves it there."""
    try:
        hold = await caps.reserve(amount, seconds=MINUTE)
    except OverBudget:
        return False
    await caps.settle(hold, 0.0)
    return True


async def what_is_left(caps: SpendingCaps) -> float:
    """How many cents, up to a hundred, fit under the caps."""
    left = [cents for cents in range(101) if await fits(caps, cents / 100)]
    return max(left) / 100


def tell(line: str) -> None:
    """Writes a line to whoever started this process."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def work(url: str, name: str) -> None:
    """What a process does until it is killed: reserves as much as fits, then gives back and reserves for ever."""
    keeper = MongoSpendingCaps(
        Database(url, name, timeout=10).collection("spending"), daily_usd=1.0, monthly_usd=None, clock=Calendar().clock
    )
    holds: list[Hold] = []
    with suppress(OverBudget):
        tell("ready")
        sys.stdin.readline()
        while True:
            holds.append(await keeper.reserve(0.05, seconds=MINUTE))
    tell(str(len(holds)))
    sys.stdin.readline()
    for turn in count():
        await asyncio.gather(*(keeper.settle(hold, 0.0) for hold in holds))
        results = await asyncio.gather(
            *(keeper.reserve(0.05, seconds=MINUTE) for _ in range(max(1, len(holds)))), return_exceptions=True
        )
        holds = [result for result in results if isinstance(result, Hold)]
        if turn == 3:
            tell("at work")


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], sys.argv[2]))
