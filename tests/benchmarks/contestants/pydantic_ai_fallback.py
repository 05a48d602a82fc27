# mypy: disable-error-code="import-not-found"
"""pydantic-ai's FallbackModel."""

from importlib.metadata import version
from typing import Any

import openai
from pydantic_ai.direct import model_request, model_request_stream
from pydantic_ai.messages import ModelRequest, SystemPromptPart, UserPromptPart
from pydantic_ai.models.fallback import FallbackModel
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

from tests.benchmarks.contestants.worker import KEY, MODEL, TUNED_SECONDS, Plan, serve
from tests.benchmarks.question import RESPONSE_FORMAT, SYSTEM, USER, read

_SETTINGS = {"extra_body": {"response_format": RESPONSE_FORMAT}}


class PydanticAI:
    """Asked by its `direct` functions, without an agent around: its shortest way."""

    version = version("pydantic-ai-slim")

    def prepare(self, plan: Plan) -> None:
        """Makes the models."""
        self._second = _model(plan, plan.second)
        others: list[Any] = [self._second]
        if "claude" in plan.others:
            from pydantic_ai.models.anthropic import AnthropicModel
            from pydantic_ai.providers.anthropic import AnthropicProvider

            provider = AnthropicProvider(api_key=KEY, base_url=plan.others["claude"])
            others.append(AnthropicModel("claude-sonnet-5-5", provider=provider))
        if "gemini" in plan.others:
            from pydantic_ai.models.google import GoogleModel
            from pydantic_ai.providers.google import GoogleProvider

            others.append(GoogleModel("gemini-3.5-flash-lite", provider=GoogleProvider(api_key=KEY)))
        self._chain = FallbackModel(_model(plan, plan.first), *others)

    async def ask(self) -> list[str]:
        """Through the chain."""
        return read((await model_request(self._chain, _messages(), model_settings=_SETTINGS)).text)

    async def stream(self) -> list[str]:
        """Through the chain, read to the end."""
        async with model_request_stream(self._chain, _messages(), model_settings=_SETTINGS) as events:
            async for _ in events:
                pass
            return read(events.get().text)

    async def ask_second(self) -> list[str]:
        """The second model."""
        return read((await model_request(self._second, _messages(), model_settings=_SETTINGS)).text)

    async def close(self) -> None:
        """Nothing: its connections are shared by all models."""


def _messages() -> list[Any]:
    return [ModelRequest(parts=[SystemPromptPart(SYSTEM), UserPromptPart(USER)])]


def _model(plan: Plan, url: str) -> Any:
    if plan.tuned:
        client = openai.AsyncOpenAI(api_key=KEY, base_url=url, max_retries=0, timeout=TUNED_SECONDS)
        return OpenAIChatModel(MODEL, provider=OpenAIProvider(openai_client=client))
    return OpenAIChatModel(MODEL, provider=OpenAIProvider(base_url=url, api_key=KEY))


if __name__ == "__main__":
    serve(PydanticAI())
