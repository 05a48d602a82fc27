"""Puts a generator together over its real database, resume service and providers."""

import random
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from prometheus_client.registry import Collector

from shared.adapters.mongo import MongoDerivedRepository, MongoUsageLedger
from shared.adapters.mongo_spending import SPENDING_COLLECTION, MongoSpendingCaps
from shared.adapters.resume_client import GrpcResumeSource
from shared.clock import Clock
from shared.config import Settings
from shared.database import Database, Preparation
from shared.generation.generator import Generator, Task
from shared.generation.model import Subject
from shared.generation.use_cases import Assemble, GenerationUseCases, TextsOf
from shared.llm.metrics import AttemptCollector, EndpointCollector
from shared.llm.providers.local import LocalClient
from shared.llm.registry import LLMRegistry

Content = TypeVar("Content")
Item = TypeVar("Item")


# Writes an answer in the place of a model, in the shape of the prompt's schema.
LocalWriter = Callable[[Subject, random.Random], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Parts(Generic[Content, Item]):
    """What one generator brings along; the rest is the same for all."""

    task: Task[Content]
    assemble: Assemble[Content, Item]
    repository: Callable[[Database], MongoDerivedRepository[Item]]
    usage_collection: str
    write_locally: LocalWriter
    texts_of: TextsOf[Item] | None = None


def local_client(write: LocalWriter) -> LocalClient:
    """The provider `local` of one generator."""

    def write_about(subject: object, chance: random.Random) -> Mapping[str, Any]:
        if not isinstance(subject, Subject):
            raise TypeError("a prompt of ours has a Subject")
        return write(subject, chance)

    return LocalClient(write_about)


@dataclass(frozen=True, slots=True)
class Built(Generic[Content, Item]):
    """A generator put together: its use cases, the check of whether they can work, and what it counts."""

    use_cases: GenerationUseCases[Content, Item]
    preparation: Preparation
    collectors: Sequence[Collector]


@asynccontextmanager
async def build_use_cases(settings: Settings, parts: Parts[Content, Item]) -> AsyncIterator[Built[Content, Item]]:
    """A generator over its real parts; closes what was opened."""
    clock = Clock()
    database = Database(settings.database_url, settings.mongodb_database, timeout=settings.mongodb_timeout_seconds)
    items = parts.repository(database)
    usage = MongoUsageLedger(database.collection(parts.usage_collection))
    resumes = GrpcResumeSource(settings.address("resume"), timeout=settings.resume_timeout_seconds)
    caps = MongoSpendingCaps(
        database.collection(SPENDING_COLLECTION),
        daily_usd=settings.llm_daily_cap_usd,
        monthly_usd=settings.llm_monthly_cap_usd,
    )
    attempts = AttemptCollector()
    registry = LLMRegistry(settings.llm, on_attempt=attempts.note, caps=caps)
    registry.register("local", lambda _settings: local_client(parts.write_locally))
    # Imports the SDKs that are configured now, a second each, and not while a caller waits; whoever is not in the order
    # can still be asked for by name.
    registry.status()
    generator = Generator(parts.task, registry, usage, clock, settings.llm_deadline_seconds)
    try:
        yield Built(
            GenerationUseCases(
                generator, parts.assemble, items, resumes, registry, usage, database, clock, parts.texts_of
            ),
            Preparation(database, (items.prepare, usage.prepare)),
            (attempts, EndpointCollector(registry.status)),
        )
    finally:
        await registry.close()
        await resumes.close()
        await caps.close()
        database.close()
