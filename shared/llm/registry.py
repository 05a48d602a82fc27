"""Which providers there are, and clients and chains of them by name."""

from collections.abc import Callable, Mapping
from importlib import import_module

import structlog

from shared.clock import Clock
from shared.llm.client import LLMClient
from shared.llm.errors import ProviderNotAvailable
from shared.llm.fallback import FallbackClient, OnAttempt
from shared.llm.models import find_model
from shared.llm.settings import LLMSettings, ProviderSettings

Factory = Callable[[ProviderSettings], LLMClient]

LOCAL = "local"

# A new vendor is a file and a line. The modules are imported on first use: an SDK costs a second and 30 MB.
_VENDORS: Mapping[str, tuple[str, str]] = {
    "gemini": ("shared.llm.providers.gemini", "GeminiClient"),
    "openai": ("shared.llm.providers.openai", "OpenAIClient"),
    "claude": ("shared.llm.providers.claude", "ClaudeClient"),
}
# What any other name with an address speaks.
_COMPATIBLE = _VENDORS["openai"]


class LLMRegistry:
    """Makes clients from settings, once a name; owns them until `close`.

    The first call that names a vendor imports its SDK, so a service asks for its chain once before it serves.
    """

    def __init__(self, settings: LLMSettings, *, on_attempt: OnAttempt | None = None) -> None:
        self._settings = settings
        self._on_attempt = on_attempt
        self._factories: dict[str, Factory] = {}
        self._clients: dict[str, LLMClient] = {}

    @property
    def deadline(self) -> float:
        """Seconds that one answer may take over all its attempts."""
        return self._settings.deadline

    def register(self, name: str, factory: Factory) -> None:
        """Adds a provider, or takes the place of one; it counts as configured even without settings."""
        self._factories[name] = factory

    def create_client(self, name: str) -> LLMClient:
        """A new client, which the caller closes; raises `ProviderNotAvailable`."""
        if not self._is_available(name):
            raise ProviderNotAvailable(name, self.get_available_clients())
        settings = self._settings.providers.get(name) or ProviderSettings(name, model="", api_key="")
        factory = self._factories.get(name)
        client = factory(settings) if factory else _make(settings)
        _warn_of_end(client)
        return client

    def get_client(self, name: str) -> LLMClient:
        """The one client of this name; raises `ProviderNotAvailable`."""
        if name not in self._clients:
            self._clients[name] = self.create_client(name)
        return self._clients[name]

    def get_client_with_fallback(self, first: str | None = None, *, fallback: bool = True) -> FallbackClient:
        """A chain in the configured order, `first` put in front; without `fallback` just one provider.

        `local` stands in it only where it is asked for by name or nothing else is configured: an operator who set a key
        wants that model, or to hear that it failed. Raises `ProviderNotAvailable`.
        """
        order = [name for name in dict.fromkeys(self._settings.order) if name != LOCAL and self._is_available(name)]
        names = list(dict.fromkeys([first, *order])) if first is not None else order or [LOCAL]
        chain = names if fallback else names[:1]
        return FallbackClient([self.get_client(name) for name in chain], on_attempt=self._on_attempt)

    def get_available_clients(self) -> tuple[str, ...]:
        """Names that can be asked for: the configured order, then what is configured beside it, `local` last."""
        names = dict.fromkeys((*self._settings.order, *self._settings.providers, *self._factories))
        available = [name for name in names if name != LOCAL and self._is_available(name)]
        return (*available, LOCAL) if self._is_available(LOCAL) else tuple(available)

    async def close(self) -> None:
        """Closes every client that `get_client` made, those of the chains included."""
        clients = list(self._clients.values())
        self._clients.clear()
        for client in clients:
            await client.close()

    def _is_available(self, name: str) -> bool:
        if name in self._factories:
            return True
        settings = self._settings.providers.get(name)
        return settings is not None and (name in _VENDORS or settings.base_url is not None)


def _make(settings: ProviderSettings) -> LLMClient:
    module, name = _VENDORS.get(settings.name, _COMPATIBLE)
    client: LLMClient = getattr(import_module(module), name)(settings)
    return client


def _warn_of_end(client: LLMClient) -> None:
    model = find_model(client.provider, client.model)
    if model is None or model.ends is None:
        return
    event = "llm.model_ended" if model.ends <= Clock().now().date() else "llm.model_ends"
    structlog.get_logger().warning(event, provider=model.provider, model=model.id, ends=model.ends.isoformat())
