"""Which providers there are, and clients and chains of them by name."""

import asyncio
from collections.abc import Callable, Mapping
from importlib import import_module
from types import TracebackType
from typing import Self

import structlog

from shared.clock import Clock
from shared.llm.call import OnAttempt, Resources
from shared.llm.client import LLMClient
from shared.llm.endpoint import Endpoint, EndpointStatus
from shared.llm.errors import ProviderNotAvailable
from shared.llm.fallback import FallbackClient
from shared.llm.hedging import HedgeBudget
from shared.llm.limits import RateLimiter
from shared.llm.models import find_model
from shared.llm.routing import ROUTES, pinned
from shared.llm.settings import LLMSettings, ProviderSettings
from shared.llm.spending import SpendingCaps, SpendingGuard

log = structlog.get_logger()

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
    """Makes clients from settings, once a name; owns them, and what is known of their health, until `close`.

    The first call that names a vendor imports its SDK, so a service asks for its chain once before it serves. `caps`
    keep the money caps where the settings have any; without them they are kept in the memory of this process.
    """

    def __init__(
        self, settings: LLMSettings, *, on_attempt: OnAttempt | None = None, caps: SpendingCaps | None = None
    ) -> None:
        self._settings = settings
        self._factories: dict[str, Factory] = {}
        self._endpoints: dict[str, Endpoint] = {}
        self._resources = Resources(
            hedges=HedgeBudget(settings.hedge_percent),
            rate=RateLimiter(settings.limits.calls_per_minute),
            spending=SpendingGuard(settings.limits, caps),
            on_attempt=on_attempt,
            tokens_per_answer=settings.limits.tokens_per_answer,
        )

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
        settings = self._settings_of(name)
        factory = self._factories.get(name)
        client = factory(settings) if factory else _make(settings)
        _warn_of_end(client)
        return client

    def get_client(self, name: str) -> LLMClient:
        """The one client of this name, to be asked directly, past all limits; raises `ProviderNotAvailable`."""
        return self._endpoint(name).client

    def get_client_with_fallback(self, first: str | None = None, *, fallback: bool = True) -> FallbackClient:
        """A chain by the configured routing, `first` put in front; without `fallback` just one provider.

        `local` stands in it only where the order names it, it is asked for by name, or nothing else is configured: an
        operator who set a key wants that model, or to hear that it failed. Raises `ProviderNotAvailable`.
        """
        order = [name for name in dict.fromkeys(self._settings.order) if self._is_available(name)]
        names = list(dict.fromkeys([first, *order])) if first is not None else order or [LOCAL]
        route = ROUTES[self._settings.routing]
        if first is not None:
            route = pinned(first, route)
        endpoints = [self._endpoint(name) for name in names]
        if not fallback:
            endpoints = endpoints[:1]
        return FallbackClient(endpoints, self._resources, route=route)

    def get_available_clients(self) -> tuple[str, ...]:
        """Names that can be asked for: the configured order, then what is configured beside it, `local` last."""
        names = dict.fromkeys((*self._settings.order, *self._settings.providers, *self._factories))
        available = [name for name in names if name != LOCAL and self._is_available(name)]
        return (*available, LOCAL) if self._is_available(LOCAL) else tuple(available)

    def status(self) -> tuple[EndpointStatus, ...]:
        """How every available provider is now; makes the clients that were not asked for yet."""
        return tuple(self._endpoint(name).status() for name in self.get_available_clients())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Closes every client that was made here, those of the chains included."""
        endpoints = list(self._endpoints.values())
        self._endpoints.clear()
        ends = await asyncio.gather(*(endpoint.client.close() for endpoint in endpoints), return_exceptions=True)
        await self._resources.spending.close()
        for endpoint, error in zip(endpoints, ends, strict=True):
            if error is not None:
                log.warning("llm.close_failed", provider=endpoint.provider, kind=type(error).__name__)

    def _endpoint(self, name: str) -> Endpoint:
        if name not in self._endpoints:
            client = self.create_client(name)
            self._endpoints[name] = Endpoint(client, self._settings_of(name), self._settings.limits)
        return self._endpoints[name]

    def _settings_of(self, name: str) -> ProviderSettings:
        return self._settings.providers.get(name) or ProviderSettings(name, model="", api_key="")

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
    log.warning(event, provider=model.provider, model=model.id, ends=model.ends.isoformat())
