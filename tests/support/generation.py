"""A generator in this process: memory for storage, scripted providers, a source of resumes with a switch."""

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Generic, TypeVar

from shared.adapters.memory import MemoryDerivedStore, MemoryPromptSums, MemoryUsageLedger
from shared.clock import Clock
from shared.generation.books import Books
from shared.generation.composition import LocalWriter, local_client
from shared.generation.errors import ResumeNotFound
from shared.generation.experiment import Experiment
from shared.generation.feedback import Feedback, FeedbackUseCases, Rated
from shared.generation.generator import Generator, Task
from shared.generation.model import Language, Subject
from shared.generation.ports import DerivedRepository
from shared.generation.use_cases import Assemble, GenerationUseCases, TextsOf
from shared.llm.registry import LLMRegistry
from shared.llm.scripted import Line, ScriptedClient
from shared.llm.settings import Limits, LLMSettings, ProviderSettings, Tariff
from shared.resume_profile.profile import build_profile
from tests.support.derived import SwitchableDatabase
from tests.support.idempotency import memory_idempotency
from tests.support.resumes import load_example

KEY = "kim"
Content = TypeVar("Content")
Item = TypeVar("Item", bound=Rated)


class Resumes:
    """A `ResumeSource` with one resume. `on_get` is called before each read, with the number of the read."""

    def __init__(self) -> None:
        self.resumes: dict[str, Mapping[str, Any]] = {KEY: load_example() | {"created_at": {"seconds": 1}}}
        self.reads = 0
        self.on_get: Callable[[int], None] = lambda _number: None

    async def get(self, unique_key: str) -> Mapping[str, Any]:
        """The resume, while it is there."""
        self.reads += 1
        self.on_get(self.reads)
        if unique_key not in self.resumes:
            raise ResumeNotFound(unique_key=unique_key)
        return self.resumes[unique_key]


def written(write: LocalWriter, language: Language = "ko") -> str:
    """A good answer about the documented resume, as a vendor would send it."""
    answer = write(Subject(build_profile(load_example()), language), random.Random(7))
    return json.dumps(answer, ensure_ascii=False)


def scripted_registry(
    scripts: Mapping[str, Sequence[Line]], write: LocalWriter, *, limits: Limits | None = None
) -> LLMRegistry:
    """Providers that replay their scripts, in the order given, and `local`; a cap knows what they cost."""
    providers = {name: ProviderSettings(name, f"{name}-1", api_key="", tariff=Tariff(1, 1, 1)) for name in scripts}
    registry = LLMRegistry(LLMSettings(order=tuple(scripts), providers=providers, limits=limits or Limits()))
    for name, script in scripts.items():
        client = ScriptedClient(script, provider=name, model=f"{name}-1")
        registry.register(name, lambda _settings, client=client: client)  # type: ignore[misc] # binds this turn's client
    registry.register("local", lambda _settings: local_client(write))
    return registry


@dataclass(frozen=True, slots=True)
class Parts(Generic[Content, Item]):
    """A generator's use cases over memory, and what they keep their sums in."""

    use_cases: GenerationUseCases[Content, Item]
    feedback: FeedbackUseCases[Item]


def parts_of(
    task: Task[Content] | Experiment[Task[Content]],
    assemble: Assemble[Content, Item],
    items: DerivedRepository[Item],
    *,
    resumes: Resumes,
    registry: LLMRegistry,
    clock: Clock,
    database: SwitchableDatabase,
    texts_of: TextsOf[Item] | None = None,
    size_of: Callable[[Item], int] = lambda _item: 5,
) -> Parts[Content, Item]:
    """Use cases over these parts. A task alone is the only version of its prompt."""
    usage, sums = MemoryUsageLedger(), MemoryPromptSums()
    opinions, idempotency = memory_feedback(), memory_idempotency(clock)
    tasks = Experiment.of("test/1", task) if isinstance(task, Task) else task
    generator = Generator(tasks, registry, Books(usage, sums, clock), clock, deadline=20.0)
    return Parts(
        GenerationUseCases(
            generator, assemble, items, opinions, resumes, registry, usage, idempotency, database, clock, texts_of
        ),
        FeedbackUseCases(items, opinions, sums, idempotency, tasks.shares(), clock, size_of),
    )


def memory_feedback() -> MemoryDerivedStore[Feedback]:
    """An empty store of feedback."""
    return MemoryDerivedStore(id_of=attrgetter("path"), key_of=attrgetter("unique_key"))
