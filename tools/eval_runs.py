"""Runs of an evaluation: one provider writes about many resumes, again and again, and every attempt is kept."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from services.interview.checks import CHECK_NAMES as QUESTION_CHECKS
from services.interview.local_rotation import Rotation
from services.interview.local_writer import write_questions
from services.interview.task import load_task as load_questions
from services.learning.checks import CHECK_NAMES as PATH_CHECKS
from services.learning.local_writer import write_path
from services.learning.task import load_task as load_path
from shared.adapters.memory import MemoryPromptSums, MemoryUsageLedger
from shared.clock import Clock
from shared.errors import CareerError
from shared.generation.books import Books
from shared.generation.composition import LocalWriter, local_client
from shared.generation.experiment import Experiment
from shared.generation.generator import Generator, Task
from shared.generation.model import GenerationRequest
from shared.llm.messages import Attempt
from shared.llm.registry import LOCAL, LLMRegistry
from shared.llm.settings import LLMSettings
from tools.eval_resumes import EvalResume

# Our own rules are asked a thousand times in a few seconds.
_UNLIMITED = 1_000_000


@dataclass(frozen=True, slots=True)
class Service:
    """What is evaluated: the task, what `local` writes it with, and the names of its checks."""

    load: Callable[[], Task[Any]]
    writer: Callable[[], LocalWriter]
    checks: frozenset[str]


SERVICES = {
    "interview": Service(load_questions, lambda: partial(write_questions, rotation=Rotation()), QUESTION_CHECKS),
    "learning": Service(load_path, lambda: write_path, PATH_CHECKS),
}


@dataclass(frozen=True, slots=True)
class Written:
    """One answer that was wanted: its attempts as they ended, and what was accepted; None where nothing was."""

    run: int
    resume: EvalResume
    attempts: tuple[Attempt, ...]
    content: Any


@dataclass(frozen=True, slots=True)
class Runs:
    """All that one provider wrote for one service."""

    service: str
    provider: str
    runs: int
    checks: tuple[str, ...]
    written: tuple[Written, ...]


async def run_service(
    settings: LLMSettings,
    service: str,
    provider: str,
    resumes: Sequence[EvalResume],
    *,
    runs: int,
    sets: int,
) -> Runs:
    """`sets` answers about each resume, spread over the runs; earlier ones may be repeated.

    Raises `ProviderNotAvailable`.
    """
    parts = SERVICES[service]
    if provider == LOCAL:
        limits = replace(settings.limits, calls_per_minute=_UNLIMITED)
        settings = LLMSettings(order=(LOCAL,), providers={}, deadline=settings.deadline, limits=limits)
    attempts: list[Attempt] = []
    written: list[Written] = []
    async with LLMRegistry(settings, on_attempt=attempts.append) as registry:
        registry.register(LOCAL, lambda _settings: local_client(parts.writer()))
        registry.get_client(provider)
        books = Books(MemoryUsageLedger(), MemoryPromptSums(), Clock())
        generator = Generator(Experiment.of("eval", parts.load()), registry, books, Clock(), registry.deadline)
        for number in range(sets):
            for resume in resumes:
                attempts.clear()
                content = await _write(generator, provider, resume)
                written.append(Written(number % runs, resume, tuple(attempts), content))
            print(f"{provider}, {service}: {len(written)} of {sets * len(resumes)}", file=sys.stderr, flush=True)
    return Runs(service, provider, runs, tuple(sorted(parts.checks)), tuple(written))


async def _write(generator: Generator[Any], provider: str, resume: EvalResume) -> Any:  # noqa: ANN401 -- of any service
    request = GenerationRequest(resume.name, resume.language, provider, fallback=False)
    try:
        draft = await generator.write(request, resume.resume, generator.end_of(None))
    except CareerError:
        return None
    return draft.content
