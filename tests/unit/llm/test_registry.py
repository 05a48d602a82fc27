"""Providers by name: who is there, who is asked first, and who stands behind."""

import subprocess
import sys
from typing import Any

import pytest
from structlog.testing import capture_logs

from shared.llm.errors import ProviderNotAvailable
from shared.llm.providers.local import LocalClient
from shared.llm.registry import LLMRegistry
from shared.llm.scripted import ScriptedClient
from shared.llm.settings import LLMSettings, ProviderSettings
from tests.unit.llm.conftest import PROMPT

ORDER = ("gemini", "openai", "vllm", "claude")


def registry(*configured: str, order: tuple[str, ...] = ORDER, local: bool = True) -> LLMRegistry:
    """A registry in which these names are configured and answer without a network."""
    providers = {name: ProviderSettings(name, f"{name}-1", "key", "http://127.0.0.1:9") for name in configured}
    made = LLMRegistry(LLMSettings(order, providers))
    for name in configured:
        made.register(name, lambda settings: ScriptedClient(["{}"], provider=settings.name, model=settings.model))
    if local:
        made.register("local", lambda _: LocalClient(lambda subject, _: {"of": str(subject)}))
    return made


@pytest.mark.parametrize(
    ("configured", "first", "fallback", "expected"),
    [
        (("claude", "gemini"), None, True, ("gemini", "claude")),
        (("claude", "gemini"), "claude", True, ("claude", "gemini")),
        (("claude", "gemini"), "claude", False, ("claude",)),
        (("claude", "gemini"), None, False, ("gemini",)),
        (("claude", "gemini"), "local", True, ("local", "gemini", "claude")),
        (("claude", "gemini"), "local", False, ("local",)),
        (("vllm", "mistral"), "mistral", True, ("mistral", "vllm")),
        (("vllm", "mistral"), None, True, ("vllm",)),
        ((), None, True, ("local",)),
        ((), "local", True, ("local",)),
    ],
    ids=lambda value: str(value),
)
async def test_a_chain_follows_the_order(
    configured: tuple[str, ...], first: str | None, fallback: bool, expected: tuple[str, ...]
) -> None:
    """The configured order, the one that was asked for in front, and our own rules only where nothing else is."""
    made = registry(*configured)

    chain = made.get_client_with_fallback(first, fallback=fallback)

    assert chain.providers == expected


@pytest.mark.parametrize("name", ["claude", "nobody", ""])
async def test_who_is_not_configured_cannot_be_asked(name: str) -> None:
    """The refusal tells who can be."""
    made = registry("gemini")

    for ask in (made.create_client, made.get_client, made.get_client_with_fallback):
        with pytest.raises(ProviderNotAvailable) as raised:
            ask(name)

        assert raised.value.provider == name
        assert raised.value.available == ("gemini", "local")


async def test_a_chain_of_nobody_is_refused() -> None:
    """Without any provider, our own rules included, there is nothing to make a chain of."""
    with pytest.raises(ProviderNotAvailable) as raised:
        registry(local=False).get_client_with_fallback()

    assert raised.value.available == ()


async def test_available_are_the_configured_in_order_and_local_last() -> None:
    """The list is what a caller may ask for."""
    assert registry("claude", "mistral", "openai").get_available_clients() == ("openai", "claude", "mistral", "local")


async def test_an_unknown_name_needs_an_address() -> None:
    """A name that is no vendor's is a compatible server, which has to be somewhere."""
    providers = {
        name: ProviderSettings(name, "m", "", address)
        for name, address in (("here", "http://127.0.0.1:9"), ("nowhere", None))
    }
    made = LLMRegistry(LLMSettings(("here", "nowhere"), providers))

    assert made.get_available_clients() == ("here",)


async def test_a_client_is_made_once_a_name_and_closed_with_the_registry() -> None:
    """`get_client` shares, `create_client` does not, and closing the registry closes what was shared."""
    made = registry("gemini")
    shared, own = made.get_client("gemini"), made.create_client("gemini")

    again = made.get_client("gemini")
    await made.close()

    assert isinstance(shared, ScriptedClient)
    assert isinstance(own, ScriptedClient)
    assert again is shared
    assert own is not shared
    assert (shared.closed, own.closed) == (True, False)


@pytest.mark.parametrize("name", ["gemini", "openai", "claude", "vllm"])
async def test_a_vendor_is_made_of_its_settings(name: str) -> None:
    """Each vendor has its file, and any other name with an address speaks OpenAI's contract."""
    settings = ProviderSettings(name, "some-model", "key", "127.0.0.1:9" if name == "gemini" else "http://127.0.0.1:9")
    made = LLMRegistry(LLMSettings((name,), {name: settings}))

    client = made.get_client(name)
    await made.close()

    assert (client.provider, client.model) == (name, "some-model")
    assert type(client).__name__ == {"gemini": "GeminiClient", "claude": "ClaudeClient"}.get(name, "OpenAIClient")


@pytest.mark.parametrize(
    ("name", "model", "event"),
    [
        ("claude", "claude-3-5-sonnet-20241022", "llm.model_ended"),
        ("openai", "gpt-6-luna", None),
    ],
)
async def test_a_model_with_an_end_is_announced(name: str, model: str, event: str | None) -> None:
    """An operator hears of a model that its vendor withdraws, before or after the day."""
    made = LLMRegistry(LLMSettings((name,), {name: ProviderSettings(name, model, "key")}))

    with capture_logs() as events:
        made.get_client(name)
    await made.close()

    assert [each["event"] for each in events] == ([event] if event else [])


async def test_attempts_of_every_chain_are_seen() -> None:
    """Whoever counts usage watches the registry."""
    seen: list[Any] = []
    made = LLMRegistry(LLMSettings((), {}), on_attempt=seen.append)
    made.register("local", lambda _: LocalClient(lambda *_: {}))

    answer = await made.get_client_with_fallback().answer(PROMPT, lambda completion: completion.text, timeout=5)

    assert tuple(seen) == answer.attempts


def test_no_vendor_is_imported_before_its_client_is_made() -> None:
    """Each SDK costs time and memory, which a service that does not use it does not pay."""
    program = (
        "import sys; import shared.llm; "
        "print([name for name in ('openai', 'anthropic', 'google.generativeai', 'grpc') if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
