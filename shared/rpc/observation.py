"""What is seen of each call from outside: one log line, and the usual gRPC server metrics for Prometheus."""

import asyncio
import time
from contextvars import ContextVar
from dataclasses import dataclass

import grpc
import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from shared.rpc.calls import Context, Method, Proceed

log = structlog.get_logger()

# Seconds; from a read that hits a cache to a generation that tries three providers.
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80)
_CODES = {code.value[0]: code.name for code in grpc.StatusCode}
# What the call that is being handled has told its caller in its last message.
_in_band: ContextVar[list[str]] = ContextVar("in_band")


@dataclass(frozen=True, slots=True)
class _MethodCounts:
    """The series of one method that have no code."""

    started: Counter
    in_flight: Gauge


@dataclass(frozen=True, slots=True)
class _CodeCounts:
    """The series of one method and code."""

    handled: Counter
    seconds: Histogram


class CallObserver:
    """A layer that counts and times calls and logs one line for each."""

    def __init__(self, registry: CollectorRegistry) -> None:
        labels = ("grpc_service", "grpc_method")
        self._started = Counter("grpc_server_started_total", "Calls begun.", labels, registry=registry)
        self._handled = Counter("grpc_server_handled_total", "Calls ended.", (*labels, "grpc_code"), registry=registry)
        self._seconds = Histogram(
            "grpc_server_handling_seconds",
            "Time from the first to the last byte of the handler.",
            (*labels, "grpc_code"),
            registry=registry,
            buckets=_BUCKETS,
        )
        self._in_flight = Gauge("grpc_server_in_flight", "Calls being handled.", labels, registry=registry)
        # To look a series up by its labels costs more than to count with it.
        self._of_method: dict[Method, _MethodCounts] = {}
        self._of_code: dict[tuple[Method, str], _CodeCounts] = {}

    async def __call__(self, method: Method, context: Context, proceed: Proceed) -> bytes | None:
        """Observes one call."""
        counts = self._of_method.get(method) or self._count_method(method)
        counts.started.inc()
        counts.in_flight.inc()
        start = time.perf_counter()
        cancelled = False
        in_band: list[str] = []
        _in_band.set(in_band)
        try:
            return await proceed()
        except asyncio.CancelledError:
            cancelled = True
            raise
        finally:
            seconds = time.perf_counter() - start
            code = "CANCELLED" if cancelled else in_band[-1] if in_band else _code(context)
            counts.in_flight.dec()
            ended = self._of_code.get((method, code)) or self._count_code(method, code)
            ended.handled.inc()
            ended.seconds.observe(seconds)
            log.info("rpc.handled", method=method.path, code=code, duration_ms=round(seconds * 1000, 2))

    def _count_method(self, method: Method) -> _MethodCounts:
        labels = (method.service, method.name)
        counts = _MethodCounts(self._started.labels(*labels), self._in_flight.labels(*labels))
        return self._of_method.setdefault(method, counts)

    def _count_code(self, method: Method, code: str) -> _CodeCounts:
        labels = (method.service, method.name, code)
        counts = _CodeCounts(self._handled.labels(*labels), self._seconds.labels(*labels))
        return self._of_code.setdefault((method, code), counts)


def note_code_in_band(code: grpc.StatusCode) -> None:
    """Counts the call that is being handled as one that ended with this code: its last message says so."""
    _in_band.get([]).append(code.name)


def _code(context: Context) -> str:
    code: object = context.code()
    if isinstance(code, grpc.StatusCode):
        return code.name
    # grpc.aio leaves the code of a good call unset, and gives numbers where the stubs say enumeration.
    return _CODES.get(code, "UNKNOWN") if isinstance(code, int) else "OK"
