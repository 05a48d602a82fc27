"""How what a vendor does is classified, by the real SDK against a fake server."""

import asyncio
from typing import Any

import pytest

from shared.llm.client import LLMClient
from shared.llm.errors import (
    AnswerMalformed,
    AnswerTruncated,
    ConnectionFailed,
    ContentFiltered,
    CredentialsRejected,
    LLMError,
    ModelNotFound,
    Overloaded,
    ProviderError,
    ProviderTimeout,
    QuotaExhausted,
    RateLimited,
    RequestRejected,
)
from shared.llm.messages import Completion, Usage
from tests.support.vendors import (
    Behaviour,
    answer,
    cut,
    drip,
    hang,
    refuse,
    status,
    truncated,
    wrong_shape,
)
from tests.support.vendors.behaviours import Damage, Damaged, Status
from tests.unit.llm.conftest import PROMPT, Vendor, start_vendor

SENSELESS = {
    "object": '{"unexpected": true}',
    "no choices": '{"choices": []}',
    "empty": "{}",
    "garbage": "no json",
    "string": '"text"',
    "list": "[]",
    "null": "null",
    "deep": "[" * 100_000,
}


async def read_stream(client: LLMClient, *, timeout: float = 5.0) -> list[str | Usage | Completion]:
    """All items of a stream."""
    return [item async for item in client.stream(PROMPT, timeout=timeout)]


EVERY_VENDOR: list[tuple[Behaviour, type[ProviderError]]] = [
    (status(400), RequestRejected),
    (status(401), CredentialsRejected),
    (status(403), CredentialsRejected),
    (status(404), ModelNotFound),
    (status(408), ProviderTimeout),
    (status(429), RateLimited),
    (status(500), Overloaded),
    (status(503), Overloaded),
    (refuse(), ContentFiltered),
    (refuse(filtered=True), ContentFiltered),
    (truncated(), AnswerTruncated),
    (answer(""), AnswerMalformed),
]
HTTP_VENDORS: list[tuple[Behaviour, type[ProviderError]]] = [
    (status(302, headers={"Location": "http://127.0.0.1:1/"}), ProviderError),
    (status(402), QuotaExhausted),
    (status(413), RequestRejected),
    (status(422), RequestRejected),
    (status(529), Overloaded),
    (status(418), ProviderError),
    (cut(), ConnectionFailed),
]
BY_NAME: list[tuple[str, Behaviour, type[ProviderError]]] = [
    ("gemini", status(400, name="API_KEY_INVALID"), CredentialsRejected),
    ("gemini", status(429, name="GenerateRequestsPerDayPerProjectPerModel"), QuotaExhausted),
    ("gemini", status(429, name="GenerateRequestsPerMinutePerProjectPerModel"), RateLimited),
    ("gemini", status(412), RequestRejected),
    ("gemini", status(504), ProviderTimeout),
    ("openai", status(429, name="insufficient_quota"), QuotaExhausted),
    ("openai", status(429, name="rate_limit_exceeded"), RateLimited),
    ("openai", status(400, name="model_not_found"), ModelNotFound),
    ("openai", status(400, name="content_filter"), ContentFiltered),
    ("claude", status(500, name="overloaded_error"), Overloaded),
    ("claude", status(400, name="billing_error"), QuotaExhausted),
]


def _name(value: Any) -> str:
    if isinstance(value, type):
        return value.__name__
    if isinstance(value, Status):
        return "-".join(str(part) for part in (value.code, value.name) if part)
    return value if isinstance(value, str) else type(value).__name__


@pytest.mark.parametrize(("behaviour", "expected"), EVERY_VENDOR, ids=_name)
@pytest.mark.parametrize("streamed", [False, True], ids=["unary", "stream"])
async def test_a_failure_of_any_vendor_gets_its_class(
    vendor: Vendor, streamed: bool, behaviour: Behaviour, expected: type[ProviderError]
) -> None:
    """What every vendor can do wrong has one class, whichever way it was asked, and costs one request."""
    vendor.fake.script(behaviour)

    with pytest.raises(LLMError) as raised:
        await (read_stream(vendor.client) if streamed else vendor.client.complete(PROMPT, timeout=5))

    assert type(raised.value) is expected
    assert len(vendor.fake.requests) == 1


@pytest.mark.parametrize("name", ["openai", "claude"])
@pytest.mark.parametrize(("behaviour", "expected"), HTTP_VENDORS, ids=_name)
async def test_a_failure_over_http_gets_its_class(
    name: str, behaviour: Behaviour, expected: type[ProviderError]
) -> None:
    """What only HTTP can say has one class with both vendors that speak it, and costs one request."""
    async with start_vendor(name) as vendor:
        vendor.fake.script(behaviour)

        with pytest.raises(LLMError) as raised:
            await vendor.client.complete(PROMPT, timeout=5)

        assert type(raised.value) is expected
        assert len(vendor.fake.requests) == 1


@pytest.mark.parametrize(("name", "behaviour", "expected"), BY_NAME, ids=_name)
async def test_the_name_of_an_error_outranks_its_status(
    name: str, behaviour: Behaviour, expected: type[ProviderError]
) -> None:
    """A vendor's own name for the error decides where the status would mislead."""
    async with start_vendor(name) as vendor:
        vendor.fake.script(behaviour)

        with pytest.raises(LLMError) as raised:
            await vendor.client.complete(PROMPT, timeout=5)

        assert type(raised.value) is expected


@pytest.mark.parametrize(
    ("name", "error"),
    [("gemini", None), ("openai", "rate_limit_exceeded"), ("claude", "rate_limit_error")],
)
async def test_an_error_in_the_middle_of_a_stream_gets_its_class(name: str, error: str | None) -> None:
    """An error that comes after some text is classified as if it had come at once."""
    async with start_vendor(name) as vendor:
        vendor.fake.script(status(429, name=error, late=True))

        with pytest.raises(LLMError) as raised:
            await read_stream(vendor.client)

        assert type(raised.value) is RateLimited


@pytest.mark.parametrize("clean", [False, True], ids=["broken", "clean"])
async def test_a_cut_stream_is_no_answer(vendor: Vendor, clean: bool) -> None:
    """A stream without the vendor's end mark fails, however politely it ended."""
    vendor.fake.script(cut({"topic": "half of this is no answer"}, clean=clean))

    with pytest.raises((ConnectionFailed, Overloaded)):
        await read_stream(vendor.client)


@pytest.mark.parametrize("streamed", [False, True], ids=["unary", "stream"])
@pytest.mark.parametrize(
    ("name", "body"),
    [(name, body) for name in ("openai", "claude") for body in SENSELESS] + [("gemini", "empty")],
)
async def test_a_senseless_body_is_a_failure_of_the_provider(name: str, body: str, streamed: bool) -> None:
    """Success with a body outside the vendor's own contract ends in our error and in no other."""
    async with start_vendor(name) as vendor:
        vendor.fake.script(wrong_shape(SENSELESS[body]))

        with pytest.raises(LLMError) as raised:
            await (read_stream(vendor.client) if streamed else vendor.client.complete(PROMPT, timeout=5))

        assert type(raised.value) in (ProviderError, ConnectionFailed)


@pytest.mark.parametrize("streamed", [False, True], ids=["unary", "stream"])
@pytest.mark.parametrize("behaviour", [hang(), drip()], ids=["hang", "drip"])
async def test_time_is_bounded_in_all(vendor: Vendor, streamed: bool, behaviour: Behaviour) -> None:
    """Neither silence nor a drip of bytes outlasts the timeout, and the request ends with it."""
    vendor.fake.script(behaviour)

    with pytest.raises(ProviderTimeout):
        await (read_stream(vendor.client, timeout=0.2) if streamed else vendor.client.complete(PROMPT, timeout=0.2))

    async with asyncio.timeout(5):
        await vendor.fake.abandoned.wait()


async def test_the_providers_own_cap_bounds_a_generous_timeout() -> None:
    """The smaller of the caller's timeout and the configured one counts."""
    async with start_vendor("openai", timeout=0.1) as vendor:
        vendor.fake.script(hang())

        with pytest.raises(ProviderTimeout):
            await vendor.client.complete(PROMPT, timeout=60)


async def test_cancelling_ends_the_request_at_the_vendor(vendor: Vendor) -> None:
    """A caller who leaves is not kept waiting, nor is the vendor."""
    vendor.fake.script(hang())
    task = asyncio.create_task(vendor.client.complete(PROMPT, timeout=30))
    async with asyncio.timeout(5):
        await vendor.fake.hanging.wait()

    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(5):
        await vendor.fake.abandoned.wait()


@pytest.mark.parametrize("name", ["gemini", "openai", "claude"])
async def test_nobody_listening_is_a_failed_connection(name: str) -> None:
    """A refused connection is told from a vendor who is overloaded."""
    address = "127.0.0.1:9" if name == "gemini" else "http://127.0.0.1:9"
    async with start_vendor(name, base_url=address) as vendor:
        with pytest.raises(ConnectionFailed):
            await vendor.client.complete(PROMPT, timeout=5)


async def test_a_client_may_be_closed_twice(vendor: Vendor) -> None:
    """Whoever gives up a client need not know whether somebody did before."""
    await vendor.client.complete(PROMPT, timeout=5)

    await vendor.client.close()
    await vendor.client.close()


@pytest.mark.parametrize("streamed", [False, True], ids=["unary", "stream"])
async def test_a_connection_that_breaks_in_the_middle_of_a_call_is_told_as_that(vendor: Vendor, streamed: bool) -> None:
    """It is no word of the vendor's that it has too much to do."""
    vendor.fake.script(Damaged("{}", Damage.TRUNCATED))

    with pytest.raises(LLMError) as raised:
        await (read_stream(vendor.client) if streamed else vendor.client.complete(PROMPT, timeout=5))

    assert type(raised.value) is ConnectionFailed


async def test_a_connection_that_ends_before_any_answer_is_told_as_that() -> None:
    """The HTTP client of one SDK would call it a timeout."""

    async def leave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.close()

    server = await asyncio.start_server(leave, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        for name in ("openai", "claude"):
            async with start_vendor(name, base_url=address) as vendor:
                with pytest.raises(ConnectionFailed):
                    await vendor.client.complete(PROMPT, timeout=5)
