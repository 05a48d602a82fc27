"""What a stream tells of its usage before its end, for whoever does not get to the end."""

from typing import Any

import pytest

from shared.llm.errors import LLMError, ProviderError
from shared.llm.messages import Completion, Usage
from shared.llm.settings import Tariff
from tests.support.vendors import Tokens, answer, cut
from tests.unit.llm.conftest import PROMPT, Vendor, start_vendor
from tests.unit.llm.test_vendor_bounds import Raw, start_raw

TEXT = '{"topic": "a", "level": "b"}'
MODELS = {"gemini": "gemini-3.5-flash-lite", "openai": "gpt-6-luna", "claude": "claude-sonnet-5-5"}


@pytest.mark.parametrize("name", MODELS)
async def test_the_completion_has_the_whole_usage_and_its_cost(name: str) -> None:
    """Counts grow on the way, only those at the end have a cost, and the last ones told are the completion's own."""
    async with start_vendor(name, model=MODELS[name]) as vendor:
        vendor.fake.script(answer(TEXT, Tokens(120, 20, 80, 30)))

        items = [item async for item in vendor.client.stream(PROMPT, timeout=5)]

    told = [item for item in items if isinstance(item, Usage)]
    completion = items[-1]
    assert isinstance(completion, Completion)
    assert completion.usage is not None
    assert completion.usage.cost_usd is not None
    assert (completion.usage.input_tokens, completion.usage.output_tokens) == (120, 80)
    assert told[-1] == completion.usage
    assert [usage.cost_usd for usage in told[:-1]] == [None] * (len(told) - 1)
    assert len(told) == len(set(told))


@pytest.mark.parametrize("name", ["gemini", "claude"])
async def test_usage_is_told_as_soon_as_it_is_known(name: str) -> None:
    """Both tell of the prompt before the answer is there; whoever leaves then knows what it cost at least."""
    async with start_vendor(name, model=MODELS[name]) as vendor:
        vendor.fake.script(answer(TEXT, Tokens(120, 0, 80, 0)))

        stream: Any = vendor.client.stream(PROMPT, timeout=5)
        first = None
        async for item in stream:
            if isinstance(item, Usage):
                first = item
                break
        await stream.aclose()

    assert first is not None
    assert first.input_tokens == 120
    assert first.output_tokens < 80
    assert first.cost_usd is None


@pytest.mark.parametrize("clean", [False, True], ids=["broken", "clean"])
async def test_the_error_of_a_broken_stream_has_what_is_known(clean: bool) -> None:
    """A cut costs as well, and what it costs in all nobody knows."""
    async with start_vendor("claude", model=MODELS["claude"]) as vendor:
        vendor.fake.script(cut(TEXT, clean=clean))

        with pytest.raises(ProviderError) as raised:
            async for _ in vendor.client.stream(PROMPT, timeout=5):
                pass

    assert raised.value.usage is not None
    assert raised.value.usage.input_tokens == 120
    assert raised.value.usage.cost_usd is None


async def test_an_answer_that_is_refused_at_its_end_has_its_cost(vendor: Vendor) -> None:
    """What came is paid for, though it is of no use."""
    vendor.fake.script(answer("  "))

    with pytest.raises(LLMError) as raised:
        async for _ in vendor.client.stream(PROMPT, timeout=5):
            pass

    assert isinstance(raised.value, ProviderError)
    assert raised.value.usage == Usage(120, 20, 80, 30)


async def test_what_claude_writes_to_its_cache_is_input_with_a_price_of_its_own() -> None:
    """Anthropic counts it beside the input; for us it is a part of it."""
    usage = (
        '{"input_tokens": 100, "cache_read_input_tokens": 20, "cache_creation_input_tokens": 30, "output_tokens": 40}'
    )
    body = f'{{"content": [{{"type": "text", "text": "{{}}"}}], "stop_reason": "end_turn", "usage": {usage}}}'
    async with start_raw("claude", Raw(body.encode()), model="claude-sonnet-5-5") as client:
        completion = await client.complete(PROMPT, timeout=5)

    cost = (100 * 2.0 + 20 * 0.2 + 30 * 2.5 + 40 * 10.0) / 1e6
    assert completion.usage is not None
    assert completion.usage.cost_usd == pytest.approx(cost)
    assert (completion.usage.input_tokens, completion.usage.cached_input_tokens) == (150, 20)
    assert completion.usage.cache_write_input_tokens == 30


@pytest.mark.parametrize("name", ["gemini", "openai", "claude", "vllm"])
async def test_the_tariff_of_an_operator_is_what_counts(name: str) -> None:
    """They know what they pay, for models that the table has and for those that it has not."""
    async with start_vendor(name, model=MODELS.get(name, "own"), tariff=Tariff(1.0, 0.5, 2.0)) as vendor:
        vendor.fake.script(answer(TEXT, Tokens(120, 20, 80, 30)))

        completion = await vendor.client.complete(PROMPT, timeout=5)

    assert completion.usage is not None
    assert completion.usage.cost_usd == pytest.approx((100 * 1.0 + 20 * 0.5 + 110 * 2.0) / 1e6)
