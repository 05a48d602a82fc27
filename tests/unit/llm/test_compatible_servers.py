"""Servers that speak OpenAI's chat completions, each in its own dialect."""

import pytest

from shared.llm.errors import ConnectionFailed, RequestRejected
from tests.support.vendors import answer, status
from tests.unit.llm.conftest import KEY, PROMPT, Vendor, start_vendor

TEXT = '{"topic": "a"}'


def _forms(vendor: Vendor) -> list[str]:
    return [request.body.get("response_format", {"type": "words"})["type"] for request in vendor.fake.requests]


@pytest.mark.parametrize(
    ("refusals", "forms"),
    [
        (0, ["json_schema", "json_schema"]),
        (1, ["json_schema", "json_object", "json_object"]),
        (2, ["json_schema", "json_object", "words", "words"]),
    ],
    ids=["takes a schema", "takes an object", "takes neither"],
)
@pytest.mark.parametrize("code", [400, 422])
async def test_what_a_server_takes_is_found_once_and_remembered(refusals: int, forms: list[str], code: int) -> None:
    """A server that refuses the schema is asked more simply at once, and from then on."""
    async with start_vendor("vllm") as vendor:
        vendor.fake.script(*[status(code)] * refusals, answer(TEXT), answer(TEXT))

        completions = [await vendor.client.complete(PROMPT, timeout=5) for _ in range(2)]

        assert [completion.text for completion in completions] == [TEXT, TEXT]
        assert _forms(vendor) == forms


async def test_a_schema_that_is_not_sent_stands_in_the_prompt() -> None:
    """The schema is not lost on the way down."""
    async with start_vendor("vllm") as vendor:
        vendor.fake.script(status(400), answer(TEXT))

        await vendor.client.complete(PROMPT, timeout=5)

        plain, stepped = (request.body["messages"][0]["content"] for request in vendor.fake.requests)
        assert plain == PROMPT.system
        assert '"초급"' in stepped


async def test_a_fault_that_no_form_mends_is_not_remembered() -> None:
    """Where every form is refused the request is at fault, and the next one starts with the best form."""
    async with start_vendor("vllm") as vendor:
        vendor.fake.script(status(400), status(400), status(400), answer(TEXT))

        with pytest.raises(RequestRejected):
            await vendor.client.complete(PROMPT, timeout=5)
        await vendor.client.complete(PROMPT, timeout=5)

        assert _forms(vendor) == ["json_schema", "json_object", "words", "json_schema"]


async def test_a_stream_steps_down_too() -> None:
    """What holds for a whole answer holds for a stream."""
    async with start_vendor("vllm") as vendor:
        vendor.fake.script(status(400), answer(TEXT))

        items = [item async for item in vendor.client.stream(PROMPT, timeout=5)]

        assert getattr(items[-1], "text", None) == TEXT
        assert _forms(vendor) == ["json_schema", "json_object"]


async def test_openai_itself_is_taken_at_its_word() -> None:
    """OpenAI takes schemas, so its refusal of a request has another cause."""
    async with start_vendor("openai") as vendor:
        vendor.fake.script(status(400))

        with pytest.raises(RequestRejected):
            await vendor.client.complete(PROMPT, timeout=5)

        assert _forms(vendor) == ["json_schema"]


async def test_a_server_without_keys_gets_none_of_ours() -> None:
    """No key is needed, and no other key goes out in its place."""
    async with start_vendor("ollama", api_key="") as vendor:
        await vendor.client.complete(PROMPT, timeout=5)

        assert vendor.fake.requests[0].headers["authorization"] == "Bearer no-key"
        assert KEY not in vendor.fake.requests[0].text


async def test_the_name_and_the_unknown_price_are_the_servers_own() -> None:
    """An answer tells which server gave it, and a price that nobody knows is not zero."""
    async with start_vendor("lm-studio") as vendor:
        vendor.fake.script(answer(TEXT))

        completion = await vendor.client.complete(PROMPT, timeout=5)

        assert completion.provider == "lm-studio"
        assert completion.usage is not None
        assert completion.usage.cost_usd is None


async def test_an_address_that_nobody_answers_is_a_failed_connection() -> None:
    """A server of one's own that is not running is told as that."""
    async with start_vendor("vllm", base_url="http://127.0.0.1:9/v1") as vendor:
        with pytest.raises(ConnectionFailed):
            await vendor.client.complete(PROMPT, timeout=5)
