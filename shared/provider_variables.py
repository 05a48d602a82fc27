"""What the variables of each provider say: `<NAME>_API_KEY`, `<NAME>_MODEL` and so on; they outrank the `LLM_` ones."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from shared.llm.models import DEFAULT_MODELS
from shared.llm.settings import ProviderSettings, Tariff

Seconds = Annotated[float, Field(gt=0, le=600)]
Temperature = Annotated[float, Field(ge=0, le=2)]
MaxTokens = Annotated[int, Field(ge=256, le=200_000)]

VENDORS = tuple(DEFAULT_MODELS)

# The address of a vendor's API is called what the vendor calls it; every other provider has `<NAME>_BASE_URL`.
_ADDRESS_VARIABLES = {"gemini": "GEMINI_API_ENDPOINT"}
_PROVIDER_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_NAME_RULE = "a name starts with a letter and has letters, digits, _ and - only"
_PRICE_RULE = "must be three numbers: US dollars for a million tokens of input, cached input and output"


_Dollars = Annotated[float, Field(ge=0, le=1_000_000)]
_THREE_PRICES = TypeAdapter(tuple[_Dollars, _Dollars, _Dollars])


def _read_tariff(value: str) -> Tariff:
    return Tariff(*_THREE_PRICES.validate_python(value.split(",")))


# Field of `ProviderSettings`: its suffix and who reads it.
_OPTIONS: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "temperature": ("temperature", TypeAdapter(Temperature).validate_python),
    "max_output_tokens": ("max_tokens", TypeAdapter(MaxTokens).validate_python),
    "timeout": ("timeout_seconds", TypeAdapter(Seconds).validate_python),
    "tariff": ("price", _read_tariff),
    # What a 32-bit number can say.
    "priority": ("priority", TypeAdapter(Annotated[int, Field(ge=-(2**31), lt=2**31)]).validate_python),
    "streaming": ("streaming", TypeAdapter(bool).validate_python),
}


def read_providers(
    order: Sequence[str], given: Mapping[str, str], defaults: Mapping[str, Any], taken: Collection[str]
) -> tuple[dict[str, ProviderSettings], list[str]]:
    """The providers that are configured, and what is wrong with their variables, never with a value in it.

    `given` are the variables, in lower case. `defaults` are fields of `ProviderSettings` where a provider says nothing
    of its own. `taken` are variables with a meaning of their own, which no provider's may have.
    """
    providers: dict[str, ProviderSettings] = {}
    problems: list[str] = []
    prefixes: dict[str, str] = {}
    for name in dict.fromkeys((*order, *VENDORS)):
        if name == "local" or (name in VENDORS and f"{name}_api_key" not in given):
            continue
        problem = _find_name_problem(name, prefixes, taken)
        if problem:
            problems.append(f"LLM_PROVIDERS: {problem}")
            continue
        prefixes[_prefix(name)] = name
        options, wrong = _read_options(name, given)
        providers[name] = ProviderSettings(
            name=name,
            model=given.get(f"{_prefix(name)}_model", DEFAULT_MODELS.get(name, "")),
            api_key=given.get(f"{_prefix(name)}_api_key", ""),
            base_url=given.get(_address_variable(name).lower()),
            **{**defaults, **options},
        )
        problems += [*_find_address_problems(providers[name]), *wrong]
    return providers, problems


def _prefix(name: str) -> str:
    return name.replace("-", "_")


def _address_variable(name: str) -> str:
    return _ADDRESS_VARIABLES.get(name, f"{_prefix(name).upper()}_BASE_URL")


def _find_name_problem(name: str, prefixes: Mapping[str, str], taken: Collection[str]) -> str:
    if not _PROVIDER_NAME.fullmatch(name):
        return _NAME_RULE
    if _prefix(name) in prefixes:
        return "two names differ in - and _ alone, and would have the same variables"
    suffixes = ("api_key", "model", "base_url", *(suffix for suffix, _ in _OPTIONS.values()))
    clash = next((variable for suffix in suffixes if (variable := f"{_prefix(name)}_{suffix}") in taken), None)
    return f"a provider of that name would have the variable {clash.upper()}, which is another one" if clash else ""


def _read_options(name: str, given: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    options, problems = {}, []
    for field, (suffix, read) in _OPTIONS.items():
        variable = f"{_prefix(name)}_{suffix}"
        if variable not in given:
            continue
        try:
            options[field] = read(given[variable])
        except ValidationError as error:
            # The rule; what stands there is not repeated.
            rule = _PRICE_RULE if field == "tariff" else error.errors(include_input=False)[0]["msg"]
            problems.append(f"{variable.upper()}: {rule}")
    return options, problems


def _find_address_problems(provider: ProviderSettings) -> list[str]:
    """What is wrong with where it is; Google's is asked over gRPC, whose addresses have no scheme."""
    name, variable, address = provider.name, _address_variable(provider.name), provider.base_url
    problems = []
    if address is not None and name == "gemini" and "/" in address:
        problems.append(f"{variable}: must be host:port")
    if address is not None and name != "gemini" and not address.startswith(("http://", "https://")):
        problems.append(f"{variable}: must start with http:// or https://")
    if name not in VENDORS:
        needed = {variable: address, f"{_prefix(name).upper()}_MODEL": provider.model}
        problems += [f"{v}: must be set, since LLM_PROVIDERS names {name}" for v, value in needed.items() if not value]
    return problems
