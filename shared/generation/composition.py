"""Puts a generator together over its real database, resume service and providers."""

import random
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from shared.adapters.mongo import MongoDerivedRepository, MongoUsageLedger
from shared.adapters.resume_client import GrpcResumeSource
from shared.clock import Clock
from shared.config import Settings
from shared.database import Database, Preparation
from shared.generation.generator import Generator, Task
from shared.generation.model import Subject
from shared.generation.use_cases import Assemble, GenerationUseCases
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


def local_client(write: LocalWriter) -> LocalClient:
    """The provider `local` of one generator."""

    def write_about(subject: object, chance: random.Random) -> Mapping[str, Any]:
        if not isinstance(subject, Subject):
            raise TypeError("a prompt of ours has a Subject")
        return write(subject, chance)

    return LocalClient(write_about)


@asynccontextmanager
async def build_use_cases(
    settings: Settings, parts: Parts[Content, Item]
) -> AsyncIterator[tuple[GenerationUseCases[Content, Item], Preparation]]:
    """The use cases, and the check of whether they can work; closes what was opened."""
    clock = Clock()
    database = Database(settings.database_url, settings.mongodb_database, timeout=settings.mongodb_timeout_seconds)
    items = parts.repository(database)
    usage = MongoUsageLedger(database.collection(parts.usage_collection))
    resumes = GrpcResumeSource(settings.address("resume"), timeout=settings.resume_timeout_seconds)
    registry = LLMRegistry(settings.llm)
    registry.register("local", lambda _settings: local_client(parts.write_locally))
    # Imports the SDKs that are configured now, a second each, and not while a caller waits; whoever is not in the order
    # can still be asked for by name.
    for name in registry.get_available_clients():
        registry.get_client(name)
    generator = Generator(parts.task, registry, usage, clock, settings.llm_deadline_seconds)
    use_cases = GenerationUseCases(generator, parts.assemble, items, resumes, registry, usage, database, clock)
    try:
        yield use_cases, Preparation(database, (items.prepare, usage.prepare))
    finally:
        await registry.close()
        await resumes.close()
        database.close()
