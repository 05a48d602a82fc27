"""Builds a grpc.aio server with what every service has, and runs it until it is told to stop."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass

import grpc
import grpc.aio
import structlog
from grpc_health.v1 import health, health_pb2_grpc
from grpc_reflection.v1alpha import reflection
from prometheus_client import CollectorRegistry, disable_created_metrics
from prometheus_client.registry import Collector

from shared.endpoints import split_endpoint
from shared.rpc.calls import Layer, LayerInterceptor
from shared.rpc.doors import close_doors, wait_until_left
from shared.rpc.errors import translate_errors
from shared.rpc.health import HealthWatch
from shared.rpc.idempotency_key import carry_idempotency_key
from shared.rpc.metrics_server import serving_metrics
from shared.rpc.observation import CallObserver
from shared.rpc.open_calls import OpenCalls
from shared.rpc.process_metrics import register_process_metrics
from shared.rpc.request_id import carry_request_id

log = structlog.get_logger()

# Well above the gateway's limit for a body, so that a body is refused there with 413 and not here with 429.
_MAX_MESSAGE_BYTES = 8 * 1024 * 1024
_MAX_METADATA_BYTES = 32 * 1024
_OPTIONS = (
    ("grpc.max_receive_message_length", _MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", _MAX_MESSAGE_BYTES),
    # The gateway's limit for headers, and gRPC's 32 bytes for each of them: beyond the soft limit it refuses by chance.
    ("grpc.max_metadata_size", _MAX_METADATA_BYTES),
    ("grpc.absolute_max_metadata_size", _MAX_METADATA_BYTES),
    # A client may ask every second whether an idle connection lives, without being hung up on.
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.min_ping_interval_without_data_ms", 1_000),
)
# Two processes on one port would start in silence and share the traffic.
_ALONE = (("grpc.so_reuseport", 0),)
# Callers connect anew every few seconds: where this process takes no connections any more, they find another one.
_CONNECTION_SECONDS = 3.0
_ROLLING = (("grpc.so_reuseport", 1), ("grpc.max_connection_age_ms", int(1000 * _CONNECTION_SECONDS)))
# gRPC lengthens or shortens each by a tenth.
_LEAVING_SECONDS = 1.5 * _CONNECTION_SECONDS
# Seconds for answers that are on their way, and for handlers that were cut off; bounds, seldom reached.
_SENDING_SECONDS = 0.5
_SETTLING_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Service:
    """What makes one process: the names it serves, how it adds its servicers, whether it can work, what it counts."""

    names: Sequence[str]
    register: Callable[[grpc.aio.Server], None]
    check: Callable[[], Awaitable[bool]]
    collectors: Sequence[Collector] = ()


class PortTaken(Exception):
    """Something else listens there."""


def build_server(
    service: Service, registry: CollectorRegistry, *, around: Sequence[Layer] = (), rolling: bool = False
) -> tuple[grpc.aio.Server, HealthWatch]:
    """A server with layers, health and reflection, not started and without a port; and the watch to run beside it.

    The layers `around` are the outermost. `rolling` is as in `serve`.
    """
    layers: tuple[Layer, ...] = (
        *around,
        carry_request_id,
        CallObserver(registry),
        translate_errors,
        carry_idempotency_key,
    )
    options = _ROLLING if rolling else _ALONE
    server = grpc.aio.server(interceptors=[LayerInterceptor(service.names, layers)], options=(*_OPTIONS, *options))
    service.register(server)
    for collector in service.collectors:
        registry.register(collector)
    watch = HealthWatch(service.names, service.check)
    health_pb2_grpc.add_HealthServicer_to_server(watch.servicer, server)
    reflection.enable_server_reflection((*service.names, health.SERVICE_NAME, reflection.SERVICE_NAME), server)
    return server, watch


async def serve(service: Service, *, address: str, metrics_port: int, grace: float, rolling: bool = False) -> None:
    """Serves at `address` until SIGTERM or SIGINT; calls of ours then have `grace` seconds. Raises `PortTaken`.

    A `rolling` process can be followed without a gap: another one that is may listen at the same ports, and this one,
    told to stop, sends its callers there, or to its replicas, before it ends.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    # The time of a series' birth doubles what is scraped and is of no use with rates.
    disable_created_metrics()  # type: ignore[no-untyped-call] # typed but for this one
    registry = CollectorRegistry()
    register_process_metrics(registry, loop)
    calls = OpenCalls()
    server, watch = build_server(service, registry, around=[calls], rolling=rolling)
    host, port = split_endpoint(address)
    with ExitStack() as opened:
        try:
            server.add_insecure_port(address)
            opened.enter_context(serving_metrics(registry, host, metrics_port, sharing=rolling))
        except (RuntimeError, OSError):
            raise PortTaken(f"cannot listen at {address} or at port {metrics_port} (metrics)") from None
        await server.start()
        watching = asyncio.create_task(watch.run())
        log.info("server.started", address=address, metrics_port=metrics_port)
        await stop.wait()
        log.info("server.stopping", grace_seconds=grace)
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
        await watch.leave()
        if rolling:
            close_doors(port)
            await wait_until_left(port, _LEAVING_SECONDS)
        await _end(server, calls, grace)
    log.info("server.stopped")


async def _end(server: grpc.aio.Server, calls: OpenCalls, grace: float) -> None:
    stopping = asyncio.create_task(server.stop(grace))
    await calls.settle(grace)
    # Whoever watches our health or asks for reflection would do so until the end of the grace.
    await server.stop(min(grace, _SENDING_SECONDS))
    await stopping
    # Calls that were cut off still store what they must: the database is closed after them.
    await calls.settle(_SETTLING_SECONDS)
