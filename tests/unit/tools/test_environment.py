"""What operators are told of the environment is what the settings read."""

import re

import pytest
import yaml

from shared.config import Settings, load_settings
from tools.procfile import ROOT, SERVICES

LINE = re.compile(r"^# ([A-Z][A-Z_]*)=(.*)$", re.MULTILINE)
FIELDS = {name.upper() for name in Settings.model_fields} - {"PROVIDERS"}


@pytest.fixture
def documented() -> dict[str, str]:
    """The variables of `.env.example` with their defaults; the first of two lines is the default."""
    lines = LINE.findall((ROOT / ".env.example").read_text(encoding="utf-8"))
    return dict(reversed(lines))


def test_every_setting_is_documented(documented: dict[str, str]) -> None:
    """A new one fails here until `.env.example` has it."""
    assert FIELDS - set(documented) == set()


def test_the_documented_defaults_are_the_defaults(documented: dict[str, str]) -> None:
    """Taking the comment signs away changes nothing."""
    written = {name: value for name, value in documented.items() if value and not name.startswith("OLLAMA_")}

    settings, default = load_settings(written), load_settings({})

    addresses = {f"{service}_address" for service in SERVICES}
    assert settings.model_dump(exclude=addresses) == default.model_dump(exclude=addresses)
    assert [settings.addresses(name) for name in SERVICES] == [default.addresses(name) for name in SERVICES]


def test_the_example_of_a_provider_of_ones_own_works() -> None:
    """As it stands there, with a model filled in."""
    lines = dict(LINE.findall((ROOT / ".env.example").read_text(encoding="utf-8")))

    settings = load_settings({name: value for name, value in lines.items() if value} | {"OLLAMA_MODEL": "qwen3"})

    assert settings.llm_providers == ("ollama", "gemini")
    assert settings.providers["ollama"].base_url == "http://127.0.0.1:11434/v1"


def test_docker_compose_sets_what_exists() -> None:
    """A misspelt variable would be ignored without a word."""
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))

    assert set(compose["x-settings"]) - FIELDS == set()
