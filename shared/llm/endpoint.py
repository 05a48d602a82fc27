"""One provider and model, with what this process knows of it: health, speed, free places, price."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from shared.llm.breaker import CircuitBreaker
from shared.llm.client import LLMClient
from shared.llm.latency import MIN_HEDGE_DELAY, Latencies
from shared.llm.limits import ConcurrencyLimiter
from shared.llm.settings import Limits, ProviderSettings

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class EndpointStatus:
    """What is told of an endpoint: `circuit` is `closed`, `open` or `half_open`, `cause` why; times are in seconds."""

    provider: str
    model: str
    circuit: str
    cause: str
    seconds_left: float
    median_first_token: float | None
    median_seconds: float | None
    p95_seconds: float | None
    in_flight: int
    waiting: int


class Endpoint:
    """A client and its state, which all chains of a process share. `now` is a monotonic clock in seconds."""

    __slots__ = ("breaker", "client", "gate", "latencies", "settings")

    def __init__(
        self,
        client: LLMClient,
        settings: ProviderSettings | None = None,
        limits: Limits | None = None,
        *,
        min_hedge_delay: float = MIN_HEDGE_DELAY,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        limits = limits or Limits()
        self.client = client
        self.settings = settings or ProviderSettings(client.provider, client.model, api_key="")
        self.breaker = CircuitBreaker(now=now, on_change=self._log_circuit)
        self.latencies = Latencies(now, min_hedge_delay=min_hedge_delay)
        self.gate = ConcurrencyLimiter(limit=limits.concurrency, queue=limits.queue, patience=limits.queue_seconds)

    @property
    def metered(self) -> bool:
        """Whether it is a model, which takes time and money; rules of our own take neither."""
        return self.client.provider != "local"

    @property
    def provider(self) -> str:
        """Name in the configuration."""
        return self.client.provider

    @property
    def model(self) -> str:
        """Model that is asked."""
        return self.client.model

    def _log_circuit(self, breaker: CircuitBreaker) -> None:
        log.warning(
            "llm.circuit_changed",
            provider=self.provider,
            model=self.model,
            state=breaker.state.value,
            cause=breaker.cause,
            seconds=round(breaker.seconds_left, 1),
        )

    def status(self) -> EndpointStatus:
        """How it is now."""
        return EndpointStatus(
            provider=self.provider,
            model=self.model,
            circuit=self.breaker.state.value,
            cause=self.breaker.cause,
            seconds_left=self.breaker.seconds_left,
            median_first_token=self.latencies.first_token.median,
            median_seconds=self.latencies.total.median,
            p95_seconds=self.latencies.total.p95,
            in_flight=self.gate.in_flight,
            waiting=self.gate.waiting,
        )
