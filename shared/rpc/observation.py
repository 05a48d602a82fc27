"""What is seen of each call from outside: one log line, and the usual gRPC server metrics for Prometheus."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar

import grpc
import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from shared.rpc.calls import Context, Method

log = structlog.get_logger()

# Seconds; from a read that hits a cache to a generation that tries three providers.
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80)
_CODES = {code.value[0]: code.name for code in grpc.StatusCode}
# What the call that is being handled has told its caller in its last message.
_in_band: ContextVar[list[str]] = ContextVar("in_band")


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

    @asynccontextmanager
    async def __call__(self, method: Method, context: Context) -> AsyncIterator[None]:
        """Observes one call."""
        names = (method.service, method.name)
        self._started.labels(*names).inc()
        self._in_flight.labels(*names).inc()
        start = time.perf_counter()
        cancelled = False
        in_band: list[str] = []
        _in_band.set(in_band)
        try:
            yield
        except asyncio.CancelledError:
            cancelled = True
            raise
        finally:
            seconds = time.perf_counter() - start
            code = "CANCELLED" if cancelled else in_band[-1] if in_band else _code(context)
            self._in_flight.labels(*names).dec()
            self._handled.labels(*names, code).inc()
            self._seconds.labels(*names, code).observe(seconds)
            log.info("rpc.handled", method=method.path, code=code, duration_ms=round(seconds * 1000, 2))


def note_code_in_band(code: grpc.StatusCode) -> None:
    """Counts the call that is being handled as one that ended with this code: its last message says so."""
    _in_band.get([]).append(code.name)


def _code(context: Context) -> str:
    code: object = context.code()
    if isinstance(code, grpc.StatusCode):
        return code.name
    # grpc.aio leaves the code of a good call unset, and gives numbers where the stubs say enumeration.
    return _CODES.get(code, "UNKNOWN") if isinstance(code, int) else "OK"
