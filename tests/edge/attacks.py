"""What the worst clients send, and what each of them must be answered."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

import httpx

from tests.support.edge import Edge
from tests.support.refusals import JSON, details_of, drip, read_answer

# What an attack was answered: status and reason, None for a success.
Outcome = tuple[int, str | None]
Attack = Callable[[Edge, httpx.AsyncClient], Awaitable[httpx.Response]]
CHUNK = b"a" * 65_536
HEAD = "host: localhost\r\nconnection: close\r\n"
MALFORMED = (400, "MALFORMED_REQUEST")
TOO_LARGE = (413, "BODY_TOO_LARGE")


@dataclass(frozen=True, slots=True)
class Case:
    """One attack; `times` at once, each with the same outcome."""

    name: str
    attack: Attack
    expected: Outcome
    times: int = 1


async def run(edge: Edge, client: httpx.AsyncClient, case: Case) -> set[Outcome]:
    """The outcomes of all times."""
    answers = await asyncio.gather(*(case.attack(edge, client) for _ in range(case.times)))
    return {read_outcome(answer) for answer in answers}


def read_outcome(answer: httpx.Response) -> Outcome:
    """Status and reason; an error in another shape than every other one fails here, a hung up connection is 0."""
    reason = None if answer.is_success or not answer.status_code else details_of(answer)["ErrorInfo"]["reason"]
    return answer.status_code, reason


async def probe(client: httpx.AsyncClient, stop: asyncio.Event) -> list[Outcome]:
    """The outcomes of an honest client that goes on asking until `stop`."""
    outcomes = []
    while not stop.is_set():
        outcomes.append(read_outcome(await client.get("/resumes/honest")))
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), 0.02)
    return outcomes


def sending(data: bytes | str) -> Attack:
    """Bytes as they are, over a connection of its own."""

    async def attack(edge: Edge, _: httpx.AsyncClient) -> httpx.Response:
        reader, writer = await asyncio.open_connection("127.0.0.1", edge.settings.gateway_port)
        writer.write(data.encode() if isinstance(data, str) else data)
        return await asyncio.wait_for(read_answer(reader, writer), 60)

    return attack


def pouring(megabytes: int, head: str, *, chunked: bool = False) -> Attack:
    """A body that is larger than anybody reads, until the gateway has said so."""

    async def pour(writer: asyncio.StreamWriter) -> None:
        piece = b"%x\r\n%s\r\n" % (len(CHUNK), CHUNK) if chunked else CHUNK
        with suppress(OSError):
            for _ in range(megabytes * 2**20 // len(CHUNK)):
                writer.write(piece)
                await writer.drain()

    async def attack(edge: Edge, _: httpx.AsyncClient) -> httpx.Response:
        reader, writer = await asyncio.open_connection("127.0.0.1", edge.settings.gateway_port)
        length = "transfer-encoding: chunked" if chunked else f"content-length: {megabytes * 2**20}"
        writer.write(f"POST /api/v1/resumes HTTP/1.1\r\n{head}{HEAD}{length}\r\n\r\n".encode())
        pouring = asyncio.create_task(pour(writer))
        try:
            return await asyncio.wait_for(read_answer(reader, writer), 60)
        finally:
            pouring.cancel()

    return attack


def posting(body: bytes | str, path: str = "/resumes") -> Attack:
    """A body that calls itself JSON."""

    async def attack(_: Edge, client: httpx.AsyncClient) -> httpx.Response:
        return await client.post(path, content=body, headers=JSON)

    return attack


def asking(method: str, path: str, **headers: str) -> Attack:
    """A request without a body."""
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return sending(f"{method} {path} HTTP/1.1\r\n{HEAD}{lines}\r\n")


async def drip_body(edge: Edge, _: httpx.AsyncClient) -> httpx.Response:
    """A body that never ends. Takes thirty seconds."""
    reader, writer = await asyncio.open_connection("127.0.0.1", edge.settings.gateway_port)
    head = "content-type: application/json\r\ncontent-length: 1000\r\n"
    writer.write(f"POST /api/v1/resumes HTTP/1.1\r\n{HEAD}{head}\r\n{{".encode())
    return await asyncio.wait_for(read_answer(reader, writer), 60)


def nested(depth: int) -> str:
    """JSON as deep as asked for."""
    return '{"name": ' + "[" * depth + "]" * depth + "}"


def list_cases(scale: float) -> list[Case]:
    """Every attack; with 1.0 at its full size."""
    megabytes, many = max(2, round(50 * scale)), max(5, round(200 * scale))
    typed = "content-type: application/json\r\n"
    post = f"POST /api/v1/resumes HTTP/1.1\r\n{HEAD}{typed}"
    key = "/api/v1/resumes/kim"
    return [
        Case("headers that drip", drip, (408, "REQUEST_TIMEOUT"), many),
        Case("headers of 16 KiB", asking("GET", key, x_long="a" * 16_384), (431, "HEADERS_TOO_LARGE"), many // 4),
        Case("headers of 40 KiB", asking("GET", key, x_long="a" * 40_960), (431, "HEADERS_TOO_LARGE")),
        Case("200 headers", asking("GET", key, **{f"x_{n}": "a" for n in range(200)}), (431, "HEADERS_TOO_LARGE")),
        Case("path of 20 KiB", asking("GET", key + "a" * 20_000), (431, "HEADERS_TOO_LARGE")),
        Case("large body, declared", pouring(megabytes, typed), TOO_LARGE, 4),
        Case("large body, chunked", pouring(megabytes, typed, chunked=True), TOO_LARGE, 4),
        Case("deep JSON", posting(nested(200)), MALFORMED),
        Case("bottomless JSON", posting(nested(200_000)), MALFORMED),
        Case("deep objects", posting('{"sections":' * 5_000 + "1" + "}" * 5_000), MALFORMED),
        Case("invalid UTF-8", posting(b'{"name": "\xff\xfe"}'), MALFORMED),
        Case("half a character", posting(b'{"name": "\xed\xa0\x80"}'), MALFORMED),
        Case("JSON without an end", posting('{"name": "'), MALFORMED),
        Case("a list", posting("[]"), MALFORMED),
        Case("NUL in a path", asking("GET", "/api/v1/resumes/a%00b"), MALFORMED),
        Case("fragment in a path", asking("GET", "/api/v1/resumes/a#b"), MALFORMED),
        Case("slash in a key", asking("GET", "/api/v1/resumes/a%2Fb"), (200, None)),
        Case("way out of the API", asking("GET", "/api/v1/../../etc/passwd"), (404, "NO_SUCH_PATH")),
        Case("wrong method", asking("PATCH", key), (405, "METHOD_NOT_ALLOWED")),
        Case("TRACE", asking("TRACE", key), (405, "METHOD_NOT_ALLOWED")),
        Case("no method at all", sending(f"FETCH! {key} HTTP/1.1\r\n{HEAD}\r\n"), MALFORMED),
        Case(
            "other host",
            sending(f"GET {key} HTTP/1.1\r\nhost: evil.example\r\n{HEAD[17:]}\r\n"),
            (421, "HOST_NOT_SERVED"),
        ),
        Case("no host", sending(f"GET {key} HTTP/1.1\r\nconnection: close\r\n\r\n"), MALFORMED),
        Case("spoofed address", asking("GET", key, x_forwarded_for="10.0.0.1", x_envoy_internal="true"), (200, None)),
        Case("spoofed deadline", asking("GET", key, x_envoy_upstream_rq_timeout_ms="1"), (200, None)),
        Case("two lengths", sending(f"{post}content-length: 2\r\ncontent-length: 3\r\n\r\n{{}}"), MALFORMED),
        Case(
            "two framings",
            sending(f"{post}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"),
            MALFORMED,
        ),
        Case("broken chunks", sending(f"{post}transfer-encoding: chunked\r\n\r\nzz\r\n\r\n"), MALFORMED),
        Case("no HTTP", sending(b"\x16\x03\x01\x02\x00\x01\x00" * 20 + b"\r\n\r\n"), MALFORMED),
        Case("NUL in a header", sending(f"GET {key} HTTP/1.1\r\n{HEAD}x: a\0b\r\n\r\n"), MALFORMED),
    ]


def list_slow_cases() -> list[Case]:
    """Attacks that take as long as the gateway's patience."""
    return [
        Case("body that drips", drip_body, (408, "REQUEST_TIMEOUT"), 20),
        # Envoy waits for what would go through the tunnel.
        Case("proxy request", asking("CONNECT", "evil.example:443"), (408, "REQUEST_TIMEOUT")),
    ]


def describe(outcome: Outcome) -> str:
    """An outcome in words."""
    return json.dumps(outcome)
