"""The life of a service's process: read settings, build, serve, stop."""

import gc
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import structlog
import uvloop

from shared.config import Settings, SettingsInvalid, load_settings
from shared.log import configure_logging
from shared.rpc.server import PortTaken, Service, serve

log = structlog.get_logger()


def run_process(name: str, build: Callable[[Settings], AbstractAsyncContextManager[Service]]) -> int:
    """Runs the service `name` until SIGTERM or SIGINT; answers with the exit status: 2 when it cannot start."""
    try:
        settings = load_settings()
        configure_logging(settings.log_level, settings.log_format, service=name)
        uvloop.run(_serve(name, settings, build))
    except SettingsInvalid as error:
        print(f"{name}: the configuration is not valid: {error}", file=sys.stderr)  # noqa: T201 - perhaps no log yet
        return 2
    except PortTaken as error:
        variables = f"{name.upper()}_PORT, METRICS_PORT_BASE"
        log.error("server.port_taken", reason=str(error), variables=variables)  # noqa: TRY400 - foreseen
        return 2
    return 0


async def _serve(
    name: str, settings: Settings, build: Callable[[Settings], AbstractAsyncContextManager[Service]]
) -> None:
    async with build(settings) as service:
        # What was imported and built lives as long as the process: keep the collector from walking it again and again.
        gc.collect()
        gc.freeze()
        await serve(
            service,
            address=settings.listen_address(name),
            metrics_port=settings.metrics_port(name),
            grace=settings.shutdown_grace_seconds,
            rolling=settings.rolling_restarts,
        )
