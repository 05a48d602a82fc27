"""The current time and new ids as injectables, so that a test can say what they are."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta


def _utc_now() -> datetime:
    # MongoDB keeps milliseconds: what is answered at creation must equal what is read later.
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def _time_ordered_id() -> str:
    """32 hexadecimal digits in the layout of UUIDv7 (RFC 9562): 48 bits of milliseconds, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & (1 << 48) - 1) << 80 | int.from_bytes(os.urandom(10))
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return f"{value:032x}"


@dataclass(frozen=True, slots=True)
class Clock:
    """Time in UTC, to the millisecond, and ids that sort by the time they were made and cannot be guessed."""

    now: Callable[[], datetime] = field(default=_utc_now)
    new_id: Callable[[], str] = field(default=_time_ordered_id)


def epoch_milliseconds(moment: datetime) -> int:
    """Whole milliseconds since 1970: as numbers, times compare alike in every database."""
    return int(moment.timestamp() * 1000)


def seconds_to_midnight(now: datetime) -> float:
    """Until the next day begins in UTC."""
    midnight = datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), datetime.min.time(), UTC)
    return (midnight - now).total_seconds()
