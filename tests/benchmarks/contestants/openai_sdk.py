"""The vendor's SDK with nothing around it: what everybody else is measured by. It has no fallback.

`--aiohttp` takes its other transport.
"""

import sys
from typing import Any

import openai

from tests.benchmarks.contestants.worker import KEY, MODEL, Plan, serve
from tests.benchmarks.question import MESSAGES, RESPONSE_FORMAT, read


class OpenAISDK:
    """`AsyncOpenAI` as it comes, in its default settings."""

    version = openai.__version__

    def __init__(self, *, aiohttp: bool) -> None:
        self._aiohttp = aiohttp

    def prepare(self, plan: Plan) -> None:
        """Makes one client for each address."""
        self._first, self._second = (self._client(url) for url in (plan.first, plan.second))

    async def ask(self) -> list[str]:
        """One call that is not a stream."""
        return await self._ask(self._first)

    async def stream(self) -> list[str]:
        """One stream, read to its end."""
        chunks = await self._completions(self._first).create(
            model=MODEL,
            messages=list(MESSAGES),
            response_format=dict(RESPONSE_FORMAT),
            stream=True,
            stream_options={"include_usage": True},
        )
        pieces: list[str] = []
        async for chunk in chunks:
            pieces += [choice.delta.content for choice in chunk.choices[:1] if choice.delta.content]
        return read("".join(pieces))

    async def ask_second(self) -> list[str]:
        """The second address."""
        return await self._ask(self._second)

    async def close(self) -> None:
        """Closes both clients."""
        await self._first.close()
        await self._second.close()

    def _client(self, url: str) -> openai.AsyncOpenAI:
        transport = openai.DefaultAioHttpClient() if self._aiohttp else None
        return openai.AsyncOpenAI(api_key=KEY, base_url=url, http_client=transport)

    def _completions(self, client: openai.AsyncOpenAI) -> Any:
        return client.chat.completions  # the question is plain data, the SDK's types are not

    async def _ask(self, client: openai.AsyncOpenAI) -> list[str]:
        answer = await self._completions(client).create(
            model=MODEL,
            messages=list(MESSAGES),
            response_format=dict(RESPONSE_FORMAT),
        )
        return read(answer.choices[0].message.content)


if __name__ == "__main__":
    serve(OpenAISDK(aiohttp="--aiohttp" in sys.argv))
