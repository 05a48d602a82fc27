"""Faults in the bytes of an answer, and streams that break off, over a real socket."""

import asyncio
import json
import zlib
from collections.abc import Callable
from typing import Any

import grpc
import pytest

from tests.support.vendors import (
    MODES,
    VENDORS,
    Cell,
    Mode,
    VendorName,
    answer,
)
from tests.support.vendors.behaviours import BOMB_BYTES, GRPC_BOMB_BYTES, HUGE_BYTES
from tests.support.vendors.gemini import FakeGemini
from tests.support.vendors.http import FakeHttpVendor
from tests.support.vendors.raw_client import Seen, call
from tests.unit.llm.fault_expectations import ENDINGS, GOOD, STREAMS, TEXT, cells, started


def enough_of(name: str, vendor: VendorName, mode: Mode) -> Callable[[Seen], bool]:
    """What has to come before a call is given up as one that hangs."""
    if name == "hang-before-headers" or (vendor == "gemini" and mode == "unary"):
        return lambda _seen: True
    if name == "drip":
        return lambda seen: vendor == "gemini" or len(seen.body) >= 3
    # An empty chunk has no text, and some bytes.
    return lambda seen: len(seen.body) > 0


@pytest.mark.parametrize("cell", cells(ENDINGS))
async def test_a_body_ends_as_the_fault_says(cell: Cell) -> None:
    """What is wrong with the bytes is wrong on the wire, and nothing of it is a whole answer."""
    enough = enough_of(cell.fault, cell.vendor, cell.mode)
    async with started(cell.vendor, cell.fault) as fake, asyncio.timeout(5):
        seen = await call(fake, cell.mode, enough=enough)

        expected = ENDINGS[cell.fault][2 * (cell.vendor == "gemini") + (cell.mode == "stream")]
        assert (seen.ending, seen.text == TEXT) == (expected, False)
        if expected == "hanging":
            await fake.abandoned.wait()
            assert fake.hanging_calls == 0
        if isinstance(fake, FakeHttpVendor):
            assert seen.status == (None if cell.fault in ("hang-before-headers", "wrong-content-length") else 200)


@pytest.mark.parametrize("name", ["drip", "hang-in-body"])
async def test_a_held_line_is_free_again_once_the_call_was_given_up(name: str) -> None:
    """One call that hangs in the middle of its frame does not hold up the next one on the same connection."""
    async with started("gemini", name) as fake, asyncio.timeout(5):
        assert isinstance(fake, FakeGemini)
        credentials = grpc.ssl_channel_credentials(fake.ca_path.read_bytes())
        async with grpc.aio.secure_channel(fake.endpoint, credentials) as channel:
            ask: Any = channel.unary_unary("/google.ai.generativelanguage.v1beta.GenerativeService/GenerateContent")
            first = asyncio.ensure_future(ask(b""))
            await fake.hanging.wait()
            assert fake.open_connections == 1
            first.cancel()
            await fake.abandoned.wait()
            fake.default = answer(GOOD)

            assert TEXT.encode() in await ask(b"")
            assert fake.open_connections == 1


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("vendor", ["openai", "claude"])
async def test_more_comes_than_was_announced(vendor: VendorName, mode: Mode) -> None:
    """The length is that of a part of the body, and all of it comes."""
    async with started(vendor, "wrong-content-length") as fake:
        assert isinstance(fake, FakeHttpVendor)
        head, body = await post(fake, mode)

    announced = int(head.split("content-length: ")[1].split()[0])
    assert announced == round(len(body) * 0.6)
    assert body.endswith(b"}" if mode == "unary" else b"\n\n")


async def post(fake: FakeHttpVendor, mode: Mode) -> tuple[str, bytes]:
    """Head and body of a response, as they are, to the end of the connection."""
    sent = json.dumps({"model": "m", "stream": mode == "stream"})
    reader, writer = await asyncio.open_connection("127.0.0.1", fake.port)
    head = f"POST {fake.path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: {len(sent)}\r\n\r\n"
    writer.write((head + sent).encode())
    received = await reader.read()
    writer.close()
    await writer.wait_closed()
    told, _, body = received.partition(b"\r\n\r\n")
    return told.decode().lower(), body


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("vendor", VENDORS)
async def test_fifty_megabytes_come(vendor: VendorName, mode: Mode) -> None:
    """As an answer that is sound in all but its size."""
    async with started(vendor, "huge-body") as fake:
        seen = await call(fake, mode)

    assert len(seen.body) > HUGE_BYTES
    assert seen.ending == "whole"


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("vendor", ["openai", "claude"])
async def test_a_small_body_unpacks_to_a_large_one(vendor: VendorName, mode: Mode) -> None:
    """The answer stands sound behind all the blanks."""
    async with started(vendor, "gzip-bomb") as fake:
        seen = await call(fake, mode)
    unpacker, size, rest = zlib.decompressobj(31), 0, bytes(seen.body)
    while rest:
        block = unpacker.decompress(rest, 1 << 20)
        size, rest = size + len(block), unpacker.unconsumed_tail

    assert seen.headers["content-encoding"] == "gzip"
    assert len(seen.body) < 1_000_000
    assert size > BOMB_BYTES
    assert block.rstrip().endswith(b"}" if mode == "unary" or vendor == "claude" else b"[DONE]")


@pytest.mark.parametrize("mode", MODES)
async def test_a_small_message_unpacks_to_a_large_one(mode: Mode) -> None:
    """GRPC has a compression of its own."""
    async with started("gemini", "gzip-bomb") as fake:
        seen = await call(fake, mode)

    assert len(seen.body) > GRPC_BOMB_BYTES
    assert seen.text == TEXT


@pytest.mark.parametrize("share", [0.3, 0.6])
@pytest.mark.parametrize("cell", cells(STREAMS))
async def test_a_stream_breaks_off_after_its_share(cell: Cell, share: float) -> None:
    """The chosen part of the text has come, in small pieces, and then the end that the fault says."""
    part = TEXT[: round(len(TEXT) * share)]
    ending, code = STREAMS[cell.fault]
    async with started(cell.vendor, cell.fault, share=share, pieces=50) as fake, asyncio.timeout(5):
        seen = await call(fake, "stream", enough=lambda seen: seen.text == part)

        if cell.vendor == "gemini" and cell.fault == "stream-error-event":
            ending = "whole"  # An error is an end that a reader of this wire cannot miss.
        assert seen.ending == ending
        assert seen.text.startswith(part)
        assert seen.text == part or cell.fault == "stream-malformed"
        assert len(seen.pieces) >= 50 * share
        assert cell.vendor != "gemini" or (seen.status or "") == code
        if ending == "hanging":
            assert fake.open_connections <= 1
            await fake.abandoned.wait()
    assert share < 0.6 or 2 <= part.count('"what_good_answers_cover"') <= 3


@pytest.mark.parametrize("pieces", [1, 7, 60])
@pytest.mark.parametrize("vendor", VENDORS)
async def test_a_stream_comes_in_as_many_pieces_as_asked_for(vendor: VendorName, pieces: int) -> None:
    """Late by its latency, and whole."""
    async with started(vendor, "drip", pieces=pieces, latency=0.001) as fake:
        fake.default = answer(TEXT)
        seen = await call(fake, "stream")

    assert (seen.ending, seen.text) == ("whole", TEXT)
    assert pieces - 1 <= len(seen.pieces) <= pieces
