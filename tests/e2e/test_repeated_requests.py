"""A POST that is repeated with its key: over REST, many at once, and after the service was killed in its middle."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import httpx
import pytest
import pytest_asyncio

from tests.support.refusals import reason_of
from tests.support.resumes import load_example
from tests.support.stack import Stack
from tests.support.vendors import Behaviour, FakeOpenAI, answer
from tests.support.vendors.behaviours import hang

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(frozen=True)
class Service:
    """A stack with one fake vendor behind it, and a resume in it."""

    stack: Stack
    api: httpx.AsyncClient
    vendor: FakeOpenAI
    path: str
    good: Behaviour

    async def post(self, key: str, **parameters: str) -> httpx.Response:
        """Asks for questions with an idempotency key."""
        return await self.api.post(self.path, params=parameters, headers={"Idempotency-Key": key})

    def script(self, behaviour: Behaviour) -> None:
        """What the vendor does from now on; forgets what it was asked."""
        self.vendor.requests.clear()
        self.vendor.script(default=behaviour)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    """The vendor lives in the loop of the tests, so that it can answer while one waits."""
    async with AsyncExitStack() as opened:
        vendor = await opened.enter_async_context(FakeOpenAI())
        extra = {"LLM_PROVIDERS": "openai", "OPENAI_API_KEY": "key", "OPENAI_BASE_URL": vendor.base_url}
        stack = Stack(tmp_path_factory.mktemp("repeated"), extra)
        opened.push_async_callback(asyncio.to_thread, stack.stop)
        await asyncio.to_thread(stack.start)
        url = f"{stack.base_url}/api/v1"
        async with httpx.AsyncClient(base_url=url, timeout=90, trust_env=False) as api:
            stored = (await api.post("/resumes", json=load_example())).raise_for_status().json()
            path = f"/interview/{stored['unique_key']}/questions"
            # What our own rules write about the same resume, under another key: a repeat would be refused.
            other = (await api.post("/resumes", json=load_example())).raise_for_status().json()["unique_key"]
            asked = {"provider": "local", "fallback": "false"}
            written = (await api.post(f"/interview/{other}/questions", params=asked)).raise_for_status().json()
            yield Service(stack, api, vendor, path, answer({"questions": written["questions"]}))


async def stored_sets(service: Service) -> list[str]:
    """Ids of the sets of the resume."""
    listed = (await service.api.get(service.path)).raise_for_status().json()
    return [found["question_set_id"] for found in listed["question_sets"]]


async def test_a_retry_after_a_kill_makes_one(service: Service) -> None:
    """The service dies while the vendor writes; the same request is answered once it is back, and stored once."""
    service.script(hang())
    key = {"Idempotency-Key": "killed"}
    async with service.api.stream("POST", f"{service.path}:stream", headers=key) as lost:
        started = await anext(lost.aiter_lines())
        await asyncio.to_thread(service.stack.kill, "interview")
    await asyncio.to_thread(service.stack.start, "interview")
    service.script(service.good)

    retries = await asyncio.gather(*(service.post("killed") for _ in range(3)))

    assert "started" in started
    assert {retry.status_code for retry in retries} == {200}
    assert {retry.json()["question_set_id"] for retry in retries} == set(await stored_sets(service))
    assert len(service.vendor.requests) == 1


async def test_what_is_stored_is_the_answer(service: Service) -> None:
    """Fifty at once after the first ask nobody; another body with the key is refused."""
    service.script(service.good)
    stored = await stored_sets(service)

    repeated = await asyncio.gather(*(service.post("killed") for _ in range(50)))
    other = await service.post("killed", language="en")

    assert [each.json() for each in repeated] == [repeated[0].json()] * 50
    assert [repeated[0].json()["question_set_id"]] == stored == await stored_sets(service)
    assert (other.status_code, reason_of(other)) == (400, "IDEMPOTENCY_KEY_REUSED")
    assert service.vendor.requests == []
