"""Servers that speak OpenAI's chat completions, each in its own dialect."""

from dataclasses import replace
from typing import Any

import pytest

from shared.llm.errors import ConnectionFailed, LLMError, RequestRejected
from shared.llm.messages import Completion
from shared.llm.providers.dialects import Dialect, Dialects, Form, Subject
from shared.llm.providers.openai import OpenAIClient
from shared.llm.settings import ProviderSettings
from tests.support.vendors import FakeOpenAI, answer, status
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


async def test_the_first_refusal_is_the_one_that_is_told() -> None:
    """What a server says of a simpler request that we made up is nobody's concern."""
    async with start_vendor("vllm") as vendor:
        vendor.fake.script(status(422), status(400), status(400))

        with pytest.raises(RequestRejected) as raised:
            await vendor.client.complete(PROMPT, timeout=5)

        assert raised.value.status == 422


async def test_where_a_form_was_taken_before_the_request_is_at_fault() -> None:
    """A refusal then costs one request, not one for each form."""
    async with start_vendor("vllm") as vendor:
        vendor.fake.script(answer(TEXT), status(400))
        await vendor.client.complete(PROMPT, timeout=5)

        with pytest.raises(RequestRejected):
            await vendor.client.complete(PROMPT, timeout=5)

        assert _forms(vendor) == ["json_schema", "json_schema"]


async def test_another_schema_is_found_out_on_its_own() -> None:
    """A server may take one schema and have no words for another."""
    async with start_vendor("vllm") as vendor:
        vendor.fake.script(answer(TEXT), status(400), answer(TEXT), answer(TEXT))
        other = replace(PROMPT, schema_name="another")

        for prompt in (PROMPT, other, PROMPT):
            await vendor.client.complete(prompt, timeout=5)

        assert _forms(vendor) == ["json_schema", "json_schema", "json_object", "json_schema"]


@pytest.mark.parametrize("name", ["context_length_exceeded", "model_not_found", "content_policy_violation"])
async def test_a_refusal_that_names_another_cause_costs_one_request(name: str) -> None:
    """No simpler form makes a prompt shorter."""
    async with start_vendor("vllm") as vendor:
        vendor.fake.script(status(400, name=name))

        with pytest.raises(LLMError):
            await vendor.client.complete(PROMPT, timeout=5)

        assert _forms(vendor) == ["json_schema"]


@pytest.mark.parametrize("streamed", [False, True], ids=["unary", "stream"])
async def test_what_one_client_found_another_one_knows(streamed: bool) -> None:
    """It is remembered of the server and its model, for whole answers and for streams."""
    async with start_vendor("vllm") as vendor:
        vendor.fake.script(status(400), answer(TEXT), answer(TEXT))
        await vendor.client.complete(PROMPT, timeout=5)
        another = OpenAIClient(ProviderSettings("other", "some-model", KEY, vendor.fake.base_url))

        if streamed:
            assert [item async for item in another.stream(PROMPT, timeout=5)]
        else:
            await another.complete(PROMPT, timeout=5)
        await another.close()

        assert _forms(vendor) == ["json_schema", "json_object", "json_object"]


class NoStreamOptions(FakeOpenAI):
    """A server that does not know the one field, and names it."""

    def error(self, behaviour: Any, message: str) -> Any:  # noqa: ARG002 - the signature of every fake
        """As FastAPI tells of a field that is one too many."""
        return {"detail": [{"type": "extra_forbidden", "loc": ["body", "stream_options"]}]}


async def test_a_server_that_cannot_count_a_stream_is_not_asked_to() -> None:
    """Its answer is worth more than its count of tokens; it is asked once, and keeps the schema."""
    async with NoStreamOptions() as fake:
        fake.script(default=lambda request: status(422) if "stream_options" in request.body else answer(TEXT))
        client = OpenAIClient(ProviderSettings("vllm", "some-model", KEY, fake.base_url))

        await client.complete(PROMPT, timeout=5)
        ends = [[item async for item in client.stream(PROMPT, timeout=5)][-1] for _ in range(2)]
        await client.close()

        assert all(isinstance(end, Completion) and end.text == TEXT for end in ends)
        assert ["stream_options" in request.body for request in fake.requests] == [False, True, False, False]
        assert {request.body["response_format"]["type"] for request in fake.requests} == {"json_schema"}


@pytest.mark.parametrize(("name", "sent"), [("vllm", 7), ("openai", None)])
async def test_a_priority_goes_to_compatible_servers_alone(name: str, sent: int | None) -> None:
    """OpenAI would refuse a field that it does not know."""
    async with start_vendor(name, priority=7) as vendor:
        await vendor.client.complete(PROMPT, timeout=5)

        assert vendor.fake.requests[0].body.get("priority") == sent


class Clock:
    """Time that a test turns."""

    seconds = 0.0

    def now(self) -> float:
        """Seconds."""
        return self.seconds


def test_a_dialect_is_forgotten_after_an_hour() -> None:
    """A server that was set up anew is asked in the best way again."""
    clock, subject, dialect = Clock(), Subject("host", "model", "schema"), Dialect(Form.WORDS)
    dialects = Dialects(clock.now)
    dialects.remember(subject, dialect)

    clock.seconds = 3599.0
    before = dialects.find(subject)
    clock.seconds = 3600.0

    assert before == dialect
    assert dialects.find(subject) is None


def test_no_more_dialects_are_remembered_than_there_is_room_for() -> None:
    """The oldest goes first."""
    dialects = Dialects()
    subjects = [Subject("host", str(number), "schema") for number in range(1025)]

    for subject in subjects:
        dialects.remember(subject, Dialect())

    assert dialects.find(subjects[0]) is None
    assert all(dialects.find(subject) for subject in subjects[1:])


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
