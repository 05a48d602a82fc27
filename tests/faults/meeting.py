"""One cell of the matrix: a chain whose first provider has a fault, and whose second, if there is one, has none."""

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from services.interview.local_writer import write_questions
from services.interview.task import load_task
from shared.generation.model import Subject
from shared.llm import AllProvidersFailed, AnswerRejected, Completion, FallbackClient, LLMRegistry, LLMSettings
from shared.llm.call import Resources
from shared.llm.endpoint import Endpoint
from shared.llm.hedging import HedgeBudget
from shared.llm.latency import MIN_HEDGE_DELAY
from shared.llm.limits import RateLimiter
from shared.llm.messages import Attempt
from shared.llm.settings import ProviderSettings
from shared.llm.spending import SpendingGuard
from shared.resume_profile.profile import build_profile
from tests.support.generation import written
from tests.support.resumes import load_example
from tests.support.vendors import Behaviour, ReceivedRequest, VendorName, answer
from tests.support.vendors.faults import VENDORS, Cell

KEY = "sk-a-key-that-must-not-leak"
# Words of the prompt that no error and no log may hold: the resume is in it.
CONFIDENTIAL = (KEY, "테크스타트업", "백엔드 개발자 경력")

_TASK = load_task()
_SUBJECT = Subject(build_profile(load_example()), "ko")


@dataclass(frozen=True, slots=True)
class Meeting:
    """How a call ended: who answered (empty: nobody), each attempt, and the time in milliseconds."""

    answered_by: str
    attempts: tuple[str, ...]
    kept_items: int
    milliseconds: float
    error: str

    def to_json(self) -> dict[str, Any]:
        """For another process."""
        return asdict(self)


def second_to(vendor: VendorName) -> VendorName:
    """Who stands behind a vendor with a fault."""
    return VENDORS[(VENDORS.index(vendor) + 1) % len(VENDORS)]


def good_answer() -> dict[str, Any]:
    """Five questions that pass all checks, by our own rules about the documented resume."""
    return _GOOD


def what_is_missing(request: ReceivedRequest) -> Behaviour:
    """What a healthy vendor says: the good answer, of which it leaves out what the prompt says is there."""
    asked = request.text
    missing = [item for item in _GOOD["questions"] if item["evidence"]["quote"] and item["question"] not in asked]
    return answer({"questions": missing})


async def meet(
    cell: Cell, base_urls: Mapping[VendorName, str], *, deadline: float, patience: float = MIN_HEDGE_DELAY
) -> Meeting:
    """Asks a chain of these vendors, the one with the fault first; the SDKs are as the registry makes them."""
    providers: dict[str, ProviderSettings] = {
        name: ProviderSettings(name, "some-model", KEY, base_url=url, streaming=cell.mode == "stream")
        for name, url in base_urls.items()
    }
    continuation = _TASK.continuation(_SUBJECT) if _TASK.continuation else None
    registry = LLMRegistry(LLMSettings(tuple(providers), providers))
    endpoints = [
        Endpoint(registry.create_client(name), providers[name], min_hedge_delay=patience) for name in providers
    ]
    chain = FallbackClient(endpoints, Resources(HedgeBudget(5), RateLimiter(1000), SpendingGuard(None)))
    started = time.perf_counter()
    try:
        reply = await chain.answer(_TASK.prompt(_SUBJECT), _accept, timeout=deadline, continuation=continuation)
    except AllProvidersFailed as failed:
        return _meeting("", failed.attempts, started, str(failed))
    finally:
        await chain.close()
    return _meeting(reply.completion.provider, reply.attempts, started, "")


def _accept(completion: Completion) -> object:
    value = _TASK.read(completion.text)
    rejections = _TASK.check(value, _SUBJECT)
    if rejections:
        raise AnswerRejected.of(rejections)
    return value


def _meeting(answered_by: str, attempts: tuple[Attempt, ...], started: float, error: str) -> Meeting:
    return Meeting(
        answered_by,
        tuple(f"{attempt.provider} {attempt.outcome}" for attempt in attempts),
        sum(attempt.kept_items for attempt in attempts),
        round((time.perf_counter() - started) * 1000, 1),
        error,
    )


_GOOD: dict[str, Any] = json.loads(written(write_questions))
