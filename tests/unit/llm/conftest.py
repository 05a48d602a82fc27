"""Real SDKs against fake vendors, one fake and one client for each test."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from shared.llm.client import LLMClient
from shared.llm.messages import Prompt
from shared.llm.providers.dialects import DIALECTS
from shared.llm.registry import LLMRegistry
from shared.llm.settings import LLMSettings, ProviderSettings
from tests.support.vendors import FakeClaude, FakeGemini, FakeOpenAI
from tests.support.vendors.authority import trusted

SCHEMA = {
    "type": "object",
    "properties": {
        "topic": {"type": "string", "description": "What it is about"},
        "level": {"type": "string", "enum": ["초급", "고급"]},
        "counts": {"type": "array", "items": {"type": "integer"}},
    },
    "required": ["topic", "level", "counts"],
    "additionalProperties": False,
}
PROMPT = Prompt("You are an interviewer.", "비밀 이력서", "question_set", SCHEMA, "questions/1", subject="the subject")
KEY = "sk-a-key-that-must-not-leak"


@dataclass(frozen=True, slots=True)
class Vendor:
    """A fake and the client that speaks to it."""

    fake: FakeGemini | FakeOpenAI | FakeClaude
    client: LLMClient


@pytest.fixture(scope="session", autouse=True)
def _trusted_authority() -> Iterator[None]:
    """Before the first channel over TLS."""
    with trusted():
        yield


@pytest.fixture(autouse=True)
def _forgotten_dialects() -> None:
    """Ports come back: what one fake took must not be known of the next one."""
    DIALECTS.forget()


@asynccontextmanager
async def start_vendor(name: str, **given: Any) -> AsyncIterator[Vendor]:
    """Runs the fake of this vendor and makes a client for it; `given` are settings."""
    fake = FakeGemini() if name == "gemini" else FakeClaude() if name == "claude" else FakeOpenAI()
    async with fake:
        address = fake.endpoint if isinstance(fake, FakeGemini) else fake.base_url
        chosen: dict[str, Any] = {"model": "some-model", "api_key": KEY, "base_url": address, "timeout": 5.0} | given
        settings = ProviderSettings(name, **chosen)
        client = LLMRegistry(LLMSettings((name,), {name: settings})).create_client(name)
        try:
            yield Vendor(fake, client)
        finally:
            await client.close()


@pytest.fixture(params=["gemini", "openai", "claude"])
async def vendor(request: pytest.FixtureRequest) -> AsyncIterator[Vendor]:
    """Each vendor in turn."""
    async with start_vendor(request.param) as vendor:
        yield vendor
