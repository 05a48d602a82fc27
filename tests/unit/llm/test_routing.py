"""In which order providers are asked, by configuration and by the call."""

from collections.abc import Sequence

import pytest

from shared.llm.client import LLMClient
from shared.llm.errors import AllProvidersFailed, RequestRejected
from shared.llm.messages import Completion, Complexity, Prompt
from shared.llm.models import DEFAULT_MODELS
from shared.llm.registry import LLMRegistry
from shared.llm.scripted import ScriptedClient
from shared.llm.settings import LLMSettings, Routing
from tests.unit.llm.conftest import PROMPT

ORDER = ("gemini", "openai", "claude", "own")


def registry(routing: Routing) -> tuple[LLMRegistry, list[str]]:
    """Providers that answer under the names of real models, one of unknown price, and who was asked."""
    asked: list[str] = []
    made = LLMRegistry(
        LLMSettings(ORDER, {}, routing=routing), on_attempt=lambda attempt: asked.append(attempt.provider)
    )
    for name in ORDER:
        client: LLMClient = ScriptedClient(["{}"] * 20, provider=name, model=DEFAULT_MODELS.get(name, "unheard-of"))
        made.register(name, lambda _settings, client=client: client)  # type: ignore[misc] # binds this turn's client
    return made, asked


def ask(complexity: Complexity) -> Prompt:
    """A prompt about a resume of this complexity."""
    return Prompt(PROMPT.system, PROMPT.user, PROMPT.schema_name, PROMPT.schema, PROMPT.version, complexity=complexity)


def refuse(_: Completion) -> None:
    """Sends the call on to the next provider."""
    raise RequestRejected


async def order_of(routing: Routing, complexity: Complexity = "ordinary", first: str | None = None) -> Sequence[str]:
    """Who is asked after whom, where each answer is refused."""
    made, asked = registry(routing)
    with pytest.raises(AllProvidersFailed):
        await made.get_client_with_fallback(first).answer(ask(complexity), refuse, timeout=60)
    return asked


@pytest.mark.parametrize(
    ("routing", "complexity", "first", "order"),
    [
        ("fixed", "ordinary", None, ["gemini", "openai", "claude", "own"]),
        ("cheapest", "ordinary", None, ["openai", "gemini", "claude", "own"]),
        ("complexity", "simple", None, ["openai", "gemini", "claude", "own"]),
        ("complexity", "ordinary", None, ["gemini", "openai", "claude", "own"]),
        ("complexity", "hard", None, ["claude", "gemini", "openai", "own"]),
        ("cheapest", "ordinary", "claude", ["claude", "openai", "gemini", "own"]),
        ("fixed", "hard", "own", ["own", "gemini", "openai", "claude"]),
    ],
    ids=["fixed", "cheapest", "simple", "ordinary", "hard", "wish before price", "wish before order"],
)
async def test_the_order(routing: Routing, complexity: Complexity, first: str | None, order: list[str]) -> None:
    """By the policy; what the caller wishes comes first; an unknown price comes last, for it is not zero."""
    assert await order_of(routing, complexity, first) == order


@pytest.mark.parametrize("routing", ["cheapest", "fastest", "complexity"])
async def test_rules_of_our_own_come_last(routing: Routing) -> None:
    """They cost nothing and are the fastest, and that is no reason to ask them first."""
    asked: list[str] = []
    made = LLMRegistry(
        LLMSettings(("local", "claude"), {}, routing=routing), on_attempt=lambda attempt: asked.append(attempt.provider)
    )
    for name in ("local", "claude"):
        client: LLMClient = ScriptedClient(["{}"], provider=name, model="any")
        made.register(name, lambda _settings, client=client: client)  # type: ignore[misc] # binds this turn's client

    await made.get_client_with_fallback().complete(ask("simple"), timeout=60)

    assert asked == ["claude"]


async def test_the_fastest_comes_first_once_all_are_known() -> None:
    """Who was never asked is asked first, each once; then the median of the latest answers decides."""
    made, asked = registry("fastest")
    chain = made.get_client_with_fallback()
    for _ in ORDER:
        await chain.complete(PROMPT, timeout=60)
    assert sorted(asked) == sorted(ORDER)
    for seconds, endpoint in zip((9, 2, 1, 5), chain._endpoints, strict=True):
        for _ in range(5):
            endpoint.latencies.note_answer(seconds, None, seconds)

    await chain.complete(PROMPT, timeout=60)

    assert asked[-1] == "claude"
