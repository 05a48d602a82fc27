"""Clients without an SDK: what a fake sends, as it stands on the wire."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import aiohttp
import grpc
from google.ai import generativelanguage as glm
from google.protobuf.message import DecodeError
from google.rpc import status_pb2

from tests.support.vendors.behaviours import VENDOR_TEXT
from tests.support.vendors.claude import FakeClaude
from tests.support.vendors.faults import Mode
from tests.support.vendors.faulty import AnyFake
from tests.support.vendors.gemini import FakeGemini
from tests.support.vendors.http import FakeHttpVendor

# `whole`: read to the vendor's end mark. `unmarked`: a clean end without it.
Ending = Literal["whole", "unmarked", "broken", "hanging", "unreadable"]
_METHODS = {"unary": "GenerateContent", "stream": "StreamGenerateContent"}
_SERVICE = "/google.ai.generativelanguage.v1beta.GenerativeService/"


@dataclass
class Seen:
    """What came: an HTTP status or the name of a gRPC code, the bytes, and the text as far as it could be read.

    `details` are those of a gRPC error.
    """

    mode: Mode
    status: int | str | None = None
    ending: Ending = "whole"
    pieces: list[str] = field(default_factory=list)
    finish: str | None = None
    body: bytearray = field(default_factory=bytearray)
    headers: dict[str, str] = field(default_factory=dict)
    details: list[Any] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def text(self) -> str:
        """The text of the answer."""
        return "".join(self.pieces)

    def take(self, block: bytes) -> None:
        """Notes bytes of the body."""
        self.body += block
        self.changed.set()


def _anything(_seen: Seen) -> bool:
    return True


async def call(
    fake: AnyFake, mode: Mode, *, enough: Callable[[Seen], bool] = _anything, follow_redirects: bool = False
) -> Seen:
    """One call of a fake, read to its end; one that the fake lets hang is given up when `enough` has come."""
    seen = Seen(mode)
    if isinstance(fake, FakeGemini):
        credentials = grpc.ssl_channel_credentials(fake.ca_path.read_bytes())
        options = [("grpc.max_receive_message_length", -1)]
        async with grpc.aio.secure_channel(fake.endpoint, credentials, options=options) as channel:
            await _until_it_hangs(fake, _read_grpc(channel, seen), seen, lambda: enough(seen))
        return seen
    async with aiohttp.ClientSession(auto_decompress=False) as session:
        reading = _read_http(session, fake, seen, follow_redirects=follow_redirects)
        await _until_it_hangs(fake, reading, seen, lambda: enough(_understand(fake, seen)))
    return _understand(fake, seen)


async def _until_it_hangs(fake: AnyFake, reading: Awaitable[None], seen: Seen, enough: Callable[[], bool]) -> None:
    async def watch() -> None:
        await fake.hanging.wait()
        while not enough():
            seen.changed.clear()
            await seen.changed.wait()

    tasks = [asyncio.ensure_future(reading), asyncio.ensure_future(watch())]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    hangs = not tasks[0].done()
    for task in tasks:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    if hangs:
        seen.ending = "hanging"
    for result in results:
        if isinstance(result, Exception):
            raise result


async def _read_http(
    session: aiohttp.ClientSession, fake: FakeHttpVendor, seen: Seen, *, follow_redirects: bool
) -> None:
    body = {"model": "m", "messages": [], "stream": seen.mode == "stream"}
    try:
        async with session.post(f"{fake.origin}{fake.path}", json=body, allow_redirects=follow_redirects) as response:
            seen.status = response.status
            seen.headers = {name.lower(): value for name, value in response.headers.items()}
            seen.changed.set()
            async for block in response.content.iter_any():
                seen.take(block)
    except aiohttp.ClientPayloadError:
        seen.ending = "broken"
    except aiohttp.ClientResponseError:
        # More came than was announced, and it is no response of its own.
        seen.ending = "unreadable"


def _understand(fake: AnyFake, seen: Seen) -> Seen:
    """Reads what came of an answer, from its beginning."""
    if seen.status != 200 or "content-encoding" in seen.headers:
        return seen
    read = _read_claude if isinstance(fake, FakeClaude) else _read_openai
    seen.pieces.clear()
    try:
        for data in _values(seen):
            read(data, seen)
    except (ValueError, RecursionError):
        seen.ending = "unreadable" if seen.ending == "whole" else seen.ending
    if seen.ending == "whole" and seen.finish is None:
        seen.ending = "unmarked"
    return seen


def _values(seen: Seen) -> Iterator[Any]:
    if seen.mode == "unary":
        if seen.ending in ("whole", "unreadable"):
            yield json.loads(seen.body)
        return
    # What comes after the last blank line is no event yet.
    for event in seen.body.split(b"\n\n")[:-1]:
        for line in event.split(b"\n"):
            if line.startswith(b"data: ") and line != b"data: [DONE]":
                yield json.loads(line.removeprefix(b"data: "))


def _read_openai(data: Any, seen: Seen) -> None:
    for choice in data.get("choices", ()):
        _add(choice.get("message", choice.get("delta")).get("content"), seen)
        seen.finish = choice["finish_reason"] or seen.finish


def _read_claude(data: Any, seen: Seen) -> None:
    for block in data.get("content", ()):
        _add(block.get("text"), seen)
    delta = data.get("delta", {})
    _add(delta.get("text"), seen)
    seen.finish = data.get("stop_reason") or delta.get("stop_reason") or seen.finish


def _add(text: str | None, seen: Seen) -> None:
    if text:
        seen.pieces.append(text)


async def _read_grpc(channel: grpc.aio.Channel, seen: Seen) -> None:
    path = _SERVICE + _METHODS[seen.mode]
    ask: Any = channel.unary_stream(path, request_serializer=glm.GenerateContentRequest.serialize)
    call: Any = ask(glm.GenerateContentRequest(model="m"))
    try:
        async for message in call:
            _read_message(message, seen)
        seen.status = "OK"
        if seen.ending == "whole" and seen.finish is None:
            seen.ending = "unmarked"
    except grpc.aio.AioRpcError as error:
        seen.status = error.code().name
        if VENDOR_TEXT not in (error.details() or ""):
            # gRPC's own words.
            seen.ending = "broken"
        for key, value in error.trailing_metadata() or ():
            if key == "grpc-status-details-bin":
                seen.details = list(status_pb2.Status.FromString(value).details)


def _read_message(message: bytes, seen: Seen) -> None:
    seen.take(message)
    try:
        response = glm.GenerateContentResponse.deserialize(message)
    except DecodeError:
        seen.ending = "unreadable"
        return
    if response.prompt_feedback.block_reason:
        seen.finish = response.prompt_feedback.block_reason.name
    for candidate in response.candidates:
        _add("".join(part.text for part in candidate.content.parts), seen)
        if candidate.finish_reason:
            seen.finish = candidate.finish_reason.name
