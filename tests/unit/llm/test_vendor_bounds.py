"""Answers that are too much: too long, compressed, nested, and errors of any length. None is read to its end."""

import asyncio
import gzip
import json
import tracemalloc
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from shared.llm.client import LLMClient
from shared.llm.errors import AnswerMalformed, LLMError, Overloaded, ProviderError, QuotaExhausted, RateLimited
from shared.llm.messages import Completion
from tests.support.vendors.behaviours import Damage, Damaged
from tests.unit.llm.conftest import PROMPT, Vendor, start_vendor

HTTP_VENDORS = ["openai", "claude"]
MEGABYTE = 1024 * 1024
TEXT = '{"topic": "a"}'


@dataclass
class Raw:
    """A server that answers every request with the same bytes; `read_to_end` is whether the caller took them all.

    `ended` says when the body may end; None is at once.
    """

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    ended: asyncio.Event | None = None
    read_to_end: bool = False
    connections: set[Any] = field(default_factory=set)

    async def handle(self, http: web.Request) -> web.StreamResponse:
        """Sends what was given, and more of it without an end where it ends in dots."""
        await http.read()
        self.connections.add(http.transport)
        response = web.StreamResponse(status=self.status, headers={"Content-Type": "application/json"} | self.headers)
        await response.prepare(http)
        try:
            await response.write(self.body)
            if self.ended:
                await self.ended.wait()
            while self.body.endswith(b"..."):
                await response.write(b"." * 65536)
        except ConnectionError:
            return response
        self.read_to_end = True
        return response


@asynccontextmanager
async def start_raw(name: str, raw: Raw, **given: Any) -> AsyncIterator[LLMClient]:
    """A client of the vendor `name` that speaks to `raw`; `given` are settings."""
    app = web.Application()
    app.router.add_post("/{path:.*}", raw.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        async with start_vendor(name, base_url=f"http://127.0.0.1:{runner.addresses[0][1]}", **given) as vendor:
            yield vendor.client
    finally:
        await runner.cleanup()


@contextmanager
def traced_memory() -> Iterator[Callable[[], int]]:
    """Gives what tells, afterwards, the most bytes that were held at once."""
    peak = 0
    tracemalloc.start()
    try:
        yield lambda: peak
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


async def ask(client: LLMClient, streamed: bool) -> Completion:
    """The completion, by either way of asking."""
    if not streamed:
        return await client.complete(PROMPT, timeout=5)
    last = [item async for item in client.stream(PROMPT, timeout=5)][-1]
    assert isinstance(last, Completion)
    return last


streamed_or_not = pytest.mark.parametrize("streamed", [False, True], ids=["unary", "stream"])


@streamed_or_not
async def test_an_answer_without_end_is_given_up(vendor: Vendor, streamed: bool) -> None:
    """Whatever the vendor sends, the bound ends it, and the next answer is read as ever."""
    vendor.fake.script(Damaged(TEXT, Damage.HUGE))

    with pytest.raises(AnswerMalformed):
        await ask(vendor.client, streamed)

    assert isinstance(await ask(vendor.client, streamed), Completion)


@streamed_or_not
@pytest.mark.parametrize("name", HTTP_VENDORS)
async def test_a_compressed_answer_is_refused_before_it_is_unpacked(name: str, streamed: bool) -> None:
    """We ask for none, so whoever sends one gets it back unread: a small one may unpack to anything."""
    raw = Raw(gzip.compress(b" " * 64 * MEGABYTE), headers={"Content-Encoding": "gzip"})
    async with start_raw(name, raw) as client:
        with traced_memory() as peak, pytest.raises(AnswerMalformed):
            await ask(client, streamed)

    assert peak() < 16 * MEGABYTE


@streamed_or_not
async def test_a_compressed_answer_of_google_is_bounded_unpacked(streamed: bool) -> None:
    """GRPC unpacks on its own, as far as the bound of a message; that is no rate limit, whatever its code says."""
    async with start_vendor("gemini") as vendor:
        vendor.fake.script(Damaged(TEXT, Damage.BOMB))

        with pytest.raises(AnswerMalformed):
            await ask(vendor.client, streamed)


@pytest.mark.parametrize("name", HTTP_VENDORS)
async def test_no_compression_is_asked_for(name: str) -> None:
    """Only a body as it is has a bound."""
    async with start_vendor(name) as vendor:
        await vendor.client.complete(PROMPT, timeout=5)

        assert vendor.fake.requests[0].headers["accept-encoding"] == "identity"


@streamed_or_not
@pytest.mark.parametrize("name", HTTP_VENDORS)
@pytest.mark.parametrize(("status", "expected"), [(429, RateLimited), (500, Overloaded)])
async def test_an_error_without_end_keeps_its_class(
    name: str, status: int, expected: type[ProviderError], streamed: bool
) -> None:
    """The head of its body is read, and the connection is not used again."""
    raw = Raw(b'{"error": {"message": "...', status)
    async with start_raw(name, raw) as client:
        for _ in range(2):
            with pytest.raises(LLMError) as raised:
                await ask(client, streamed)
            assert type(raised.value) is expected

    assert not raw.read_to_end
    assert len(raw.connections) == 2


@pytest.mark.parametrize("name", HTTP_VENDORS)
async def test_a_compressed_error_keeps_its_class(name: str) -> None:
    """Its body stays packed, so the status alone says what it is."""
    raw = Raw(gzip.compress(b" " * 64 * MEGABYTE), 429, {"Content-Encoding": "gzip", "Retry-After": "7"})
    async with start_raw(name, raw) as client:
        with traced_memory() as peak, pytest.raises(RateLimited) as raised:
            await client.complete(PROMPT, timeout=5)

    assert raised.value.retry_after == 7
    assert peak() < 16 * MEGABYTE


DEEP, LONG = "[" * 10_000 + "]" * 10_000, "7" * 5_000
SENSELESS = {
    "deep": DEEP,
    "deep inside": f'{{"unknown": {DEEP}, "choices": [], "content": []}}',
    "deep usage": f'{{"usage": {DEEP}}}',
    "deep error": f'{{"error": {DEEP}}}',
    "long number": f'{{"usage": {LONG}, "choices": {LONG}, "content": {LONG}}}',
    "not a number": '{"usage": NaN, "choices": NaN, "content": NaN}',
    "no letter": '{"choices": [{"message": {"content": "\\ud800"}}], "content": [{"text": "\\ud800"}]}',
    "wrong types": '{"choices": [{"message": {"content": 1}}], "content": [{"type": "text", "text": 1}]}',
    "wrong inside": '{"choices": [1], "content": [1]}',
}


@streamed_or_not
@pytest.mark.parametrize("name", HTTP_VENDORS)
@pytest.mark.parametrize("body", SENSELESS)
async def test_what_no_reader_can_take_is_one_clear_error(name: str, body: str, streamed: bool) -> None:
    """Depth, length and types that would break a reader end in an error of ours, and in no other."""
    text = SENSELESS[body]
    raw = Raw(f"event: message_start\ndata: {text}\n\n".encode() if streamed else text.encode())
    raw.headers = {"Content-Type": "text/event-stream"} if streamed else {}
    async with start_raw(name, raw) as client:
        with pytest.raises(ProviderError) as raised:
            await ask(client, streamed)

    assert text not in str(raised.value)


@pytest.mark.parametrize(
    ("count", "known"),
    [(10, True), (0, True), (-1, False), (10**12, False), ("10", False), (1.5, False), (True, False), (None, False)],
)
async def test_a_senseless_count_of_tokens_is_no_count(count: Any, known: bool) -> None:
    """The answer is good all the same: what it used is then unknown."""
    usage = {"prompt_tokens": count, "completion_tokens": 1, "prompt_tokens_details": [], "more": DEEP}
    body = {"choices": [{"message": {"content": TEXT}, "finish_reason": "stop"}], "usage": usage}
    async with start_raw("vllm", Raw(json.dumps(body).encode())) as client:
        completion = await client.complete(PROMPT, timeout=5)

    assert completion.text == TEXT
    assert (completion.usage is not None) is known


@streamed_or_not
async def test_an_error_under_a_status_of_success_gets_its_class(streamed: bool) -> None:
    """Some proxies answer 200 and tell of the error in the body."""
    body = json.dumps({"error": {"code": "insufficient_quota", "message": "words"}})
    async with start_raw("openai", Raw(body.encode())) as client:
        with pytest.raises(QuotaExhausted):
            await ask(client, streamed)


async def test_a_server_that_does_not_stream_is_read_all_the_same() -> None:
    """Who answers in one piece, where pieces were asked for, has answered."""
    body = {"choices": [{"message": {"content": TEXT}, "finish_reason": "stop"}]}
    async with start_raw("vllm", Raw(json.dumps(body).encode())) as client:
        items = [item async for item in client.stream(PROMPT, timeout=5)]

    assert items == [TEXT, Completion(TEXT, "vllm", "some-model")]


STREAMS: dict[str, list[Any]] = {
    "openai": [{"choices": [{"delta": {"content": TEXT}, "finish_reason": "stop"}]}, "[DONE]"],
    "claude": [
        {"type": "content_block_delta", "delta": {"type": "text_delta", "text": TEXT}},
        {"type": "message_stop"},
    ],
}


@pytest.mark.parametrize("name", HTTP_VENDORS)
async def test_one_connection_serves_one_stream_after_the_other(name: str) -> None:
    """The end of the body, which comes behind the end mark, is read too: the next call need not connect anew."""
    events = [event if isinstance(event, str) else json.dumps(event) for event in STREAMS[name]]
    body = "".join(f"data: {event}\n\n" for event in events).encode()
    ended = asyncio.Event()
    raw = Raw(body, headers={"Content-Type": "text/event-stream"}, ended=ended)
    calls = []
    async with start_raw(name, raw) as client:
        for _ in range(3):
            ended.clear()
            items = []
            async for item in client.stream(PROMPT, timeout=5):
                items.append(item)
                # Whatever follows at once follows before this: the end mark came together with the text.
                asyncio.get_running_loop().call_soon(ended.set)
            calls.append(items)

    assert [items[0] for items in calls] == [TEXT] * 3
    assert len(raw.connections) == 1
