"""What was derived from resumes, the usage and the sums by prompt, in memory: fit to run on, gone with the process."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Generic, TypeVar

from shared.claims import ClaimRecord
from shared.errors import NotFound
from shared.generation.model import ProviderSums, count_attempt
from shared.llm.messages import Attempt
from shared.pages import Page, PageRequest, cut_page

T = TypeVar("T")


class MemoryDerivedStore(Generic[T]):
    """A `DerivedStore` in a dictionary. `id_of` and `key_of` name an item and its resume."""

    def __init__(self, *, id_of: Callable[[T], str], key_of: Callable[[T], str]) -> None:
        self._items: dict[tuple[str, str], T] = {}
        # When those were stored that are not shown yet.
        self._pending: dict[tuple[str, str], datetime] = {}
        self._id_of = id_of
        self._key_of = key_of

    async def add(self, item: T, now: datetime) -> T:
        """Stores a new item where no reader finds it yet."""
        name = self._key_of(item), self._id_of(item)
        if name not in self._items:
            self._items[name] = item
            self._pending[name] = now
        return self._items[name]

    async def show(self, item: T) -> bool:
        """Lets readers find it."""
        name = self._key_of(item), self._id_of(item)
        self._pending.pop(name, None)
        return name in self._items

    async def list(self, unique_key: str, page: PageRequest, *, within: str = "") -> Page[T]:
        """One page of a resume's items, newest first."""
        start = f"{within}/" if within else ""
        shown = (name for name in self._items if name not in self._pending)
        items = (self._items[key, name] for key, name in shown if key == unique_key and name.startswith(start))
        newest_first = sorted(items, key=self._id_of, reverse=True)
        rest = [item for item in newest_first if page.after is None or self._id_of(item) < page.after]
        return cut_page(rest, page.size, self._id_of)

    async def erase(self, unique_key: str) -> int:
        """Erases all items of a resume."""
        return self._drop([name for name in self._items if name[0] == unique_key])

    async def drop(self, item: T) -> None:
        """Drops an item that was not shown."""
        name = self._key_of(item), self._id_of(item)
        if name in self._pending:
            self._drop([name])

    async def sweep(self, before: datetime) -> int:
        """Drops what was never shown."""
        doomed = [name for name, stored in self._pending.items() if stored < before]
        self._drop(doomed)
        return len(doomed)

    def _drop(self, names: Sequence[tuple[str, str]]) -> int:
        for name in names:
            del self._items[name]
        return sum(self._pending.pop(name, None) is None for name in names)


class MemoryDerivedRepository(MemoryDerivedStore[T]):
    """A `DerivedRepository` in a dictionary. `missing` makes the error for an item that is not there."""

    def __init__(
        self, *, id_of: Callable[[T], str], key_of: Callable[[T], str], missing: Callable[[str, str], NotFound]
    ) -> None:
        super().__init__(id_of=id_of, key_of=key_of)
        self._missing = missing

    async def get(self, unique_key: str, item_id: str) -> T:
        """Reads one item of a resume."""
        item = await self.find(unique_key, item_id)
        if item is None or (unique_key, item_id) in self._pending:
            raise self._missing(unique_key, item_id)
        return item

    async def find(self, unique_key: str, item_id: str) -> T | None:
        """One item of a resume, be it shown or not."""
        return self._items.get((unique_key, item_id))


class MemoryUsageLedger:
    """A `UsageLedger` in a dictionary."""

    def __init__(self) -> None:
        self._sums: dict[tuple[date, str, str], ProviderSums] = {}

    async def record(self, day: date, attempts: Sequence[Attempt]) -> None:
        """Adds attempts."""
        for attempt in (attempt for attempt in attempts if attempt.asked):
            name, counted = (day, attempt.provider, attempt.model), count_attempt(attempt)
            self._sums[name] = self._sums[name] + counted if name in self._sums else counted

    async def read(self, day: date) -> Sequence[ProviderSums]:
        """The sums of a day."""
        return [self._sums[name] for name in sorted(self._sums) if name[0] == day]


class MemoryPromptSums:
    """A `PromptSums` in a dictionary."""

    def __init__(self) -> None:
        self._sums: dict[str, dict[str, float]] = {}

    async def add(self, version: str, numbers: Mapping[str, float]) -> None:
        """Adds to the sums of a version."""
        sums = self._sums.setdefault(version, {})
        for name, number in numbers.items():
            sums[name] = sums.get(name, 0) + number

    async def read(self) -> Mapping[str, Mapping[str, float]]:
        """All sums."""
        return {version: dict(numbers) for version, numbers in self._sums.items()}


class MemoryClaimStore:
    """A `ClaimStore` in a dictionary."""

    def __init__(self) -> None:
        self._records: dict[str, ClaimRecord] = {}

    async def begin(self, record: ClaimRecord) -> ClaimRecord:
        """Stores a record unless there is one of its id."""
        return self._records.setdefault(record.record_id, record)

    async def take(self, seen: ClaimRecord, taken: ClaimRecord) -> bool:
        """Replaces a record by one of another holder."""
        if self._records.get(seen.record_id) != seen or seen.done:
            return False
        self._records[seen.record_id] = taken
        return True

    async def extend(self, record: ClaimRecord, lease_until: int) -> None:
        """Sets the end of the lease."""
        if (found := self._held(record)) and not found.done:
            self._records[record.record_id] = replace(found, lease_until=lease_until)

    async def drop(self, record: ClaimRecord) -> None:
        """Forgets the key."""
        if (found := self._held(record)) and not found.done:
            del self._records[record.record_id]

    async def finish(self, record: ClaimRecord) -> None:
        """Marks it as done."""
        if found := self._held(record):
            self._records[record.record_id] = replace(found, done=True)

    async def erase(self, unique_key: str) -> None:
        """Drops what tells of a resume."""
        for name, record in self._records.items():
            if record.unique_key == unique_key:
                self._records[name] = replace(record, unique_key="", fingerprint="", new_id="", done=True)

    async def sweep(self, before: int) -> int:
        """Drops the records that expired."""
        expired = [name for name, record in self._records.items() if record.expires_at < before]
        for name in expired:
            del self._records[name]
        return len(expired)

    def _held(self, record: ClaimRecord) -> ClaimRecord | None:
        found = self._records.get(record.record_id)
        return found if found and found.holder == record.holder else None
