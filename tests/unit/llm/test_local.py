"""Our own rules in the place of a model, and the script in its place."""

import asyncio
import json
import random
from collections.abc import Mapping
from typing import Any

import pytest

from shared.llm.errors import Overloaded
from shared.llm.messages import Completion, Usage
from shared.llm.providers.local import LocalClient
from shared.llm.scripted import HANG, ScriptedClient, ScriptExhausted
from tests.unit.llm.conftest import PROMPT


def write(subject: object, rng: random.Random) -> Mapping[str, Any]:
    """Rules that need the subject and some luck."""
    return {"주제": subject, "luck": rng.getrandbits(64), "text": "가" * 200}


async def test_rules_answer_with_the_subject_at_no_cost() -> None:
    """The subject of the prompt is what the rules read; Korean stays readable and the cost is known to be nothing."""
    completion = await LocalClient(write).complete(PROMPT, timeout=1)

    assert json.loads(completion.text)["주제"] == "the subject"
    assert "주제" in completion.text
    assert (completion.provider, completion.model, completion.usage) == ("local", "rules-1", Usage(cost_usd=0.0))


async def test_asking_again_gives_another_answer() -> None:
    """Luck is fresh each time, also for callers at the same moment."""
    client = LocalClient(write)

    answers = await asyncio.gather(*(client.complete(PROMPT, timeout=1) for _ in range(5)))

    assert len({answer.text for answer in answers}) == 5


@pytest.mark.parametrize(
    "client", [LocalClient(write), ScriptedClient(['{"text": "whole"}'])], ids=["local", "scripted"]
)
async def test_a_stream_adds_up(client: LocalClient | ScriptedClient) -> None:
    """Text comes in pieces, the completion comes last."""
    items = [item async for item in client.stream(PROMPT, timeout=1)]

    assert len(items) > 2
    assert isinstance(items[-1], Completion)
    assert "".join(str(item) for item in items[:-1]) == items[-1].text


async def test_a_script_is_played_line_by_line() -> None:
    """Texts, completions and errors come in their order, and what was asked can be looked at."""
    whole = Completion("a", "other", "other-1")
    client = ScriptedClient(["text", whole, Overloaded(status=503)], usage=Usage(1, 0, 1, 0))

    first = await client.complete(PROMPT, timeout=3)
    second = await client.complete(PROMPT, timeout=4)
    with pytest.raises(Overloaded):
        await client.complete(PROMPT, timeout=5)

    assert first == Completion("text", "scripted", "scripted-1", Usage(1, 0, 1, 0))
    assert second is whole
    assert client.prompts == [PROMPT] * 3
    assert client.timeouts == [3, 4, 5]


async def test_the_end_of_a_script_is_an_error_that_says_so() -> None:
    """A provider that is asked too often is a mistake of the test."""
    with pytest.raises(ScriptExhausted, match="scripted was asked 1 times"):
        await ScriptedClient([]).complete(PROMPT, timeout=1)


async def test_a_line_can_hang() -> None:
    """A hanging line waits for the caller to leave."""
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await ScriptedClient([HANG]).complete(PROMPT, timeout=1)
