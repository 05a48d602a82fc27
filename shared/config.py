"""Settings: read once, frozen, the only reader of the environment.

A name stands for the variable of the same name in capitals; a file `.env` in the working directory is honoured, and the
environment outranks it. `.env.example` documents every variable.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from dotenv import dotenv_values
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from shared.endpoints import kind_of
from shared.llm.settings import TOKENS_PER_ANSWER, Limits, LLMSettings, ProviderSettings, Routing
from shared.provider_variables import VENDORS, MaxTokens, Seconds, Temperature, read_providers

Port = Annotated[int, Field(ge=1, le=65535)]


def _split(value: object) -> object:
    return tuple(name for part in value.split(",") if (name := part.strip())) if isinstance(value, str) else value


Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
Origin = Annotated[str, Field(pattern=r"^https?://[A-Za-z0-9.:\[\]-]+$")]


def _check_addresses(addresses: tuple[str, ...]) -> tuple[str, ...]:
    """Raises `ValueError` for what is no list of endpoints; the text has no value."""
    kinds = {kind_of(address) for address in addresses}
    if None in kinds:
        raise ValueError("each must be host:port; an IPv6 address stands in brackets")
    if len(set(addresses)) < len(addresses):
        raise ValueError("names an address twice")
    if len(addresses) > 1 and kinds not in ({"ipv4"}, {"ipv6"}):
        raise ValueError("several must be IP addresses of one kind; a single name may stand for many")
    return addresses


Addresses = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split), AfterValidator(_check_addresses)]


def _read_weights(text: object) -> object:
    """`questions/1=1,questions/2=3` as numbers by version; a version alone has the weight 1."""
    if not isinstance(text, str):
        return text
    entries = [entry.partition("=") for entry in text.split(",") if entry.strip()]
    return {version.strip(): weight.strip() or 1 for version, _, weight in entries}


# Weights of prompt versions; empty: the newest version alone.
PromptWeights = Annotated[
    Mapping[str, Annotated[float, Field(ge=0, le=1_000_000)]], NoDecode, BeforeValidator(_read_weights)
]


class SettingsInvalid(Exception):
    """The environment breaks a rule; the text names every variable and its rule, never a value."""


class Settings(BaseSettings):
    """What an operator can set."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True, hide_input_in_errors=True)

    listen_host: str = "127.0.0.1"
    gateway_port: Port = 8080
    resume_port: Port = 8001
    interview_port: Port = 8002
    learning_port: Port = 8003
    envoy_admin_port: Port = 9901
    # The next two are taken, too.
    metrics_port_base: Annotated[int, Field(ge=1, le=65533)] = 9101

    # Names under which the API is published, without a port.
    gateway_hosts: Words = ("localhost", "api.localhost", "127.0.0.1", "[::1]")
    gateway_cors_origins: Annotated[tuple[Origin, ...], NoDecode, BeforeValidator(_split)] = ()
    # Of one client's address; 0 lifts a limit.
    gateway_requests_per_minute: Annotated[int, Field(ge=0, le=1_000_000)] = 100
    gateway_connections_per_client: Annotated[int, Field(ge=0, le=1_000_000)] = 50
    # To one process; of its own accord by what there is to wait for.
    gateway_generations_in_flight: Annotated[int, Field(ge=1, le=10_000)] | None = None
    gateway_tls_port: Port | None = None
    gateway_tls_certificate: Path | None = None
    gateway_tls_key: Annotated[Path | None, Field(validate_default=True)] = None

    resume_address: Addresses = ()
    interview_address: Addresses = ()
    learning_address: Addresses = ()
    resume_timeout_seconds: Seconds = 5.0
    erasure_timeout_seconds: Seconds = 5.0
    # Whether the next process of a service may listen at the ports of the one that is about to leave.
    rolling_restarts: bool = False
    # Longer than the longest call, which is a generation: its resume, its deadline, its storing.
    shutdown_grace_seconds: Seconds = 70.0

    mongodb_url: SecretStr | None = None
    mongodb_database: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,60}$")] = "career_coach"
    mongodb_timeout_seconds: Seconds = 3.0
    mongo_port: Port = 27017
    data_dir: Path = Path(".data")

    llm_providers: Annotated[tuple[str, ...], NoDecode] = VENDORS
    llm_temperature: Temperature | None = None
    llm_max_tokens: MaxTokens = 8192
    llm_timeout_seconds: Seconds = 30.0
    llm_deadline_seconds: Seconds = 60.0
    llm_routing: Routing = "fixed"
    llm_hedge_percent: Annotated[float, Field(ge=0, le=100)] = 5.0
    llm_concurrency: Annotated[int, Field(ge=1, le=10_000)] = 256
    llm_queue: Annotated[int, Field(ge=0, le=100_000)] = 1024
    llm_queue_seconds: Seconds = 2.0
    llm_calls_per_minute: Annotated[int, Field(ge=1, le=1_000_000)] = 1000
    llm_tokens_per_answer: Annotated[int, Field(ge=1000, le=10_000_000)] = TOKENS_PER_ANSWER
    llm_daily_cap_usd: Annotated[float, Field(ge=0, le=1_000_000)] | None = None
    llm_monthly_cap_usd: Annotated[float, Field(ge=0, le=1_000_000)] | None = None

    interview_prompts: PromptWeights = Field(default_factory=dict)
    learning_prompts: PromptWeights = Field(default_factory=dict)

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["auto", "console", "json"] = "auto"

    providers: Mapping[str, ProviderSettings] = Field(default_factory=dict, exclude=True)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - part of the signature that is overridden
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - as above
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - as above
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - as above
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """`load_settings` has read the environment already: one reading serves the fields and the providers."""
        return (init_settings,)

    @field_validator("listen_host")
    @classmethod
    def _without_brackets(cls, host: str) -> str:
        return host.strip("[]")

    @field_validator("gateway_tls_key")
    @classmethod
    def _with_port_and_certificate(cls, key: Path | None, others: ValidationInfo) -> Path | None:
        parts = {others.data.get("gateway_tls_port"), others.data.get("gateway_tls_certificate"), key}
        if None in parts and parts != {None}:
            raise ValueError("GATEWAY_TLS_PORT, GATEWAY_TLS_CERTIFICATE and GATEWAY_TLS_KEY go together")
        return key

    @property
    def database_url(self) -> str:
        """Where the database is: `MONGODB_URL`, or the embedded one of the local run."""
        if self.mongodb_url is not None:
            return self.mongodb_url.get_secret_value()
        return f"mongodb://127.0.0.1:{self.mongo_port}"

    @property
    def embedded_database(self) -> bool:
        """Whether the local run has to start a database."""
        return self.mongodb_url is None

    def addresses(self, service: str) -> tuple[str, ...]:
        """Where other processes find `service`, as `host:port`: what is configured, or its port on this machine."""
        configured: tuple[str, ...] = getattr(self, f"{service}_address")
        return configured or (f"127.0.0.1:{self.port(service)}",)

    def listen_address(self, service: str) -> str:
        """Host and port where `service` listens."""
        host = f"[{self.listen_host}]" if ":" in self.listen_host else self.listen_host
        return f"{host}:{self.port(service)}"

    def port(self, service: str) -> int:
        """Where `service` listens."""
        port: int = getattr(self, f"{service}_port")
        return port

    def metrics_port(self, service: str) -> int:
        """Where the metrics of `service` are: one port after the other from the base."""
        return self.metrics_port_base + ("resume", "interview", "learning").index(service)

    @property
    def generations_in_flight(self) -> int:
        """How many the gateway lets to one process at once: one without a vendor works all the time and never waits."""
        if self.gateway_generations_in_flight is not None:
            return self.gateway_generations_in_flight
        # Every policy but this one asks our own rules last.
        is_by_rules = self.llm_routing == "fixed" and self.llm_providers[:1] == ("local",)
        has_vendor = any(name in self.providers for name in self.llm_providers)
        return 512 if has_vendor and not is_by_rules else 8

    def prompt_weights(self, service: str) -> Mapping[str, float]:
        """Weights of the active prompt versions of `service`; empty where the newest alone is meant."""
        weights: Mapping[str, float] = getattr(self, f"{service}_prompts")
        return weights

    @property
    def llm(self) -> LLMSettings:
        """What the provider library needs to know."""
        return LLMSettings(
            order=self.llm_providers,
            providers=self.providers,
            deadline=self.llm_deadline_seconds,
            routing=self.llm_routing,
            hedge_percent=self.llm_hedge_percent,
            limits=Limits(
                concurrency=self.llm_concurrency,
                queue=self.llm_queue,
                queue_seconds=self.llm_queue_seconds,
                calls_per_minute=self.llm_calls_per_minute,
                tokens_per_answer=self.llm_tokens_per_answer,
                daily_cap_usd=self.llm_daily_cap_usd,
                monthly_cap_usd=self.llm_monthly_cap_usd,
            ),
        )


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Reads the environment (by default this process's, over `.env`); raises `SettingsInvalid`."""
    if environment is None:
        environment = {**_read_file(), **os.environ}
    # A key that was piped into a file ends in a line break, which no header takes.
    given = {name.lower(): value.strip() for name, value in environment.items() if value.strip()}
    # The vocabularies are lower-case; operators write LOG_LEVEL=INFO as often as info.
    for name in ("log_level", "log_format", "llm_routing"):
        if name in given:
            given[name] = given[name].lower()
    values: dict[str, object] = {name: given[name] for name in Settings.model_fields if name in given}
    values.pop("providers", None)
    order = tuple(name.strip().lower() for name in given.get("llm_providers", ",".join(VENDORS)).split(","))
    values["llm_providers"] = tuple(name for name in order if name)
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        raise SettingsInvalid(
            "; ".join(f"{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors())
        ) from None
    defaults = {
        "temperature": settings.llm_temperature,
        "max_output_tokens": settings.llm_max_tokens,
        "timeout": settings.llm_timeout_seconds,
    }
    providers, problems = read_providers(settings.llm_providers, given, defaults, Settings.model_fields)
    if problems:
        raise SettingsInvalid("; ".join(problems))
    return settings.model_copy(update={"providers": providers})


def _read_file() -> dict[str, str]:
    try:
        return {name: value for name, value in dotenv_values(".env").items() if value is not None}
    except (OSError, UnicodeDecodeError):
        raise SettingsInvalid("the file .env cannot be read as UTF-8") from None
