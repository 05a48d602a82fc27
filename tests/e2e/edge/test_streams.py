"""Server-sent events: item by item, over both versions of HTTP, until either side ends it."""

import asyncio
import json
from typing import Any

import grpc
import pytest

from career.generation.v1.generation_pb2 import StreamStarted
from career.interview.v1.interview_pb2 import Question
from career.interview.v1.interview_service_pb2 import StreamQuestionsResponse
from tests.support.edge import Edge
from tests.support.http2 import post
from tests.support.refusals import JSON
from tests.support.routes import rest_routes

PATH = "/interview/kim/questions:stream"
# How long an event may take before a test gives up; far from what it takes.
PATIENCE = 10

pytestmark = pytest.mark.asyncio(loop_scope="session")


def item(index: int) -> StreamQuestionsResponse:
    """An event as large as real ones are: a buffer or a compressor would hold it back."""
    return StreamQuestionsResponse(index=index, item=Question(question="어떻게 하셨나요? " * 20))


def read_event(frame: bytes) -> Any:
    """What stands in one frame."""
    assert frame.startswith(b"data: ")
    assert frame.endswith(b"\n\n")
    return json.loads(frame.removeprefix(b"data: "))


async def test_each_event_comes_when_it_is_sent(edge: Edge) -> None:
    """Over HTTP/1.1 by a client that takes compressed answers: each is read before the next is sent."""
    read = []

    async with edge.client() as client:
        edge.upstream.events.put_nowait(StreamQuestionsResponse(started=StreamStarted(provider="local")))
        async with client.stream("POST", PATH, json={}, headers={"accept-encoding": "br, gzip"}) as answer:
            frames = answer.aiter_raw()
            for index in range(3):
                read.append(read_event(await asyncio.wait_for(anext(frames), PATIENCE)))
                edge.upstream.events.put_nowait(item(index))
            read.append(read_event(await asyncio.wait_for(anext(frames), PATIENCE)))
            edge.upstream.events.put_nowait(None)
            rest = [frame async for frame in frames]

    assert answer.headers["content-type"] == "text/event-stream"
    assert answer.headers["cache-control"] == "no-store"
    assert "content-encoding" not in answer.headers
    assert read[0] == {"started": {"provider": "local", "model": ""}}
    assert [event["index"] for event in read[1:]] == [0, 1, 2]
    assert rest == []


async def test_events_come_over_http2_too(edge: Edge) -> None:
    """Frame by frame."""
    read = []

    async with post(edge.settings.gateway_port, f"/api/v1{PATH}") as exchange:
        frames = exchange.data()
        for index in range(3):
            edge.upstream.events.put_nowait(item(index))
            read.append(read_event(await asyncio.wait_for(anext(frames), PATIENCE)))
        edge.upstream.events.put_nowait(None)
        rest = [frame async for frame in frames]

    assert exchange.succeeded
    assert [event["index"] for event in read] == [0, 1, 2]
    assert rest == []


async def test_a_client_that_leaves_ends_the_call(edge: Edge) -> None:
    """Over HTTP/1.1 by closing the connection."""
    edge.upstream.left.clear()
    edge.upstream.events.put_nowait(item(0))

    async with edge.client() as client, client.stream("POST", PATH) as answer:
        await asyncio.wait_for(anext(answer.aiter_raw()), PATIENCE)

    await asyncio.wait_for(edge.upstream.left.wait(), PATIENCE)


async def test_a_stream_that_is_reset_ends_the_call(edge: Edge) -> None:
    """Over HTTP/2, while the connection goes on."""
    edge.upstream.left.clear()

    async with post(edge.settings.gateway_port, f"/api/v1{PATH}") as exchange:
        edge.upstream.events.put_nowait(item(0))
        await asyncio.wait_for(anext(exchange.data()), PATIENCE)
        exchange.cancel()

        await asyncio.wait_for(edge.upstream.left.wait(), PATIENCE)


async def test_what_fails_before_the_first_event_is_an_error_like_any_other(edge: Edge) -> None:
    """With its HTTP status, in JSON."""
    edge.upstream.events.put_nowait(grpc.StatusCode.NOT_FOUND)

    async with edge.client() as client:
        answer = await client.post(PATH)

    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/json")
    assert answer.json()["code"] == 5


async def test_a_stream_has_the_deadline_of_a_generation(edge: Edge) -> None:
    """Told to the service; nothing shorter cuts it off."""
    edge.upstream.events.put_nowait(None)

    async with edge.client() as client:
        await client.post(PATH, content="{}", headers=JSON)

    assert edge.upstream.seconds_left > 60


async def test_every_stream_of_the_contracts_is_one_of_events(edge: Edge) -> None:
    """On the other services, too: the paths are read from the contracts."""
    streams = [route for route in rest_routes() if route.method.startswith("Stream")]
    config = (edge.folder / "data" / "envoy.yaml").read_text()

    assert len(streams) == 2
    assert all(f"name: rest-stream-{route.method}" in config for route in streams)
