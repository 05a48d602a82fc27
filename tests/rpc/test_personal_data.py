"""What reaches the vendors of a resume: everything that asks about it, and nothing that says whose it is."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from services.interview.task import load_task as load_interview
from services.learning.task import load_task as load_learning
from shared.adapters.memory import MemoryPromptSums, MemoryUsageLedger
from shared.clock import Clock
from shared.generation.books import Books
from shared.generation.errors import EveryProviderFailed
from shared.generation.experiment import Experiment
from shared.generation.generator import Generator, Task
from shared.generation.model import GenerationRequest
from shared.llm.registry import LLMRegistry
from shared.llm.settings import LLMSettings, ProviderSettings
from tests.support.model_answers import load_answers
from tests.support.resumes import EXAMPLES, load_example
from tests.support.varied_resumes import VariedResume, varied_resume
from tests.support.vendors import FAKES, AnyFake, VendorName, answer, cut
from tests.support.vendors.authority import trusted

SEEDS = range(100)
ORDER: tuple[VendorName, ...] = ("gemini", "openai", "claude")
# What the contact fields of the examples and their names say.
_FIELDS = ("email", "github", "linkedin", "blog", "website", "portfolio")


@pytest.fixture(scope="module", autouse=True)
def _trusted_authority() -> Iterator[None]:
    """Before the first channel over TLS."""
    with trusted():
        yield


@dataclass(frozen=True, slots=True)
class Vendors:
    """The three fakes, and both generators with the real clients for them."""

    fakes: dict[str, AnyFake]
    generators: tuple[Generator[Any], ...]

    async def ask(self, resume: dict[str, Any], providers: Sequence[str] = ORDER, *, fallback: bool = False) -> str:
        """Has both generators ask these providers first, and gives all that came in, headers and bodies."""
        for fake in self.fakes.values():
            fake.requests.clear()
        calls = (
            self._write(generator, provider, resume, fallback=fallback)
            for generator in self.generators
            for provider in providers
        )
        await asyncio.gather(*calls)
        return "\n".join(request.text for fake in self.fakes.values() for request in fake.requests)

    def asked(self) -> dict[str, int]:
        """How many requests each vendor got for the last resume."""
        return {name: len(fake.requests) for name, fake in self.fakes.items()}

    @staticmethod
    async def _write(generator: Generator[Any], provider: str, resume: dict[str, Any], *, fallback: bool) -> None:
        request = GenerationRequest("kim", provider=provider, fallback=fallback)
        with suppress(EveryProviderFailed):  # what was asked is what counts
            await generator.write(request, resume, generator.end_of(None))


@pytest.fixture
async def vendors(clock: Clock) -> AsyncIterator[Vendors]:
    """Fakes whose answers are refused, so that everybody is asked until nobody is left."""
    async with AsyncExitStack() as opened:
        fakes: dict[str, AnyFake] = {
            name: await opened.enter_async_context(FAKES[name](default=answer({}))) for name in ORDER
        }
        books = Books(MemoryUsageLedger(), MemoryPromptSums(), clock)
        generators: list[Generator[Any]] = []
        tasks: tuple[Task[Any], ...] = (load_interview(), load_learning())
        for task in tasks:
            settings = {
                name: ProviderSettings(name, "some-model", "key", base_url=fake.base_url, timeout=10.0)
                for name, fake in fakes.items()
            }
            registry = await opened.enter_async_context(LLMRegistry(LLMSettings(ORDER, settings, hedge_percent=0)))
            generators.append(Generator(Experiment.of("test/1", task), registry, books, clock, 30.0))
        yield Vendors(fakes, tuple(generators))


def personal_of(resume: dict[str, Any]) -> VariedResume:
    """An example with what its own fields say is personal."""
    contact = resume.get("contact_info", {})
    words = (resume["name"], *(contact[name] for name in _FIELDS if contact.get(name)))
    phone = "".join(character for character in contact.get("phone", "") if character.isdigit())
    return VariedResume(resume, words, (phone,) if phone else ())


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
async def test_nothing_personal_of_an_example_leaves(vendors: Vendors, path: Path) -> None:
    """Names, addresses and numbers of the documented resumes stay here, and what they can do goes out."""
    varied = personal_of(load_example(path))

    sent = await vendors.ask(varied.resume)

    skills = next(names for names in varied.resume["technical_skills"].values() if names)
    assert varied.leaked(json.dumps(varied.resume, ensure_ascii=False)) != []
    assert varied.leaked(sent) == []
    assert skills[0] in sent
    assert min(vendors.asked().values()) >= 2


async def test_nothing_personal_of_a_hundred_resumes_leaves(vendors: Vendors) -> None:
    """Every header and body that any vendor got of both generators, over every spelling and every place."""
    leaks: dict[int, list[str]] = {}
    unproved, unasked = [], []
    for seed in SEEDS:
        varied = varied_resume(seed)
        sent = await vendors.ask(varied.resume, ("gemini",), fallback=True)
        if found := varied.leaked(sent):
            leaks[seed] = found
        if len(varied.leaked(json.dumps(varied.resume, ensure_ascii=False))) < 6:
            unproved.append(seed)
        if "가나다테크" not in sent or min(vendors.asked().values()) < 2:
            unasked.append(seed)

    assert leaks == {}
    assert (unproved, unasked) == ([], [])


async def test_what_is_asked_again_holds_nothing_personal_either(vendors: Vendors) -> None:
    """An answer that breaks off makes a second prompt out of its good parts: those go to another vendor."""
    kept = load_answers("questions")["backend-36m ko 1"].answer
    resume = load_example()
    vendors.fakes["gemini"].script(default=cut(kept))

    sent = await vendors.ask(resume, ("gemini",), fallback=True)

    assert "<kept_questions>" in sent
    assert personal_of(resume).leaked(sent) == []
