# mypy: disable-error-code="import-not-found"
"""LangChain's `with_fallbacks`."""

from importlib.metadata import version
from typing import Any

from langchain_openai import ChatOpenAI

from tests.benchmarks.contestants.worker import KEY, MODEL, TUNED_SECONDS, Plan, serve
from tests.benchmarks.question import RESPONSE_FORMAT, SYSTEM, USER, read

_MESSAGES = [("system", SYSTEM), ("user", USER)]


class LangChain:
    """One chat model with another as its fallback; the schema goes along as it is, which is its shortest way."""

    version = version("langchain-core")

    def prepare(self, plan: Plan) -> None:
        """Makes the models and the chain."""
        self._second = _model(plan, plan.second)
        fallbacks: list[Any] = [self._second]
        if "claude" in plan.others:
            from langchain_anthropic import ChatAnthropic

            fallbacks.append(ChatAnthropic(model="claude-sonnet-5-5", base_url=plan.others["claude"], api_key=KEY))
        if "gemini" in plan.others:
            from langchain_google_genai import ChatGoogleGenerativeAI

            fallbacks.append(ChatGoogleGenerativeAI(model="gemini-3.5-flash-lite", google_api_key=KEY))
        self._chain = _model(plan, plan.first).with_fallbacks(fallbacks)

    async def ask(self) -> list[str]:
        """Through the chain."""
        return read((await self._chain.ainvoke(_MESSAGES)).content)

    async def stream(self) -> list[str]:
        """Through the chain, read to the end."""
        return read("".join([chunk.content async for chunk in self._chain.astream(_MESSAGES)]))

    async def ask_second(self) -> list[str]:
        """The second model."""
        return read((await self._second.ainvoke(_MESSAGES)).content)

    async def close(self) -> None:
        """Nothing: its connections are shared by all models."""


def _model(plan: Plan, url: str) -> Any:
    tuning: dict[str, Any] = {"max_retries": 0, "timeout": TUNED_SECONDS} if plan.tuned else {}
    body = {"response_format": RESPONSE_FORMAT}
    return ChatOpenAI(model=MODEL, api_key=KEY, base_url=url, extra_body=body, **tuning)


if __name__ == "__main__":
    serve(LangChain())
