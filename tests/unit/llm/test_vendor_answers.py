"""What is asked of a vendor and what its answer becomes, by the real SDK against a fake server."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from shared.llm.errors import RequestRejected
from shared.llm.messages import Completion, Prompt, Usage
from tests.support.vendors import Tokens, answer
from tests.unit.llm.conftest import KEY, PROMPT, SCHEMA, Vendor, start_vendor

TEXT = '{"topic": "카프카 토픽 설계", "level": "고급", "counts": [1]}'
MODELS = {"gemini": "gemini-3.5-flash-lite", "openai": "gpt-6-luna", "claude": "claude-sonnet-5-5"}


async def test_a_whole_answer_is_a_completion(vendor: Vendor) -> None:
    """Text comes back letter by letter, under the names that were configured."""
    vendor.fake.script(answer(TEXT))

    completion = await vendor.client.complete(PROMPT, timeout=5)

    assert completion.text == TEXT
    assert (completion.provider, completion.model) == (vendor.client.provider, "some-model")


async def test_a_stream_yields_the_text_and_then_the_completion(vendor: Vendor) -> None:
    """Pieces add up to the text of the completion, which comes last and is the same as without a stream."""
    vendor.fake.script(answer(TEXT), answer(TEXT))

    items = [item async for item in vendor.client.stream(PROMPT, timeout=5)]
    unary = await vendor.client.complete(PROMPT, timeout=5)

    pieces = [item for item in items if isinstance(item, str)]
    assert len(pieces) > 1
    assert "".join(pieces) == TEXT
    assert items[-1] == unary


@pytest.mark.parametrize(
    ("name", "cost"),
    [
        ("gemini", (100 * 0.30 + 20 * 0.03 + 110 * 2.50) / 1e6),
        ("openai", (100 * 0.10 + 20 * 0.01 + 110 * 0.50) / 1e6),
        ("claude", (100 * 2.00 + 20 * 0.20 + 110 * 10.0) / 1e6),
    ],
)
async def test_usage_means_the_same_whoever_reports_it(name: str, cost: float) -> None:
    """Input includes what was cached, output excludes thinking, and both are billed as the vendor bills them."""
    async with start_vendor(name, model=MODELS[name]) as vendor:
        vendor.fake.script(answer(TEXT, Tokens(input=120, cached=20, output=80, thinking=30)))

        completion = await vendor.client.complete(PROMPT, timeout=5)

        assert completion.usage is not None
        assert completion.usage == Usage(120, 20, 80, 30, completion.usage.cost_usd)
        assert completion.usage.cost_usd == pytest.approx(cost)


@pytest.mark.parametrize("streamed", [False, True], ids=["unary", "stream"])
async def test_zero_tokens_are_a_count_and_missing_ones_are_not(vendor: Vendor, streamed: bool) -> None:
    """A vendor who reports nothing leaves usage unknown; one who reports zero does not."""
    vendor.fake.script(answer(TEXT, None), answer(TEXT, Tokens(9, 0, 7, 0)))

    unknown, known = [await _completion(vendor, streamed) for _ in range(2)]

    assert unknown.usage is None
    assert known.usage == Usage(9, 0, 7, 0, None)


async def _completion(vendor: Vendor, streamed: bool) -> Completion:
    if not streamed:
        return await vendor.client.complete(PROMPT, timeout=5)
    last = [item async for item in vendor.client.stream(PROMPT, timeout=5)][-1]
    assert isinstance(last, Completion)
    return last


def _schema_on_the_wire(name: str, body: Any) -> Any:
    if name == "openai":
        assert body["response_format"]["type"] == "json_schema"
        return body["response_format"]["json_schema"]
    if name == "claude":
        return body["output_config"]["format"]
    return body["generationConfig"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("openai", {"name": "question_set", "schema": SCHEMA, "strict": True}),
        ("claude", {"type": "json_schema", "schema": SCHEMA}),
        (
            "gemini",
            {
                "maxOutputTokens": 8192,
                "responseMimeType": "application/json",
                "responseSchema": {
                    "type": "OBJECT",
                    "properties": {
                        "topic": {"type": "STRING", "description": "What it is about"},
                        "level": {"type": "STRING", "format": "enum", "enum": ["초급", "고급"]},
                        "counts": {"type": "ARRAY", "items": {"type": "INTEGER"}},
                    },
                    "required": ["topic", "level", "counts"],
                },
            },
        ),
    ],
    ids=["openai", "claude", "gemini"],
)
@pytest.mark.parametrize("streamed", [False, True], ids=["unary", "stream"])
async def test_the_schema_reaches_the_vendor(name: str, expected: Any, streamed: bool) -> None:
    """Every vendor is held to the schema of the prompt in its own words, with and without a stream."""
    async with start_vendor(name) as vendor:
        vendor.fake.script(answer(TEXT))

        await _completion(vendor, streamed)

        assert _schema_on_the_wire(name, vendor.fake.requests[0].body) == expected


async def test_the_prompt_the_model_and_the_key_reach_the_vendor(vendor: Vendor) -> None:
    """What a vendor gets is the prompt's two texts and the key; what the text was rendered from stays here."""
    vendor.fake.script(answer(TEXT))

    await vendor.client.complete(PROMPT, timeout=5)

    request = vendor.fake.requests[0]
    assert PROMPT.system in request.text
    assert PROMPT.user in request.text
    assert str(request.body["model"]).removeprefix("models/") == "some-model"
    assert any(KEY in value for value in request.headers.values())
    assert KEY not in str(request.body)
    assert str(PROMPT.subject) not in request.text


def _temperature(vendor: Vendor) -> object:
    body = vendor.fake.requests[0].body
    return body.get("generationConfig", body).get("temperature")


async def test_a_model_that_takes_a_temperature_gets_it() -> None:
    """A configured temperature is sent, to a vendor whose SDK has no argument for it too."""
    for name in ("gemini", "openai", "claude"):
        async with start_vendor(name, temperature=0.5) as vendor:
            vendor.fake.script(answer(TEXT))

            await vendor.client.complete(PROMPT, timeout=5)

            assert _temperature(vendor) == 0.5


@pytest.mark.parametrize("name", ["openai", "claude"])
async def test_a_model_that_takes_no_temperature_gets_none_and_the_log_says_so(name: str) -> None:
    """An option that would be answered with a refusal is left out, which an operator can see."""
    with capture_logs() as events:
        async with start_vendor(name, model=MODELS[name], temperature=0.5) as vendor:
            vendor.fake.script(answer(TEXT))

            await vendor.client.complete(PROMPT, timeout=5)

            assert "temperature" not in vendor.fake.requests[0].body
    assert [(event["event"], event["provider"], event["option"]) for event in events] == [
        ("llm.option_ignored", name, "temperature")
    ]


async def test_the_limit_of_tokens_has_the_name_that_the_server_knows() -> None:
    """OpenAI has renamed it; the servers that copy its older contract have not."""
    for name, field in (("openai", "max_completion_tokens"), ("vllm", "max_tokens"), ("claude", "max_tokens")):
        async with start_vendor(name, max_output_tokens=77) as vendor:
            vendor.fake.script(answer(TEXT))

            await vendor.client.complete(PROMPT, timeout=5)

            assert vendor.fake.requests[0].body[field] == 77


async def test_a_model_without_schemas_is_asked_in_words() -> None:
    """Where the vendor cannot hold the answer to a schema, the schema stands in the prompt."""
    async with start_vendor("claude", model="claude-3-5-sonnet-20241022") as vendor:
        vendor.fake.script(answer(TEXT))

        await vendor.client.complete(PROMPT, timeout=5)

        body = vendor.fake.requests[0].body
        assert "output_config" not in body
        assert '"초급"' in body["system"]


async def test_a_schema_outside_the_subset_is_refused_here() -> None:
    """What the vendor has no words for is not sent without them."""
    prompt = Prompt("s", "u", "n", {"type": "object", "properties": {"a": {"$ref": "#/b"}}, "required": []}, "v/1")
    async with start_vendor("gemini") as vendor:
        with pytest.raises(RequestRejected):
            await vendor.client.complete(prompt, timeout=5)

        assert vendor.fake.requests == []


async def test_two_clients_of_one_vendor_keep_their_own_endpoint_and_key() -> None:
    """No client leaves its settings in a place that another one reads."""
    async with start_vendor("gemini", api_key="one") as first, start_vendor("gemini", api_key="two") as second:
        await first.client.complete(PROMPT, timeout=5)
        await second.client.complete(PROMPT, timeout=5)

        assert [request.headers["x-goog-api-key"] for request in first.fake.requests] == ["one"]
        assert [request.headers["x-goog-api-key"] for request in second.fake.requests] == ["two"]
