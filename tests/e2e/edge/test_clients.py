"""Browsers, grpc-web, TLS: each kind of client is served, and none can say more than it may."""

import ssl
from base64 import b64decode, b64encode

import grpc
import grpc.aio
import httpx
import pytest

from career.interview.v1.interview_service_pb2 import StreamQuestionsResponse
from career.resume.v1.resume_pb2 import Resume
from career.resume.v1.resume_service_pb2 import GetResumeRequest
from career.resume.v1.resume_service_pb2_grpc import ResumeServiceStub
from tests.e2e.edge.conftest import JOBS
from tests.support.edge import Edge
from tests.support.http2 import post
from tests.support.refusals import reason_of

GET_RESUME = "/career.resume.v1.ResumeService/GetResume"

pytestmark = pytest.mark.asyncio(loop_scope="session")


def trusting(edge: Edge, *protocols: str) -> ssl.SSLContext:
    """What trusts the gateway's certificate alone."""
    context = ssl.create_default_context(cafile=edge.settings.gateway_tls_certificate)
    context.set_alpn_protocols(list(protocols))
    return context


async def test_tls_serves_the_same(edge: Edge) -> None:
    """And tells browsers to come back that way, which plain text does not."""
    base = f"https://localhost:{edge.settings.gateway_tls_port}/api/v1"

    async with edge.client(base_url=base, verify=trusting(edge, "http/1.1")) as client, edge.client() as plain:
        encrypted, open_ = await client.get("/resumes/kim"), await plain.get("/resumes/kim")

    assert encrypted.json() == open_.json()
    assert encrypted.headers["strict-transport-security"] == "max-age=31536000"
    assert "strict-transport-security" not in open_.headers


async def test_http2_is_agreed_upon_within_tls(edge: Edge) -> None:
    """By ALPN; a stream of events runs over it."""
    edge.upstream.events.put_nowait(StreamQuestionsResponse(index=7))
    edge.upstream.events.put_nowait(None)
    path = "/api/v1/interview/kim/questions:stream"
    assert edge.settings.gateway_tls_port

    async with post(edge.settings.gateway_tls_port, path, tls=trusting(edge, "h2")) as exchange:
        agreed = exchange.writer.get_extra_info("ssl_object").selected_alpn_protocol()
        frames = [frame async for frame in exchange.data()]

    assert agreed == "h2"
    assert frames == [b'data: {"index":7}\n\n']


async def test_grpc_runs_within_tls(edge: Edge) -> None:
    """With the certificate as its root."""
    assert edge.settings.gateway_tls_certificate
    roots = grpc.ssl_channel_credentials(edge.settings.gateway_tls_certificate.read_bytes())

    async with grpc.aio.secure_channel(f"localhost:{edge.settings.gateway_tls_port}", roots) as channel:
        resume = await ResumeServiceStub(channel).GetResume(GetResumeRequest(unique_key="kim"))

    assert resume.unique_key == "kim"


async def test_a_page_of_a_listed_site_may_call(edge: Edge) -> None:
    """Its browser asks first, is told what may be sent, and may read the answer and its headers."""
    asking = {"access-control-request-method": "POST", "access-control-request-headers": "content-type,idempotency-key"}

    async with edge.client(headers={"origin": JOBS}) as page:
        asked = await page.options("/resumes", headers=asking)
        written = await page.post("/resumes", json={"name": "김개발"})
        refused = await page.get("/nothing")

    assert asked.status_code == 200
    assert {"content-type", "idempotency-key"} <= listed(asked, "access-control-allow-headers")
    assert listed(asked, "access-control-allow-methods") == {"GET", "POST", "PUT", "DELETE"}
    assert written.status_code == 200
    assert {a.headers["access-control-allow-origin"] for a in (asked, written, refused)} == {JOBS}
    assert {"x-request-id", "retry-after"} <= listed(refused, "access-control-expose-headers")


@pytest.mark.parametrize("origin", ["https://evil.example", f"{JOBS}.evil.example", "http://jobs.example", "null"])
async def test_a_page_of_any_other_site_may_not(edge: Edge, origin: str) -> None:
    """Neither is its question answered, nor can it read or write."""
    async with edge.client(headers={"origin": origin}) as page:
        asked = await page.options("/resumes", headers={"access-control-request-method": "POST"})
        read = await page.get("/resumes/kim")
        written = await page.post("/resumes", json={})

    assert (asked.status_code, reason_of(written)) == (403, "ORIGIN_NOT_ALLOWED")
    assert not any("access-control-allow-origin" in answer.headers for answer in (asked, read, written))


@pytest.mark.parametrize("text", [False, True], ids=["binary", "text"])
async def test_grpc_web_is_served(edge: Edge, text: bool) -> None:
    """Over HTTP/1.1: a message frame and a frame of trailers, in base64 where the client asks for it."""
    message = GetResumeRequest(unique_key="kim").SerializeToString()
    body = b"\0" + len(message).to_bytes(4, "big") + message
    kind = "application/grpc-web-text" if text else "application/grpc-web+proto"

    async with edge.client(base_url=edge.origin, headers={"content-type": kind, "accept": kind}) as client:
        answer = await client.post(GET_RESUME, content=b64encode(body) if text else body)

    data, trailers = read_frames(read_base64(answer.content) if text else answer.content)
    assert data == (0, Resume(unique_key="kim").SerializeToString())
    assert trailers[0] == 0x80
    assert b"grpc-status:0\r\n" in trailers[1]


def read_base64(text: bytes) -> bytes:
    """Pieces of base64, each padded on its own."""
    return b"".join(b64decode(piece + b"=" * (-len(piece) % 4)) for piece in text.split(b"=") if piece)


def read_frames(body: bytes) -> list[tuple[int, bytes]]:
    """Flag and payload of each frame."""
    frames = []
    while body:
        size = int.from_bytes(body[1:5], "big")
        frames.append((body[0], body[5 : 5 + size]))
        body = body[5 + size :]
    return frames


async def test_an_idempotency_key_reaches_the_service(edge: Edge) -> None:
    """As metadata of the same name, from every kind of client."""
    given = {"idempotency-key": "order-4711"}
    seen = []

    async with edge.client() as client:
        await client.post("/resumes", json={"name": "김개발"}, headers=given)
        seen.append(edge.upstream.metadata["idempotency-key"])
        await client.get("/resumes/kim", headers=given)
        seen.append(edge.upstream.metadata["idempotency-key"])
    async with grpc.aio.insecure_channel(f"127.0.0.1:{edge.settings.gateway_port}") as channel:
        await ResumeServiceStub(channel).GetResume(GetResumeRequest(unique_key="kim"), metadata=tuple(given.items()))
        seen.append(edge.upstream.metadata["idempotency-key"])

    assert seen == ["order-4711"] * 3


SPOOFED = {
    "x-forwarded-for": "10.1.1.1",
    "x-forwarded-host": "evil.example",
    "x-forwarded-proto": "https",
    "x-forwarded-user": "root",
    "x-forwarded-client-cert": "By=spiffe://evil",
    "forwarded": "for=10.1.1.1",
    "x-real-ip": "10.1.1.1",
    "true-client-ip": "10.1.1.1",
    "x-client-ip": "10.1.1.1",
    "x-user-id": "root",
    "x-auth-request-user": "root",
    "x-authenticated-user": "root",
    "x-remote-user": "root",
    "x-original-url": "/admin",
    "x-envoy-original-path": "/admin",
    "x-envoy-external-address": "10.1.1.1",
    "x-envoy-internal": "true",
    "x-envoy-upstream-rq-timeout-ms": "1",
    "x-envoy-max-retries": "50",
    "x-envoy-expected-rq-timeout-ms": "1",
}


async def test_who_a_caller_is_cannot_be_said_from_outside(edge: Edge) -> None:
    """Headers of identity, of proxies and of Envoy itself do not reach a service with a client's value."""
    async with edge.client() as client:
        answer = await client.get("/resumes/kim", headers=SPOOFED)

    assert answer.status_code == 200
    assert {name for name, value in SPOOFED.items() if edge.upstream.metadata.get(name) == value} == set()
    assert not any("127.0.0.1" in value for name, value in edge.upstream.metadata.items() if name != "user-agent")


@pytest.mark.parametrize("coding", ["gzip", "br"])
async def test_large_answers_are_compressed(edge: Edge, coding: str) -> None:
    """JSON and files alike; a small answer is sent as it is."""
    large = {"name": "김개발" * 1000}

    async with edge.client(headers={"accept-encoding": coding}) as client:
        async with client.stream("POST", "/resumes", json=large) as answer:
            size = len(b"".join([chunk async for chunk in answer.aiter_raw()]))
        async with client.stream("GET", "/openapi.json") as file:
            pass
        small = await client.get("/resumes/kim")

    assert answer.headers["content-encoding"] == file.headers["content-encoding"] == coding
    assert size < 1000
    assert "content-encoding" not in small.headers


@pytest.mark.parametrize(
    ("path", "status"), [("/resumes/kim", 200), ("/nothing", 404), ("/resumes?size=1", 400)], ids=["ok", "404", "400"]
)
async def test_every_answer_is_safe_to_keep_out_of_pages_and_caches(edge: Edge, path: str, status: int) -> None:
    """Successes and errors: not stored, not framed, not guessed to be something else."""
    async with edge.client() as client:
        answer = await client.get(path)

    assert answer.status_code == status
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"


def listed(answer: httpx.Response, header: str) -> set[str]:
    """The words of a header."""
    return {word.strip() for word in answer.headers[header].split(",")}
