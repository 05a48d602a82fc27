"""One trial: the vendors answer as the case has it, over real sockets, and the outcome is judged by nobody's word."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from shared.generation.model import Subject
from shared.llm.errors import AllProvidersFailed, AnswerRejected
from shared.llm.messages import OK, Answer, Attempt, Completion
from shared.llm.registry import LLMRegistry
from shared.llm.settings import Limits, LLMSettings, ProviderSettings
from tests.bad_answers.breaking import Json
from tests.bad_answers.cases import Case, Kind
from tests.support.model_answers import load_answers
from tests.support.vendors import FAKES, VENDORS, AnyFake, Behaviour, ReceivedRequest, VendorName, answer

# Far more than any trial takes: how busy the machine is must not change who answers.
DEADLINE = 60.0
_REJECTED = "ANSWER_REJECTED"


class Author:
    """What one vendor says in one trial: so many bad answers, then good ones.

    A good one has what the prompt says is missing; whoever is asked for the rest once more writes the whole.
    """

    def __init__(self, kind: Kind, good: Json, bad: str, bad_answers: int) -> None:
        self._kind, self._good, self._bad = kind, good, bad
        self._bad_answers = bad_answers
        self._was_asked_for_rest = False

    def __call__(self, request: ReceivedRequest) -> Behaviour:
        """The next answer."""
        if self._bad_answers:
            self._bad_answers -= 1
            return answer(self._bad)
        entries = self._good[self._kind.list_name]
        asked = request.text
        missing = [entry for entry in entries if entry[self._kind.marker] not in asked]
        if len(missing) in (0, len(entries)) or self._was_asked_for_rest:
            return answer(self._good)
        self._was_asked_for_rest = True
        return answer({**self._good, self._kind.list_name: missing})


@dataclass(frozen=True, slots=True)
class Bench:
    """The fakes and, for streams and for answers in one piece, the real clients that speak to them."""

    fakes: Mapping[VendorName, AnyFake]
    registries: Mapping[bool, LLMRegistry]

    async def run(self, case: Case) -> tuple[str, ...]:
        """Has the vendors answer as the case says; tells what is wrong with the outcome, which should be nothing."""
        self._script(case)
        chain = self.registries[case.streamed].get_client_with_fallback(case.first)
        task, subject = case.kind.load(), case.bad.subject

        def accept(completion: Completion) -> object:
            value = task.read(completion.text)
            rejections = task.check(value, subject)
            if rejections:
                raise AnswerRejected.of(rejections)
            return value

        continuation = task.continuation(subject) if task.continuation else None
        try:
            reply = await chain.answer(task.prompt(subject), accept, timeout=DEADLINE, continuation=continuation)
        except AllProvidersFailed as failed:
            return (f"no answer: {failed}",)
        return tuple(_complaints(case, reply))

    def _script(self, case: Case) -> None:
        order = [case.first, *(name for name in VENDORS if name != case.first)]
        for name, bad_answers in zip(order, case.bad_answers, strict=True):
            self.fakes[name].script(default=Author(case.kind, case.bad.base.answer, case.bad.text, bad_answers))


@asynccontextmanager
async def open_bench() -> AsyncIterator[Bench]:
    """Starts fakes and clients, and stops them. The process must trust the fakes' authority (see `FakeGemini`)."""
    fakes: dict[VendorName, AnyFake] = {name: make() for name, make in FAKES.items()}
    registries: dict[bool, LLMRegistry] = {}
    try:
        for fake in fakes.values():
            await fake.start()
        registries |= {streamed: LLMRegistry(_settings(fakes, streamed=streamed)) for streamed in (True, False)}
        yield Bench(fakes, registries)
    finally:
        for registry in registries.values():
            await registry.close()
        for fake in fakes.values():
            await fake.stop()


def _settings(fakes: Mapping[VendorName, AnyFake], *, streamed: bool) -> LLMSettings:
    """Nobody is raced: a busy machine must not change who answers. And nobody is counted by the minute."""
    providers: dict[str, ProviderSettings] = {
        name: ProviderSettings(name, "some-model", "some-key", base_url=fake.base_url, streaming=streamed)
        for name, fake in fakes.items()
    }
    return LLMSettings(tuple(VENDORS), providers, hedge_percent=0.0, limits=Limits(calls_per_minute=1_000_000))


def _complaints(case: Case, reply: Answer[Any]) -> Iterator[str]:
    yield from _complaints_of_answer(case, reply.value)
    first, *later = reply.attempts
    yield from _complaints_of_first(case, first)
    for attempt in later:
        if attempt.outcome not in (OK, _REJECTED):
            yield f"{attempt.provider} {attempt.outcome}"
        elif (attempt.outcome == _REJECTED) is not bool(attempt.rejections):
            yield f"{attempt.provider} was refused without a reason"
    if reply.attempts[-1].outcome != OK:
        yield "the last attempt is not the answer"


def _complaints_of_answer(case: Case, value: Any) -> Iterator[str]:
    """By the checks over a subject that the trial never had, and by what was broken: none of it is there."""
    kind, bad = case.kind, case.bad
    fresh = replace(_fresh_subject(kind.name, bad.base.name), earlier=bad.subject.earlier)
    failed = sorted({rejection.check for rejection in kind.load().check(value, fresh)})
    if failed:
        yield f"the answer fails {', '.join(failed)}"
    broken = kind.items(kind.load().read(bad.text))
    for rejection in bad.named:
        own = rejection.item is not None and rejection.check not in kind.relative
        if own and broken[rejection.item or 0] in kind.items(value):
            yield f"the entry that breaks {rejection.check} is in the answer"


@cache
def _fresh_subject(kind: str, name: str) -> Subject:
    return load_answers(kind)[name].subject


def _complaints_of_first(case: Case, attempt: Attempt) -> Iterator[str]:
    """The ledger says of the first answer just what is wrong with it: its checks, and of which entries."""
    if attempt.provider != case.first:
        yield f"{attempt.provider} was asked first"
    missing = set(case.bad.named) - set(attempt.rejections)
    if missing:
        yield f"the ledger does not name {sorted(map(str, missing))}"
    if set(attempt.failed_checks) != set(case.checks):
        yield f"the ledger names {', '.join(attempt.failed_checks)}"
