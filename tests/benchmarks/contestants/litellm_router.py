# mypy: disable-error-code="import-not-found,import-untyped"
"""LiteLLM's Router with a fallback from one model group to another."""

import os
from importlib.metadata import version
from typing import Any

from tests.benchmarks.contestants.worker import KEY, MODEL, TUNED_SECONDS, Plan, serve
from tests.benchmarks.question import MESSAGES, RESPONSE_FORMAT, read

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # it asks the network at import otherwise

import litellm

litellm.telemetry = False
litellm.suppress_debug_info = True
# It refuses some arguments for models that it does not know.
_MODELS = {"gemini": "gemini/gemini-2.5-flash", "claude": "anthropic/claude-sonnet-4-5"}


class LiteLLM:
    """Two groups and a fallback, as its documentation shows.

    With `cooldown` one group of two deployments in an order, which is the set-up in which it leaves a dead one alone.
    """

    version = version("litellm")

    def prepare(self, plan: Plan) -> None:
        """Makes the router."""
        tuning: dict[str, Any] = {"num_retries": 0, "timeout": TUNED_SECONDS} if plan.tuned or plan.cooldown else {}
        if plan.cooldown:
            deployments = [_deployment("first", plan.first, order=1), _deployment("first", plan.second, order=2)]
            tuning |= {"allowed_fails": 3, "cooldown_time": 60}
        else:
            deployments = [_deployment("first", plan.first), _deployment("second", plan.second)]
            tuning["fallbacks"] = [{"first": ["second"]}]
        for name, url in plan.others.items():
            route = {"model": _MODELS[name], "api_base": url, "api_key": KEY}
            deployments.append({"model_name": name, "litellm_params": route})
        self._router = litellm.Router(model_list=deployments, **tuning)

    async def ask(self) -> list[str]:
        """Through the router."""
        return await self._ask("first")

    async def stream(self) -> list[str]:
        """Through the router, read to the end."""
        chunks = await self._router.acompletion(
            model="first", messages=list(MESSAGES), response_format=dict(RESPONSE_FORMAT), stream=True
        )
        return read("".join([chunk.choices[0].delta.content or "" async for chunk in chunks if chunk.choices]))

    async def ask_second(self) -> list[str]:
        """The second group."""
        return await self._ask(self._router.model_list[1]["model_name"])

    async def close(self) -> None:
        """Forgets the router; its connections are shared by all routers."""
        self._router.discard()

    async def _ask(self, group: str) -> list[str]:
        answer = await self._router.acompletion(
            model=group, messages=list(MESSAGES), response_format=dict(RESPONSE_FORMAT)
        )
        return read(answer.choices[0].message.content)


def _deployment(group: str, url: str, **more: int) -> dict[str, Any]:
    # An order is read from the parameters of the deployment.
    return {
        "model_name": group,
        "litellm_params": {"model": f"openai/{MODEL}", "api_base": url, "api_key": KEY, **more},
    }


if __name__ == "__main__":
    serve(LiteLLM())
