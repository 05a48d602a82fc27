"""A real server in this process: every layer, health and reflection, on a free port of the loopback."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import grpc.aio
from prometheus_client import CollectorRegistry

from shared.rpc.server import Service, build_server


@asynccontextmanager
async def running(service: Service) -> AsyncIterator[grpc.aio.Channel]:
    """Serves until the block ends; gives a channel to it."""
    server, watch = build_server(service, CollectorRegistry())
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    watching = asyncio.create_task(watch.run())
    try:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield channel
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
        await server.stop(0)
