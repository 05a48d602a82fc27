"""Puts a generator together over its real database, resume service and providers."""

import random
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from operator import attrgetter
from typing import Any, Generic, TypeVar

import structlog
from prometheus_client.registry import Collector

from shared.adapters.mongo import MongoDerivedRepository, MongoDerivedStore
from shared.adapters.mongo_claims import MongoClaimStore
from shared.adapters.mongo_spending import SPENDING_COLLECTION, MongoSpendingCaps
from shared.adapters.mongo_sums import MongoPromptSums, MongoUsageLedger
from shared.adapters.resume_client import GrpcResumeSource
from shared.background import repeating
from shared.clock import Clock
from shared.config import Settings, SettingsInvalid
from shared.database import Database, Preparation
from shared.generation.books import Books
from shared.generation.experiment import Experiment, newest
from shared.generation.feedback import Feedback, FeedbackUseCases, Rated
from shared.generation.generator import Generator, Task
from shared.generation.model import Subject
from shared.generation.use_cases import Assemble, GenerationUseCases, TextsOf
from shared.idempotency import Idempotency
from shared.llm.metrics import AttemptCollector, EndpointCollector
from shared.llm.providers.local import LocalClient
from shared.llm.registry import LLMRegistry

log = structlog.get_logger()

Content = TypeVar("Content")
Item = TypeVar("Item", bound=Rated)
# Storing and showing takes a few milliseconds; what is not shown by then was left by a process that ended.
_PENDING_FOR = timedelta(seconds=30)
_SWEEP_SECONDS = 15.0

# Writes an answer in the place of a model, in the shape of the prompt's schema.
LocalWriter = Callable[[Subject, random.Random], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Parts(Generic[Content, Item]):
    """What one generator brings along; the rest is the same for all.

    `name` is that of the service, and begins the names of its collections; `tasks` are by version of the prompt;
    `size_of` counts the items of an answer.
    """

    name: str
    tasks: Mapping[str, Task[Content]]
    assemble: Assemble[Content, Item]
    repository: Callable[[Database], MongoDerivedRepository[Item]]
    size_of: Callable[[Item], int]
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
    feedback: FeedbackUseCases[Item]
    preparation: Preparation
    collectors: Sequence[Collector]


@asynccontextmanager
async def build_use_cases(settings: Settings, parts: Parts[Content, Item]) -> AsyncIterator[Built[Content, Item]]:
    """A generator over its real parts; closes what was opened. Raises `SettingsInvalid`."""
    tasks = choose_tasks(settings, parts)
    clock = Clock()
    database = Database(settings.database_url, settings.mongodb_database, timeout=settings.mongodb_timeout_seconds)
    items = parts.repository(database)
    feedback = mongo_feedback(database, parts.name)
    usage = MongoUsageLedger(database.collection(f"{parts.name}_usage"))
    sums = MongoPromptSums(database.collection(f"{parts.name}_prompts"))
    claims = MongoClaimStore(database.collection(f"{parts.name}_claims"))
    idempotency = Idempotency(claims, clock)
    resumes = GrpcResumeSource(settings.addresses("resume"), timeout=settings.resume_timeout_seconds)
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
    generator = Generator(tasks, registry, Books(usage, sums, clock), clock, settings.llm_deadline_seconds)
    use_cases = GenerationUseCases(
        generator,
        parts.assemble,
        items,
        feedback,
        resumes,
        registry,
        usage,
        idempotency,
        database,
        clock,
        parts.texts_of,
    )

    async def sweep() -> None:
        before = clock.now() - _PENDING_FOR
        for store in (items, feedback):
            if swept := await store.sweep(before):
                log.info("pending.swept", service=parts.name, documents=swept)

    try:
        async with idempotency.sweeping(), repeating(sweep, _SWEEP_SECONDS):
            yield Built(
                use_cases,
                FeedbackUseCases(items, feedback, sums, idempotency, tasks.shares(), clock, parts.size_of),
                Preparation(database, (items.prepare, feedback.prepare, usage.prepare, claims.prepare)),
                (attempts, EndpointCollector(registry.status)),
            )
    finally:
        await registry.close()
        await resumes.close()
        await caps.close()
        database.close()


def choose_tasks(settings: Settings, parts: Parts[Content, Item]) -> Experiment[Task[Content]]:
    """The versions of the prompt that are active: those of the settings, or the newest alone."""
    weights = settings.prompt_weights(parts.name) or {newest(parts.tasks): 1.0}
    try:
        return Experiment(parts.tasks, weights)
    except ValueError as error:
        raise SettingsInvalid(f"{parts.name.upper()}_PROMPTS: {error}") from None


def mongo_feedback(database: Database, service: str) -> MongoDerivedStore[Feedback]:
    """What was said of a service's answers."""
    collection = database.collection(f"{service}_feedback")
    return MongoDerivedStore(collection, Feedback, id_of=attrgetter("path"), key_of=attrgetter("unique_key"))
