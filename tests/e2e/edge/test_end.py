"""The end of a gateway: what is open is finished, what is new is not begun."""

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

import httpx
import pytest

from career.resume.v1.resume_pb2 import Resume
from tests.support.edge import Edge, running_edge

PATIENCE = 30


async def test_an_open_request_is_finished(tmp_path: Path) -> None:
    """Told to stop, the gateway hangs up on nobody: the doors are closed, the answer still comes, and then it ends."""
    release = asyncio.Event()

    async def behave(request: Any, context: Any) -> Resume:  # noqa: ARG001 - what every behaviour takes
        await release.wait()
        return Resume(unique_key="late")

    async with running_edge(tmp_path, {"SHUTDOWN_GRACE_SECONDS": str(PATIENCE)}) as edge, edge.client() as client:
        edge.upstream.behave = behave
        edge.upstream.entered.clear()
        call = asyncio.create_task(client.get("/resumes/kim"))
        await asyncio.wait_for(edge.upstream.entered.wait(), PATIENCE)

        os.kill(edge.process.pid, signal.SIGTERM)
        await wait_until_closed(edge)
        release.set()
        answer = await call
        status = await asyncio.to_thread(edge.process.wait, PATIENCE)

    assert (answer.status_code, answer.json()["unique_key"]) == (200, "late")
    assert answer.headers["connection"] == "close"
    assert status == 0


async def test_the_grace_has_an_end(tmp_path: Path) -> None:
    """A call that never ends does not keep the gateway."""

    async def behave(request: Any, context: Any) -> Resume:  # noqa: ARG001 - what every behaviour takes
        await asyncio.Event().wait()
        raise AssertionError

    async with running_edge(tmp_path, {"SHUTDOWN_GRACE_SECONDS": "1"}) as edge, edge.client() as client:
        edge.upstream.behave = behave
        edge.upstream.entered.clear()
        call = asyncio.create_task(client.get("/resumes/kim"))
        await asyncio.wait_for(edge.upstream.entered.wait(), PATIENCE)

        os.kill(edge.process.pid, signal.SIGTERM)
        status = await asyncio.to_thread(edge.process.wait, PATIENCE)
        (ended,) = await asyncio.gather(call, return_exceptions=True)

    assert status == 0
    assert isinstance(ended, httpx.TransportError) or getattr(ended, "status_code", 200) == 503


async def test_a_gateway_that_is_killed_leaves_no_envoy(tmp_path: Path) -> None:
    """The port is free for the next one."""
    async with running_edge(tmp_path) as edge:
        edge.process.kill()
        edge.process.wait(PATIENCE)

        await wait_until_closed(edge)


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        pytest.param("GET", "/ready", {}, 200, id="ready"),
        pytest.param("GET", "/stats/prometheus", {}, 200, id="metrics"),
        pytest.param("GET", "/clusters", {}, 200, id="clusters"),
        pytest.param("POST", "/healthcheck/fail", {}, 404, id="order of a page"),
        pytest.param("POST", "/drain_listeners", {"host": "evil.example", "x-operator": "x"}, 404, id="other name"),
        pytest.param("POST", "/quitquitquit", {"x-operator": "x"}, 404, id="end"),
        pytest.param("GET", "/config_dump", {"x-operator": "x"}, 404, id="configuration"),
        pytest.param("POST", "/logging?level=trace", {"x-operator": "x"}, 404, id="log level"),
        pytest.param("GET", "/stats/../config_dump", {"x-operator": "x"}, 404, id="way around"),
    ],
)
@pytest.mark.asyncio(loop_scope="session")
async def test_an_operator_may_read_and_end(
    edge: Edge, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    """Nothing else, and no web page may do even that."""
    async with edge.status() as client:
        answer = await client.request(method, path, headers=headers)

    assert answer.status_code == status


async def wait_until_closed(edge: Edge) -> None:
    """Until nothing listens at the gateway's port any more."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", edge.settings.gateway_port)
            except OSError:
                return
            writer.close()
            await asyncio.sleep(0.02)
