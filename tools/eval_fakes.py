"""Fake vendors for an evaluation: the answers of models that the tests have, a share of them broken for some check."""

import json
import os
import random
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass

from shared.generation.model import Subject
from shared.llm.settings import Limits, LLMSettings, ProviderSettings
from shared.resume_profile.profile import build_profile
from tests.bad_answers.breaking import DoesNotFitError, Json
from tests.bad_answers.cases import KINDS, Kind
from tests.support.model_answers import load_answers
from tests.support.vendors import FAKES, VENDORS, Behaviour, ReceivedRequest, VendorName, answer
from tests.support.vendors.authority import authority
from tools.eval_resumes import EvalResume

FAKE_VENDORS: Sequence[VendorName] = VENDORS
# Which share of its answers each breaks. English ones stay whole: what breaks them is Korean.
SHARES: Mapping[VendorName, float] = {"gemini": 0.2, "openai": 0.35, "claude": 0.1}
_KINDS = {"interview": KINDS["questions"], "learning": KINDS["paths"]}


@dataclass(frozen=True, slots=True)
class FakeVendors:
    """How the fakes are asked, and the resumes that they have answers about."""

    settings: LLMSettings
    resumes: Sequence[EvalResume]


@dataclass(frozen=True, slots=True)
class Known:
    """A resume, the prompt about it as it stands in a request, and the good answers."""

    resume: EvalResume
    subject: Subject
    prompt: str
    answers: Sequence[Json]


class Author:
    """What one vendor says: one of the good answers about the resume it is asked about, by `share` a broken one.

    The same from process to process.
    """

    def __init__(self, kind: Kind, known: Sequence[Known], share: float) -> None:
        self._kind, self._known, self._share = kind, known, share
        self._chance = random.Random(f"{kind.name} {share}")

    def __call__(self, request: ReceivedRequest) -> Behaviour:
        """The next answer; raises `StopIteration` where the prompt is about nobody known."""
        asked = request.text
        known = next(each for each in self._known if each.prompt in asked)
        good = self._chance.choice(known.answers)
        breaks = known.resume.language == "ko" and self._chance.random() < self._share
        return answer(self._broken(good, known.subject) if breaks else good)

    def _broken(self, good: Json, subject: Subject) -> Json:
        while True:
            bad = deepcopy(good)
            check = self._chance.choice(sorted(self._kind.breaks))
            try:
                self._kind.breaks[check](bad, self._chance.choice(self._kind.indexes), subject)
            except DoesNotFitError:
                continue
            return bad


@asynccontextmanager
async def fake_vendors(service: str, names: Collection[str]) -> AsyncIterator[FakeVendors]:
    """Starts the fakes of these names, as far as there are any, for one service; stops them in the end.

    For gemini this process is told to trust them: gRPC looks once, before its first channel over TLS.
    """
    if "gemini" in names:
        os.environ["GRPC_DEFAULT_SSL_ROOTS_FILE_PATH"] = str(authority().ca_path)
    kind = _KINDS[service]
    known = _known(kind)
    async with AsyncExitStack() as opened:
        providers: dict[str, ProviderSettings] = {}
        for name in (each for each in FAKE_VENDORS if each in names):
            fake = await opened.enter_async_context(FAKES[name](default=Author(kind, known, SHARES[name])))
            providers[name] = ProviderSettings(name, "fake", "no-key", base_url=fake.base_url)
        settings = LLMSettings(tuple(providers), providers, limits=Limits(calls_per_minute=1_000_000))
        yield FakeVendors(settings, [each.resume for each in known])


def _known(kind: Kind) -> list[Known]:
    """The resumes as they were masked once: what is masked again is the same."""
    task = kind.load()
    found: dict[tuple[str, str], Known] = {}
    for each in load_answers(kind.name).values():
        key = each.resume, each.language
        if key in found:
            continue
        name = each.resume if each.language == "ko" else f"{each.resume}-{each.language}"
        resume = EvalResume(name, each.language, dict(each.subject.profile.resume))
        subject = Subject(build_profile(resume.resume), each.language)
        prompt = json.dumps(task.prompt(subject).user, ensure_ascii=False)[1:-1]
        answers = [other.answer for other in load_answers(kind.name).values() if (other.resume, other.language) == key]
        found[key] = Known(resume, subject, prompt, answers)
    return list(found.values())
