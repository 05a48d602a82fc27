"""Settings: what is read, what is refused, and that no value is told."""

import contextlib
from dataclasses import replace
from pathlib import Path

import pytest

from shared.config import SettingsInvalid, load_settings
from shared.llm.settings import Limits, Tariff

VLLM = {"LLM_PROVIDERS": "vllm", "VLLM_BASE_URL": "http://h", "VLLM_MODEL": "m"}


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


@pytest.mark.parametrize(
    ("variable", "value", "field", "expected"),
    [
        ("PRICE", "0.3, 0.03,2.5", "tariff", Tariff(0.3, 0.03, 2.5)),
        ("PRICE", "0,0,0", "tariff", Tariff(0, 0, 0)),
        ("PRIORITY", "-1", "priority", -1),
        ("STREAMING", "false", "streaming", False),
        ("STREAMING", "TRUE", "streaming", True),
        ("TIMEOUT_SECONDS", "7.5", "timeout", 7.5),
        ("TEMPERATURE", "0", "temperature", 0.0),
        ("MAX_TOKENS", "512", "max_output_tokens", 512),
    ],
)
def test_a_provider_may_have_its_own(variable: str, value: str, field: str, expected: object) -> None:
    """What is set for one provider outranks what is set for all, and the others keep the latter."""
    for_all = {"LLM_TIMEOUT_SECONDS": "20", "LLM_TEMPERATURE": "1", "LLM_MAX_TOKENS": "1024"}
    both = {
        "LLM_PROVIDERS": "my-vllm,openai",
        "OPENAI_API_KEY": "k",
        "MY_VLLM_BASE_URL": "http://h",
        "MY_VLLM_MODEL": "m",
    }

    providers = load_settings({**both, **for_all, f"MY_VLLM_{variable}": value}).llm.providers

    own, other = providers["my-vllm"], providers["openai"]
    assert getattr(own, field) == expected
    assert (other.timeout, other.temperature, other.max_output_tokens) == (20.0, 1.0, 1024)
    assert (other.tariff, other.priority, other.streaming) == (None, None, True)
    assert replace(own, **{field: getattr(other, field)}) == replace(
        other, name="my-vllm", model="m", api_key="", base_url="http://h"
    )


def test_limits_and_routing() -> None:
    """Each is read into its field; without any of them there is no money cap."""
    settings = load_settings(
        {
            "LLM_ROUTING": "Cheapest",
            "LLM_HEDGE_PERCENT": "0",
            "LLM_CONCURRENCY": "8",
            "LLM_QUEUE": "0",
            "LLM_QUEUE_SECONDS": "0.5",
            "LLM_CALLS_PER_MINUTE": "60",
            "LLM_DAILY_CAP_USD": "0",
            "LLM_MONTHLY_CAP_USD": "99.5",
        }
    )

    assert (settings.llm.routing, settings.llm.hedge_percent) == ("cheapest", 0.0)
    assert settings.llm.limits == Limits(8, 0, 0.5, 60, 0.0, 99.5)
    assert load_settings({}).llm.limits == Limits()


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


@pytest.mark.parametrize(
    ("value", "addresses"),
    [
        pytest.param("", ("127.0.0.1:8001",), id="none"),
        pytest.param("resume:8001", ("resume:8001",), id="name"),
        pytest.param("10.0.0.1:8001, 10.0.0.2:8011", ("10.0.0.1:8001", "10.0.0.2:8011"), id="IPv4"),
        pytest.param("[::1]:8001,[fe80::2]:8001", ("[::1]:8001", "[fe80::2]:8001"), id="IPv6"),
    ],
)
def test_addresses_of_a_service(value: str, addresses: tuple[str, ...]) -> None:
    """A service is found at its own port on this machine, or wherever it is said to be, in words with commas."""
    assert load_settings({"RESUME_ADDRESS": value}).addresses("resume") == addresses


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


def test_what_the_gateway_lets_in() -> None:
    """Only what is listed, in words with commas; and there are limits."""
    default = load_settings({})
    settings = load_settings(
        {"GATEWAY_HOSTS": "api.example, localhost", "GATEWAY_CORS_ORIGINS": "https://a.example,http://localhost:3000"}
    )

    assert (default.gateway_requests_per_minute, default.gateway_connections_per_client) == (100, 50)
    assert (default.gateway_cors_origins, default.gateway_tls_port) == ((), None)
    assert settings.gateway_hosts == ("api.example", "localhost")
    assert settings.gateway_cors_origins == ("https://a.example", "http://localhost:3000")


@pytest.mark.parametrize(
    ("environment", "variable"),
    [
        pytest.param(
            {"GATEWAY_CORS_ORIGINS": "https://a.example/page"}, "GATEWAY_CORS_ORIGINS_0", id="page, no origin"
        ),
        pytest.param({"GATEWAY_CORS_ORIGINS": "*"}, "GATEWAY_CORS_ORIGINS_0", id="every page"),
        pytest.param({"RESUME_ADDRESS": "resume"}, "RESUME_ADDRESS", id="no port"),
        pytest.param({"RESUME_ADDRESS": "10.0.0.1:8001,10.0.0.2"}, "RESUME_ADDRESS", id="second without port"),
        pytest.param({"RESUME_ADDRESS": "10.0.0.1:80010"}, "RESUME_ADDRESS", id="port of an address out of range"),
        pytest.param({"RESUME_ADDRESS": "10.0.0:8001"}, "RESUME_ADDRESS", id="half an address"),
        pytest.param({"RESUME_ADDRESS": "http://resume:8001"}, "RESUME_ADDRESS", id="URL"),
        pytest.param({"RESUME_ADDRESS": "::1:8001"}, "RESUME_ADDRESS", id="IPv6 without brackets"),
        pytest.param({"RESUME_ADDRESS": "127.0.0.1:1,[::1]:1"}, "RESUME_ADDRESS", id="addresses of two kinds"),
        pytest.param({"LEARNING_ADDRESS": "h1:8003,h2:8003"}, "LEARNING_ADDRESS", id="two names"),
        pytest.param({"INTERVIEW_ADDRESS": "10.0.0.1:1,10.0.0.1:1"}, "INTERVIEW_ADDRESS", id="one address twice"),
        pytest.param({"METRICS_PORT_BASE": "65534"}, "METRICS_PORT_BASE", id="no port for the third"),
        pytest.param({"ROLLING_RESTARTS": "perhaps"}, "ROLLING_RESTARTS", id="neither on nor off"),
        pytest.param({"GATEWAY_REQUESTS_PER_MINUTE": "-1"}, "GATEWAY_REQUESTS_PER_MINUTE", id="limit below zero"),
        pytest.param({"GATEWAY_TLS_PORT": "8443"}, "GATEWAY_TLS_KEY", id="TLS without a certificate"),
        pytest.param({"GATEWAY_TLS_KEY": "/run/key.pem"}, "GATEWAY_TLS_KEY", id="key without a port"),
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
        pytest.param({**VLLM, "VLLM_PRICE": "0.3"}, "VLLM_PRICE", id="one price"),
        pytest.param({**VLLM, "VLLM_PRICE": "0.3,0.1,free"}, "VLLM_PRICE", id="price in words"),
        pytest.param({**VLLM, "VLLM_PRICE": "-1,0,0"}, "VLLM_PRICE", id="price below zero"),
        pytest.param({**VLLM, "VLLM_PRICE": "nan,0,0"}, "VLLM_PRICE", id="no price at all"),
        pytest.param({**VLLM, "VLLM_PRIORITY": "high"}, "VLLM_PRIORITY", id="priority in words"),
        pytest.param({**VLLM, "VLLM_PRIORITY": "99999999999"}, "VLLM_PRIORITY", id="priority beyond all numbers"),
        pytest.param({**VLLM, "VLLM_STREAMING": "perhaps"}, "VLLM_STREAMING", id="neither true nor false"),
        pytest.param({**VLLM, "VLLM_TIMEOUT_SECONDS": "-3"}, "VLLM_TIMEOUT_SECONDS", id="time below zero"),
        pytest.param({**VLLM, "VLLM_TEMPERATURE": "2.5"}, "VLLM_TEMPERATURE", id="temperature out of range"),
        pytest.param({**VLLM, "VLLM_MAX_TOKENS": "17"}, "VLLM_MAX_TOKENS", id="hardly a token"),
        pytest.param(
            {"OPENAI_API_KEY": "k3y", "OPENAI_TIMEOUT_SECONDS": "soon"}, "OPENAI_TIMEOUT_SECONDS", id="vendor's"
        ),
        pytest.param({"LLM_PROVIDERS": "llm"}, "LLM_PROVIDERS", id="name with variables of ours"),
        pytest.param(
            {"LLM_PROVIDERS": "a-b,a_b", "A_B_BASE_URL": "http://h", "A_B_MODEL": "m"},
            "LLM_PROVIDERS",
            id="names with the same variables",
        ),
        pytest.param({"LLM_ROUTING": "random"}, "LLM_ROUTING", id="unknown routing"),
        pytest.param({"LLM_DAILY_CAP_USD": "-5"}, "LLM_DAILY_CAP_USD", id="cap below zero"),
        pytest.param({"LLM_MONTHLY_CAP_USD": "inf"}, "LLM_MONTHLY_CAP_USD", id="cap without end"),
        pytest.param({"LLM_CONCURRENCY": "0"}, "LLM_CONCURRENCY", id="nobody at all"),
        pytest.param({"LLM_PROVIDERS": "1x"}, "LLM_PROVIDERS", id="name with a digit first"),
    ],
)
def test_what_is_wrong_is_named(environment: dict[str, str], variable: str) -> None:
    """A refusal names the variable and never its value."""
    with pytest.raises(SettingsInvalid) as caught:
        load_settings(environment)

    told = str(caught.value)
    assert told.startswith(f"{variable}: ")
    assert not any(value in told for value in environment.values() if value not in ("vllm", "m", "1x"))
