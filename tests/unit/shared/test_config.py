"""Settings: what is read, what is refused, and that no value is told."""

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
        pytest.param({"LLM_PROVIDERS": "1x"}, "LLM_PROVIDERS", id="name with a digit first"),
    ],
)
def test_what_is_wrong_is_named(environment: dict[str, str], variable: str) -> None:
    """A refusal names the variable and never its value."""
    with pytest.raises(SettingsInvalid) as caught:
        load_settings(environment)

    assert variable in str(caught.value)
    assert not any(value in str(caught.value) for value in environment.values() if value not in ("vllm", "m", "1x"))
