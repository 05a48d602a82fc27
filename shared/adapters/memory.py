"""What was derived from resumes, the usage and the sums by prompt, in memory: fit to run on, gone with the process."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Generic, TypeVar

from shared.errors import NotFound
from shared.generation.model import ProviderSums, count_attempt
from shared.llm.messages import Attempt
from shared.pages import Page, PageRequest, cut_page

T = TypeVar("T")


class MemoryDerivedStore(Generic[T]):
    """A `DerivedStore` in a dictionary. `id_of` and `key_of` name an item and its resume."""

    def __init__(self, *, id_of: Callable[[T], str], key_of: Callable[[T], str]) -> None:
        self._items: dict[tuple[str, str], T] = {}
        self._id_of = id_of
        self._key_of = key_of

    async def add(self, item: T) -> None:
        """Stores a new item."""
        self._items[self._key_of(item), self._id_of(item)] = item

    async def list(self, unique_key: str, page: PageRequest, *, within: str = "") -> Page[T]:
        """One page of a resume's items, newest first."""
        start = f"{within}/" if within else ""
        items = (item for (key, name), item in self._items.items() if key == unique_key and name.startswith(start))
        newest_first = sorted(items, key=self._id_of, reverse=True)
        rest = [item for item in newest_first if page.after is None or self._id_of(item) < page.after]
        return cut_page(rest, page.size, self._id_of)

    async def remove(self, item: T) -> None:
        """Takes one item back."""
        self._items.pop((self._key_of(item), self._id_of(item)), None)

    async def erase(self, unique_key: str) -> int:
        """Erases all items of a resume."""
        doomed = [name for name in self._items if name[0] == unique_key]
        for name in doomed:
            del self._items[name]
        return len(doomed)


class MemoryDerivedRepository(MemoryDerivedStore[T]):
    """A `DerivedRepository` in a dictionary. `missing` makes the error for an item that is not there."""

    def __init__(
        self, *, id_of: Callable[[T], str], key_of: Callable[[T], str], missing: Callable[[str, str], NotFound]
    ) -> None:
        super().__init__(id_of=id_of, key_of=key_of)
        self._missing = missing

    async def get(self, unique_key: str, item_id: str) -> T:
        """Reads one item of a resume."""
        item = self._items.get((unique_key, item_id))
        if item is None:
            raise self._missing(unique_key, item_id)
        return item


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
