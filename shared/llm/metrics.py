"""What Prometheus sees of the providers.

Names and attributes follow the OpenTelemetry conventions for generative AI clients where those have one, in Prometheus'
spelling; circuits, hedges and what else they do not know begin with `llm_`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any

from prometheus_client import Counter, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from shared.llm.breaker import Circuit
from shared.llm.endpoint import EndpointStatus
from shared.llm.messages import OK, Attempt, Usage

# The boundaries that the conventions recommend, in seconds and tokens.
_SECONDS = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92)
_TOKENS = (1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576)
_MEDIAN_FIRST_TOKEN, _MEDIAN, _P95 = map(attrgetter, ("median_first_token", "median_seconds", "p95_seconds"))
_NAMES = ("gen_ai_provider_name", "gen_ai_request_model")


class AttemptCollector(Collector):
    """Counts attempts as they end: give `note` to a registry of providers as `on_attempt`."""

    def __init__(self) -> None:
        named = ("gen_ai_operation_name", *_NAMES)

        def histogram(name: str, text: str, labels: Sequence[str], buckets: Sequence[float]) -> Histogram:
            return Histogram(name, text, labels, registry=None, buckets=buckets)

        def counter(name: str, text: str, labels: Sequence[str]) -> Counter:
            return Counter(name, text, labels, registry=None)

        duration, first_chunk = "gen_ai_client_operation_duration", "gen_ai_client_operation_time_to_first_chunk"
        self._duration = histogram(f"{duration}_seconds", "Time of a request.", (*named, "error_type"), _SECONDS)
        self._first_chunk = histogram(f"{first_chunk}_seconds", "Time to the first of an answer.", named, _SECONDS)
        tokens = "Tokens of a request; those of the output include thinking."
        self._tokens = histogram("gen_ai_client_token_usage", tokens, (*named, "gen_ai_token_type"), _TOKENS)
        self._cost = counter("llm_cost_usd", "Cost of the requests of which it is known.", _NAMES)
        self._hedges = counter("llm_hedges", "Requests beside a late one.", (*_NAMES, "outcome"))
        self._kept = counter("llm_kept_items", "Whole items kept of answers that broke off.", _NAMES)
        self._passed_over = counter("llm_passed_over", "Times a provider was not asked.", (*_NAMES, "reason"))
        # Looking a series up by its labels takes longer than counting.
        self._series: dict[tuple[object, ...], Any] = {}

    def collect(self) -> Iterable[Metric]:
        """What was counted so far."""
        for family in (
            self._duration,
            self._first_chunk,
            self._tokens,
            self._cost,
            self._hedges,
            self._kept,
            self._passed_over,
        ):
            yield from family.collect()

    def note(self, attempt: Attempt) -> None:
        """Counts one attempt."""
        names = (attempt.provider, attempt.model)
        if not attempt.asked:
            self._of(self._passed_over, *names, attempt.outcome).inc()
            return
        error = "" if attempt.outcome == OK else attempt.outcome
        self._of(self._duration, "chat", *names, error).observe(attempt.duration_ms / 1000)
        if attempt.first_token_ms is not None:
            self._of(self._first_chunk, "chat", *names).observe(attempt.first_token_ms / 1000)
        if attempt.hedge:
            self._of(self._hedges, *names, attempt.outcome).inc()
        if attempt.kept_items:
            self._of(self._kept, *names).inc(attempt.kept_items)
        if attempt.usage is not None:
            self._note_usage(names, attempt.usage)

    def _note_usage(self, names: tuple[str, str], usage: Usage) -> None:
        self._of(self._tokens, "chat", *names, "input").observe(usage.input_tokens)
        self._of(self._tokens, "chat", *names, "output").observe(usage.output_tokens + usage.thinking_tokens)
        self._of(self._cost, *names).inc(usage.cost_usd or 0.0)

    def _of(self, family: Counter | Histogram, *labels: str) -> Any:  # noqa: ANN401 - a counter or a histogram
        key = (family, *labels)
        series = self._series.get(key)
        if series is None:
            series = self._series[key] = family.labels(*labels)
        return series


class EndpointCollector(Collector):
    """Circuits, latencies and places of the providers, read when they are scraped."""

    def __init__(self, read: Callable[[], Sequence[EndpointStatus]]) -> None:
        self._read = read

    def collect(self) -> Iterable[Metric]:
        """The gauges of this moment."""
        statuses = self._read()
        circuit = GaugeMetricFamily("llm_circuit_state", "1 for the state that it is in.", labels=(*_NAMES, "state"))
        for status in statuses:
            for state in Circuit:
                value = 1.0 if state.value == status.circuit else 0.0
                circuit.add_metric((status.provider, status.model, state.value), value)
        yield circuit
        yield _gauge("llm_requests_in_flight", "Requests under way.", statuses, lambda s: s.in_flight)
        yield _gauge("llm_requests_waiting", "Requests that wait for a place.", statuses, lambda s: s.waiting)
        yield from _latencies(statuses)


def _latencies(statuses: Sequence[EndpointStatus]) -> Iterator[Metric]:
    for name, text, read in (
        ("llm_median_first_token_seconds", "Median time to the first token.", _MEDIAN_FIRST_TOKEN),
        ("llm_median_seconds", "Median time of an answer.", _MEDIAN),
        ("llm_p95_seconds", "95th percentile of the time of an answer.", _P95),
    ):
        yield _gauge(name, f"{text} Of the latest answers.", statuses, read)


def _gauge(
    name: str, text: str, statuses: Sequence[EndpointStatus], read: Callable[[EndpointStatus], float | None]
) -> Metric:
    """One series for each provider of which the number is known."""
    family = GaugeMetricFamily(name, text, labels=_NAMES)
    for status in statuses:
        value = read(status)
        if value is not None:
            family.add_metric((status.provider, status.model), value)
    return family
