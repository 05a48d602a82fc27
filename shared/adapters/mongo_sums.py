"""What is added up over all resumes, in MongoDB, by atomic increments alone: the usage, and sums by prompt version."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date

from pymongo import ASCENDING

from shared.adapters.mongo_batches import BatchedIncrements
from shared.database import Collection, Document, database_errors
from shared.generation.model import ProviderSums, count_attempt
from shared.llm.messages import Attempt, Usage

_USAGE_FIELDS = tuple(field.name for field in fields(Usage))


class MongoUsageLedger:
    """A `UsageLedger`: one document a day, provider and model."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._increments = BatchedIncrements(collection)

    async def prepare(self) -> None:
        """Makes the index where it is missing."""
        with database_errors(self._collection):
            await self._collection.create_index([("day", ASCENDING)])

    async def record(self, day: date, attempts: Sequence[Attempt]) -> None:
        """Adds attempts."""
        with database_errors(self._collection):
            await asyncio.gather(*(self._add(day, attempt) for attempt in attempts if attempt.asked))

    async def read(self, day: date) -> Sequence[ProviderSums]:
        """The sums of a day."""
        with database_errors(self._collection):
            documents = await self._collection.find({"day": _number(day)}).to_list(None)
        return sorted((_read_sums(document) for document in documents), key=lambda s: (s.provider, s.model))

    async def _add(self, day: date, attempt: Attempt) -> None:
        names = {"day": _number(day), "provider": attempt.provider, "model": attempt.model}
        document_id = f"u/{day}/{attempt.provider}/{attempt.model}"
        await self._increments.add(document_id, names, _increments(count_attempt(attempt)))


class MongoPromptSums:
    """A `PromptSums`: one document a version."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._increments = BatchedIncrements(collection)

    async def add(self, version: str, numbers: Mapping[str, float]) -> None:
        """Adds to the sums of a version."""
        with database_errors(self._collection):
            await self._increments.add(f"v/{version}", {"version": version}, numbers)

    async def read(self) -> Mapping[str, Mapping[str, float]]:
        """All sums."""
        with database_errors(self._collection):
            documents = await self._collection.find({}).to_list(None)
        return {document.pop("version"): _numbers(document) for document in documents}


def _numbers(document: Document) -> Mapping[str, float]:
    return {name: value for name, value in document.items() if name != "_id"}


def _number(day: date) -> int:
    return day.year * 10_000 + day.month * 100 + day.day


def _increments(sums: ProviderSums) -> dict[str, int | float]:
    return {
        "calls": sums.calls,
        "failures": sums.failures,
        "calls_of_unknown_cost": sums.calls_of_unknown_cost,
        **{name: getattr(sums.usage, name) for name in _USAGE_FIELDS},
    }


def _read_sums(document: Document) -> ProviderSums:
    return ProviderSums(
        provider=document["provider"],
        model=document["model"],
        calls=document["calls"],
        failures=document["failures"],
        usage=Usage(**{name: document.get(name, 0) for name in _USAGE_FIELDS}),
        calls_of_unknown_cost=document["calls_of_unknown_cost"],
    )
