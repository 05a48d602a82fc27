"""Fake vendor servers: they speak the vendors' wires over real sockets, so that the real SDKs are what is tested.

    async with FakeOpenAI() as fake:
        fake.script(status(429, retry_after=2), answer({"questions": []}))
        ... a client with base_url=fake.base_url ...
        assert fake.requests[0].body["model"] == "gpt-6-luna"

A script is played line by line; when it is over, the default answers.
"""

from tests.support.vendors.behaviours import (
    VENDOR_TEXT,
    Behaviour,
    Tokens,
    answer,
    cut,
    drip,
    hang,
    refuse,
    status,
    truncated,
    wrong_shape,
)
from tests.support.vendors.claude import FakeClaude
from tests.support.vendors.gemini import FakeGemini
from tests.support.vendors.openai import FakeOpenAI
from tests.support.vendors.script import ReceivedRequest

__all__ = [
    "VENDOR_TEXT",
    "Behaviour",
    "FakeClaude",
    "FakeGemini",
    "FakeOpenAI",
    "ReceivedRequest",
    "Tokens",
    "answer",
    "cut",
    "drip",
    "hang",
    "refuse",
    "status",
    "truncated",
    "wrong_shape",
]
