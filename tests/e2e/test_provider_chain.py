"""Gemini first, then OpenAI, then Claude: the real SDKs in real services, against servers that speak their wires."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.support.resumes import load_example
from tests.support.stack import Stack
from tests.support.vendors import (
    VENDOR_TEXT,
    Behaviour,
    FakeClaude,
    FakeGemini,
    FakeOpenAI,
    answer,
    refuse,
    status,
    truncated,
    wrong_shape,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")
KEY = "key-of-an-operator"
GENERATIONS = {
    "questions": ("/interview/{key}/questions", ("questions",)),
    "learning-path": ("/learning/{key}/learning-path", ("analysis", "learning_paths", "summary")),
}


@dataclass(frozen=True)
class Chain:
    """A stack with three fake vendors behind it."""

    stack: Stack
    api: httpx.AsyncClient
    gemini: FakeGemini
    openai: FakeOpenAI
    claude: FakeClaude

    async def store(self) -> str:
        """Stores the documented resume and gives its key."""
        stored = await self.api.post("/resumes", json=load_example())
        key: str = stored.raise_for_status().json()["unique_key"]
        return key

    def asked(self) -> list[str]:
        """The vendors that were asked since the last `script`."""
        fakes = {"gemini": self.gemini, "openai": self.openai, "claude": self.claude}
        return [name for name, fake in fakes.items() if fake.requests]

    def script(self, *behaviours: Behaviour) -> None:
        """What Gemini, OpenAI and Claude do from now on; forgets what they were asked."""
        for fake, behaviour in zip((self.gemini, self.openai, self.claude), behaviours, strict=True):
            fake.requests.clear()
            fake.script(default=behaviour)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chain(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Chain]:
    """The stack and the vendors live in one loop, so that a vendor can answer while a test waits."""
    async with AsyncExitStack() as opened:
        gemini = await opened.enter_async_context(FakeGemini())
        openai = await opened.enter_async_context(FakeOpenAI())
        claude = await opened.enter_async_context(FakeClaude())
        extra = {
            "GEMINI_API_KEY": KEY,
            "GEMINI_API_ENDPOINT": gemini.endpoint,
            "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH": str(gemini.ca_path),
            "OPENAI_API_KEY": KEY,
            "OPENAI_BASE_URL": openai.base_url,
            "CLAUDE_API_KEY": KEY,
            "CLAUDE_BASE_URL": claude.base_url,
        }
        stack = Stack(tmp_path_factory.mktemp("chain"), extra)
        try:
            await asyncio.to_thread(stack.start)
            url = f"{stack.base_url}/api/v1"
            async with httpx.AsyncClient(base_url=url, timeout=90, trust_env=False) as api:
                yield Chain(stack, api, gemini, openai, claude)
        finally:
            await asyncio.to_thread(stack.stop)


async def good_answer(chain: Chain, kind: str) -> Behaviour:
    """What a vendor says when all is well: an answer that our own rules wrote for the same resume under another key."""
    path, fields = GENERATIONS[kind]
    key = await chain.store()
    written = await chain.api.post(path.format(key=key), params={"provider": "local", "fallback": "false"})
    body = written.raise_for_status().json()
    return answer({field: body[field] for field in fields})


@pytest.mark.parametrize("kind", GENERATIONS)
async def test_the_first_provider_answers(chain: Chain, kind: str) -> None:
    """Nobody else is asked, and what it took is told."""
    key = await chain.store()
    good = await good_answer(chain, kind)
    chain.script(good, good, good)

    reply = await chain.api.post(GENERATIONS[kind][0].format(key=key))

    assert reply.status_code == 200, reply.text
    assert reply.json()["provider"] == "gemini"
    assert [attempt["outcome"] for attempt in reply.json()["attempts"]] == ["OK"]
    assert reply.json()["usage"]["input_tokens"] > 0
    assert chain.asked() == ["gemini"]


# None of these keeps a circuit open, which the tests after it would find: one that does is at the end of the file.
FAILURES = [
    pytest.param(status(500), id="500"),
    pytest.param(status(429), id="429"),
    pytest.param(refuse(), id="refusal"),
    pytest.param(truncated(), id="truncated"),
    pytest.param(answer({"unexpected": True}), id="wrong-shape"),
    pytest.param(answer("no JSON at all"), id="prose"),
]


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("kind", GENERATIONS)
async def test_the_second_takes_over(chain: Chain, kind: str, failure: Behaviour) -> None:
    """Whatever the first one's trouble is, the caller gets an answer, and sees who failed."""
    key = await chain.store()
    good = await good_answer(chain, kind)
    chain.script(failure, good, good)

    reply = await chain.api.post(GENERATIONS[kind][0].format(key=key))

    assert reply.status_code == 200, reply.text
    assert reply.json()["provider"] == "openai"
    assert [attempt["outcome"] for attempt in reply.json()["attempts"]][-1] == "OK"
    assert reply.json()["attempts"][0]["provider"] == "gemini"
    assert chain.asked() == ["gemini", "openai"]


@pytest.mark.parametrize("failure", [pytest.param(status(503), id="503"), pytest.param(wrong_shape(), id="shape")])
async def test_the_third_is_the_last_resort(chain: Chain, failure: Behaviour) -> None:
    """When two are down, Claude answers."""
    key = await chain.store()
    good = await good_answer(chain, "questions")
    chain.script(status(500), failure, good)

    reply = await chain.api.post(f"/interview/{key}/questions")

    assert (reply.status_code, reply.json()["provider"]) == (200, "claude")
    assert chain.asked() == ["gemini", "openai", "claude"]


async def test_a_caller_may_choose_who_is_asked_first(chain: Chain) -> None:
    """The others still stand behind it, unless that is switched off."""
    key = await chain.store()
    good = await good_answer(chain, "questions")
    chain.script(good, good, refuse())

    backed = await chain.api.post(f"/interview/{key}/questions", params={"provider": "claude"})
    alone = await chain.api.post(f"/interview/{key}/questions", params={"provider": "claude", "fallback": "false"})

    assert (backed.status_code, backed.json()["provider"]) == (200, "gemini")
    assert backed.json()["attempts"][0]["provider"] == "claude"
    assert alone.status_code == 500


@pytest.mark.parametrize("kind", GENERATIONS)
async def test_when_all_fail_the_answer_says_why(chain: Chain, kind: str) -> None:
    """500 with one reason for each attempt, never an invented answer, and nothing is stored."""
    key = await chain.store()
    chain.script(status(500), refuse(), answer("no JSON at all"))

    reply = await chain.api.post(GENERATIONS[kind][0].format(key=key))

    assert (reply.status_code, reply.json()["code"]) == (500, 13)
    reason: dict[str, Any] = reply.json()["details"][0]
    assert reason["reason"] == "ALL_PROVIDERS_FAILED"
    said = " ".join(reason["metadata"].values())
    assert all(name in said for name in ("gemini", "openai", "claude", "CONTENT_FILTERED", "ANSWER_MALFORMED"))
    listed = (await chain.api.get(GENERATIONS[kind][0].format(key=key))).json()
    assert [] in listed.values()


async def test_a_provider_with_a_wrong_key_is_left_alone_and_health_says_so(chain: Chain) -> None:
    """One refusal of the key is enough; who is asked next does not wait for it, and an operator sees what is wrong.

    Before that the provider is back after the failures of the tests above: a circuit closes by itself.
    """
    key = await chain.store()
    good = await good_answer(chain, "questions")
    path = f"/interview/{key}/questions?allow_repeats=true"
    chain.script(good, good, good)
    async with asyncio.timeout(30):
        while (await chain.api.post(path)).json()["provider"] != "gemini":
            pass  # each post takes its time, and the pause is a second
    chain.script(status(401), good, good)

    first, second = [(await chain.api.post(path)).json() for _ in range(2)]
    health = (await chain.api.get("/interview/health")).json()

    assert [attempt["outcome"] for attempt in first["attempts"]] == ["CREDENTIALS_REJECTED", "OK"]
    assert [attempt["outcome"] for attempt in second["attempts"]] == ["CIRCUIT_OPEN", "OK"]
    assert len(chain.gemini.requests) == 1
    gemini = next(status for status in health["providers"] if status["provider"] == "gemini")
    assert (gemini["circuit"], gemini["cause"]) == ("open", "CREDENTIALS_REJECTED")
    openai = next(status for status in health["providers"] if status["provider"] == "openai")
    assert (openai["circuit"], openai["median_ms"] > 0) == ("closed", True)


async def test_neither_keys_nor_words_of_vendors_nor_resumes_reach_the_logs(chain: Chain) -> None:
    """After failures of every kind, which are the occasions on which they slip out."""
    key = await chain.store()
    for failure in (status(500), status(401), refuse(), wrong_shape(), answer("no JSON at all")):
        chain.script(failure, failure, failure)
        await chain.api.post(f"/interview/{key}/questions")

    logs = "".join(chain.stack.read_log(name) for name in ("resume", "interview", "learning", "gateway"))

    assert "llm." in logs
    assert [
        words for words in (KEY, VENDOR_TEXT, "김개발", "kim.dev@example.com", "테크스타트업") if words in logs
    ] == []
