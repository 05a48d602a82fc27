"""The benchmark's own fake, asked by the vendor's SDK."""

from collections.abc import AsyncIterator

import openai
import pytest

from tests.benchmarks.processes import Child
from tests.benchmarks.question import ITEMS, ONLY, Unusable, read


@pytest.fixture
async def fake() -> AsyncIterator[Child]:
    """A fake in a process of its own."""
    async with Child("tests.benchmarks.fake_openai") as child:
        yield child


@pytest.fixture
async def client(fake: Child) -> AsyncIterator[openai.AsyncOpenAI]:
    """A client of the first server."""
    url = f"http://127.0.0.1:{fake.hello['ports']['first']}/v1"
    async with openai.AsyncOpenAI(api_key="k", base_url=url, max_retries=0) as sdk:
        yield sdk


async def stream(client: openai.AsyncOpenAI, text: str = "hello") -> list[str]:
    """The pieces of text of one streamed answer."""
    chunks = await client.chat.completions.create(model="m", messages=[{"role": "user", "content": text}], stream=True)
    return [chunk.choices[0].delta.content or "" async for chunk in chunks if chunk.choices]


@pytest.mark.parametrize("chunks", [4, 60, 300])
async def test_a_stream_has_as_many_pieces_as_were_set(fake: Child, client: openai.AsyncOpenAI, chunks: int) -> None:
    """The answer comes whole in about so many pieces of text: its length may not divide by them."""
    await fake.ask("set", server="first", chunks=chunks)

    pieces = [piece for piece in await stream(client) if piece]

    assert read("".join(pieces)) == ["first"] * ITEMS
    assert chunks * 0.8 <= len(pieces) <= chunks


async def test_the_rest_of_an_answer_is_just_that(client: openai.AsyncOpenAI) -> None:
    """A request for the last two items brings two, which are no whole answer by themselves."""
    text = "".join(await stream(client, f"{ONLY}2"))

    with pytest.raises(Unusable):
        read(text)
    assert text.count('"question":') == 2


async def test_a_failing_server_answers_as_long_as_it_is_told_to(fake: Child, client: openai.AsyncOpenAI) -> None:
    """The first good request is answered, the next fails, and both are counted."""
    await fake.ask("set", server="first", mode="status", status=500, good=1)

    first = await stream(client)
    with pytest.raises(openai.InternalServerError):
        await stream(client)

    assert read("".join(first)) == ["first"] * ITEMS
    assert (await fake.ask("counts"))["counts"] == {"first": 2, "second": 0}


async def test_a_cut_stream_breaks_half_way(fake: Child, client: openai.AsyncOpenAI) -> None:
    """The SDK sees a broken connection behind some of the text."""
    await fake.ask("set", server="first", mode="cut")
    chunks = await client.chat.completions.create(
        model="m", messages=[{"role": "user", "content": "hello"}], stream=True
    )

    async def drain() -> int:
        return len([chunk async for chunk in chunks])

    with pytest.raises(openai.APIConnectionError):
        await drain()
