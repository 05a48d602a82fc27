"""What the generators need from outside."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol, TypeVar

from shared.generation.model import ProviderSums
from shared.llm.messages import Attempt
from shared.pages import Page, PageRequest

T = TypeVar("T")


class ResumeSource(Protocol):
    """Where resumes come from."""

    async def get(self, unique_key: str) -> Mapping[str, Any]:
        """The resume by field name; raises `ResumeNotFound`, `ResumeServiceUnavailable`.

        Its `created_at` tells it from a later one of the same key.
        """


class DerivedStore(Protocol[T]):
    """Keeps what was derived from resumes. What it has answered survives the end of any process.

    Raises `DatabaseUnavailable`.
    """

    async def add(self, item: T, now: datetime) -> T:
        """Stores a new item where no reader finds it yet, and gives what is stored under its id: perhaps another."""

    async def show(self, item: T) -> bool:
        """Lets readers find a stored item; false where it is gone."""

    async def list(self, unique_key: str, page: PageRequest, *, within: str = "") -> Page[T]:
        """One page of a resume's items, newest first; `within` tells the first part of their ids, up to a `/`."""

    async def erase(self, unique_key: str) -> int:
        """Erases all items of a resume; answers how many of them were shown."""

    async def drop(self, item: T) -> None:
        """Drops a stored item that was not shown; one that was stays."""

    async def sweep(self, before: datetime) -> int:
        """Drops the items that were stored before a time and never shown; answers how many."""


class DerivedRepository(DerivedStore[T], Protocol[T]):
    """A store whose items are also read one by one."""

    async def get(self, unique_key: str, item_id: str) -> T:
        """Reads one item of a resume; raises the `NotFound` of its kind."""

    async def find(self, unique_key: str, item_id: str) -> T | None:
        """One item of a resume, be it shown or not."""


class UsageLedger(Protocol):
    """Sums up attempts per day (UTC), provider and model, right under any concurrency."""

    async def record(self, day: date, attempts: Sequence[Attempt]) -> None:
        """Adds attempts."""

    async def read(self, day: date) -> Sequence[ProviderSums]:
        """The sums of a day, by provider and model."""


class PromptSums(Protocol):
    """Adds up numbers per prompt version, right under any concurrency. Raises `DatabaseUnavailable`."""

    async def add(self, version: str, numbers: Mapping[str, float]) -> None:
        """Adds to the sums of a version. A name holds letters, digits, `_`, `-` and `:`."""

    async def read(self) -> Mapping[str, Mapping[str, float]]:
        """All sums, by version and name."""


class DatabasePing(Protocol):
    """Whether the database answers."""

    async def ping(self) -> bool:
        """Asks it."""
