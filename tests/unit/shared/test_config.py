"""Settings: what is read, what is refused, and that no value is told."""

import contextlib
from pathlib import Path

import pytest

from shared.config import SettingsInvalid, load_settings


def test_nothing_set_runs() -> None:
    """Without any variable everything has its documented default and no provider has a key."""
    settings = load_settings({})

    assert (settings.gateway_port, settings.port("resume"), settings.metrics_port("learning")) == (8080, 8001, 9103)
    assert settings.embedded_database
    assert settings.llm.order == ("gemini", "openai", "claude")
    assert settings.llm.providers == {}


def test_a_key_makes_a_provider() -> None:
    """A vendor is configured by its key; the rest has defaults and is overridable."""
    settings = load_settings(
        {
            "CLAUDE_API_KEY": "secret",
            "CLAUDE_MODEL": "m",
            "CLAUDE_BASE_URL": "http://127.0.0.1:1",
            "LLM_TEMPERATURE": "0.3",
        }
    )

    claude = settings.llm.providers["claude"]
    assert (claude.model, claude.base_url, claude.temperature) == ("m", "http://127.0.0.1:1", 0.3)
    assert "secret" not in repr(settings)


def test_any_compatible_server_is_a_provider_by_name() -> None:
    """A name that is no vendor's stands for an OpenAI-compatible server."""
    settings = load_settings(
        {"LLM_PROVIDERS": "my-vllm, gemini", "MY_VLLM_BASE_URL": "http://127.0.0.1:1/v1", "MY_VLLM_MODEL": "llama"}
    )

    assert settings.llm.order == ("my-vllm", "gemini")
    assert settings.llm.providers["my-vllm"].model == "llama"


def test_an_empty_variable_is_not_set() -> None:
    """`X=` in a file means the default, not an empty value."""
    assert load_settings({"GATEWAY_PORT": "", "MONGODB_URL": ""}).gateway_port == 8080


def test_space_around_a_value_is_dropped() -> None:
    """A key that ends in a line break is the key; one of nothing but space is none."""
    providers = load_settings({"OPENAI_API_KEY": " key\n", "GEMINI_API_KEY": " "}).llm.providers

    assert {name: provider.api_key for name, provider in providers.items()} == {"openai": "key"}


@pytest.mark.parametrize(
    ("host", "address"),
    [
        pytest.param("0.0.0.0", "0.0.0.0:8001", id="IPv4"),
        pytest.param("::1", "[::1]:8001", id="IPv6"),
        pytest.param("[::1]", "[::1]:8001", id="IPv6 in brackets"),
    ],
)
def test_listen_address(host: str, address: str) -> None:
    """A service listens at addresses of either kind, however they are written."""
    assert load_settings({"LISTEN_HOST": host}).listen_address("resume") == address


def test_calls_in_flight_may_end() -> None:
    """By default a process that is told to stop outlasts the longest generation it has begun."""
    settings = load_settings({})

    assert settings.shutdown_grace_seconds > settings.llm_deadline_seconds + settings.resume_timeout_seconds


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    """A `.env` that cannot be read is refused by name, without what stands in it."""
    (tmp_path / ".env").write_bytes(b"OPENAI_API_KEY=geheim\xff")

    with contextlib.chdir(tmp_path), pytest.raises(SettingsInvalid) as caught:
        load_settings()

    assert str(caught.value) == "the file .env cannot be read as UTF-8"


def test_level_in_capitals() -> None:
    """LOG_LEVEL is written in either case."""
    assert load_settings({"LOG_LEVEL": "WARNING"}).log_level == "warning"


@pytest.mark.parametrize(
    ("environment", "variable"),
    [
        pytest.param({"GATEWAY_PORT": "99999"}, "GATEWAY_PORT", id="port out of range"),
        pytest.param({"LLM_TIMEOUT_SECONDS": "soon"}, "LLM_TIMEOUT_SECONDS", id="not a number"),
        pytest.param({"LOG_FORMAT": "xml"}, "LOG_FORMAT", id="unknown word"),
        pytest.param({"LLM_PROVIDERS": "vllm", "VLLM_MODEL": "m"}, "VLLM_BASE_URL", id="server without address"),
        pytest.param({"LLM_PROVIDERS": "vllm", "VLLM_BASE_URL": "http://h"}, "VLLM_MODEL", id="server without model"),
        pytest.param({"OPENAI_API_KEY": "k3y", "OPENAI_BASE_URL": "vllm:8000"}, "OPENAI_BASE_URL", id="no scheme"),
        pytest.param(
            {"GEMINI_API_KEY": "k3y", "GEMINI_API_ENDPOINT": "https://proxy"}, "GEMINI_API_ENDPOINT", id="gRPC by URL"
        ),
        pytest.param({"MONGODB_DATABASE": "a/b"}, "MONGODB_DATABASE", id="no name of a database"),
        pytest.param({"LLM_PROVIDERS": "1x"}, "LLM_PROVIDERS", id="name with a digit first"),
    ],
)
def test_what_is_wrong_is_named(environment: dict[str, str], variable: str) -> None:
    """A refusal names the variable and never its value."""
    with pytest.raises(SettingsInvalid) as caught:
        load_settings(environment)

    assert variable in str(caught.value)
    assert not any(value in str(caught.value) for value in environment.values() if value not in ("vllm", "m", "1x"))
