"""The shape of every error, and how each of the gateway's own is brought about."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, suppress
from typing import Any

import grpc
import grpc.aio
import httpx

from career.resume.v1 import resume_pb2, resume_service_pb2
from career.resume.v1.resume_service_pb2_grpc import ResumeServiceStub
from gateway.local_replies import DOMAIN, Reason, read_reasons
from tests.support.edge import Edge

JSON = {"content-type": "application/json"}
TYPE = "type.googleapis.com/google.rpc."
# What the circuit breaker of the resume service lets in.
CALLS_AT_ONCE = 120
Answer = Callable[[Edge, httpx.AsyncClient], Awaitable[httpx.Response]]


def details_of(answer: httpx.Response) -> dict[str, dict[str, Any]]:
    """The details of an error by their type, once its shape is checked."""
    body = answer.json()
    assert answer.headers["content-type"] == "application/json"
    assert set(body) == {"code", "message", "details"}
    assert isinstance(body["code"], int)
    assert body["message"]
    details = {detail["@type"].removeprefix(TYPE): detail for detail in body["details"]}
    assert details["ErrorInfo"]["domain"] == DOMAIN
    if "x-request-id" in answer.headers:
        assert details["RequestInfo"]["request_id"] == answer.headers["x-request-id"]
    return details


def reason_of(answer: httpx.Response) -> str:
    """The reason of an error, once its shape is checked against what `error_reasons.yaml` says of it."""
    details = details_of(answer)
    name: str = details["ErrorInfo"]["reason"]
    known = {reason.reason: reason for reason in read_reasons(1)}
    if name in known:
        _check(answer, details, known[name])
    return name


def _check(answer: httpx.Response, details: Mapping[str, Any], reason: Reason) -> None:
    code, _ = grpc.StatusCode[reason.code or reason.grpc].value
    assert (answer.status_code, answer.json()["code"]) == (reason.status, code)
    if reason.message:
        assert answer.json()["message"] == reason.message
    if reason.retry_after:
        assert details["RetryInfo"]["retry_delay"] == f"{answer.headers['retry-after']}s"
    else:
        assert "retry-after" not in answer.headers
        assert "RetryInfo" not in details


def calling(method: str, path: str, **options: Any) -> Answer:
    """A plain call."""

    async def call(_: Edge, client: httpx.AsyncClient) -> httpx.Response:
        return await client.request(method, path, **options)

    return call


async def answer_hugely(edge: Edge, client: httpx.AsyncClient) -> httpx.Response:
    """A resume of nine megabytes."""

    async def behave(request: Any, context: Any) -> resume_pb2.Resume:  # noqa: ARG001 - what every behaviour takes
        return resume_pb2.Resume(name="a" * 9_000_000)

    edge.upstream.behave = behave
    try:
        return await client.get("/resumes/kim")
    finally:
        edge.upstream.behave = None


async def crowd(edge: Edge, client: httpx.AsyncClient) -> httpx.Response:
    """A call beside as many as the service may have, all of which wait for an answer."""
    release, begun = asyncio.Event(), asyncio.Semaphore(0)

    async def behave(request: Any, context: Any) -> resume_pb2.Resume:  # noqa: ARG001 - what every behaviour takes
        begun.release()
        await release.wait()
        return resume_pb2.Resume()

    edge.upstream.behave = behave
    request = resume_service_pb2.GetResumeRequest(unique_key="kim")
    async with AsyncExitStack() as stack:
        channels = [await stack.enter_async_context(own_channel(edge)) for _ in range(3)]
        calls = [ResumeServiceStub(channels[number % 3]).GetResume(request) for number in range(CALLS_AT_ONCE)]
        async with asyncio.timeout(10):
            for _ in range(CALLS_AT_ONCE):
                await begun.acquire()
        answer = await client.get("/resumes/kim")
        edge.upstream.behave = None
        release.set()
        await asyncio.gather(*calls)
    return answer


def own_channel(edge: Edge) -> grpc.aio.Channel:
    """A channel with a connection of its own."""
    options = [("grpc.use_local_subchannel_pool", 1)]
    return grpc.aio.insecure_channel(f"127.0.0.1:{edge.settings.gateway_port}", options=options)


async def linger(edge: Edge, client: httpx.AsyncClient) -> httpx.Response:
    """A service that does not answer within the gateway's time. Takes ten seconds."""

    async def behave(request: Any, context: Any) -> resume_pb2.Resume:  # noqa: ARG001 - what every behaviour takes
        await asyncio.Event().wait()
        raise AssertionError

    edge.upstream.behave = behave
    try:
        return await client.get("/resumes/kim")
    finally:
        edge.upstream.behave = None


async def drip(edge: Edge, client: httpx.AsyncClient) -> httpx.Response:  # noqa: ARG001 - it speaks for itself
    """Headers that do not end. Takes five seconds."""
    reader, writer = await asyncio.open_connection("127.0.0.1", edge.settings.gateway_port)
    writer.write(b"GET /api/v1/resumes HTTP/1.1\r\nhost: localhost\r\nx-")
    return await read_answer(reader, writer)


async def read_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> httpx.Response:
    """What comes on a connection of HTTP/1.1 until its end, which may be a reset once all is said; 0 for nothing."""
    received = b""
    with suppress(ConnectionError):
        while piece := await reader.read(65_536):
            received += piece
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()
    head, _, body = received.partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    headers = [line.split(": ", 1) for line in lines]
    number = int(status.split()[1]) if status else 0
    return httpx.Response(number, headers=[(name, value) for name, value in headers], content=body)


FAST: dict[str, Answer] = {
    "BODY_NOT_ALLOWED": calling("DELETE", "/resumes/kim", content="{}", headers=JSON),
    "PATH_ID_REPEATED": calling("POST", "/interview/kim/questions", content='{"unique_key": "lee"}', headers=JSON),
    "UNKNOWN_PARAMETER": calling("GET", "/resumes?size=5"),
    "MALFORMED_REQUEST": calling("GET", "/resumes?page_size=five"),
    "ORIGIN_NOT_ALLOWED": calling("DELETE", "/resumes/kim", headers={"origin": "https://evil.example"}),
    "NO_SUCH_PATH": calling("GET", "/nothing"),
    "METHOD_NOT_ALLOWED": calling("PATCH", "/resumes/kim"),
    "BODY_TOO_LARGE": calling("POST", "/resumes", content=b"a" * 1_048_577, headers=JSON),
    "UNSUPPORTED_MEDIA_TYPE": calling("POST", "/resumes", content="<resume/>", headers={"content-type": "text/xml"}),
    "HOST_NOT_SERVED": calling("GET", "/resumes", headers={"host": "evil.example"}),
    "HEADERS_TOO_LARGE": calling("GET", "/resumes", headers={"x-long": "a" * 15_400}),
    "ANSWER_UNUSABLE": answer_hugely,
    "OVERLOADED": crowd,
}
SLOW: dict[str, Answer] = {"REQUEST_TIMEOUT": drip, "SERVICE_TIMEOUT": linger}
# Needs a gateway with a limit that can be reached, and without the learning service.
LIMITED: dict[str, Answer] = {
    "RATE_LIMITED": calling("GET", "/resumes/kim"),
    "SERVICE_UNREACHABLE": calling("GET", "/learning/kim/learning-path"),
}
