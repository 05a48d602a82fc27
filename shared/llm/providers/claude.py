"""Claude, by Anthropic."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any

import anthropic
import httpx2
import msgspec

from shared.llm.errors import (
    AnswerMalformed,
    AnswerTruncated,
    ConnectionFailed,
    ContentFiltered,
    CredentialsRejected,
    ModelNotFound,
    Overloaded,
    ProviderError,
    ProviderTimeout,
    QuotaExhausted,
    RateLimited,
    RequestRejected,
)
from shared.llm.messages import Completion, Prompt, Usage
from shared.llm.models import find_model
from shared.llm.providers.border import (
    TokenTally,
    border,
    classified,
    retry_after,
    schema_in_words,
    temperature_of,
    usage_of,
)
from shared.llm.providers.wire import HEADERS, HTTP_ERRORS, AnswerBody, broken, connection_options, encode
from shared.llm.settings import ProviderSettings

# The type in the error body outranks the HTTP status: an error in the middle of a stream comes under status 200.
_ERRORS: Mapping[str | int, type[ProviderError]] = {
    "rate_limit_error": RateLimited,
    "billing_error": QuotaExhausted,
    "overloaded_error": Overloaded,
    "api_error": Overloaded,
    "timeout_error": ProviderTimeout,
    "authentication_error": CredentialsRejected,
    "permission_error": CredentialsRejected,
    "not_found_error": ModelNotFound,
    "invalid_request_error": RequestRejected,
    "request_too_large": RequestRejected,
    **HTTP_ERRORS,
}
_ENDS: Mapping[str, type[ProviderError]] = {
    "refusal": ContentFiltered,
    "max_tokens": AnswerTruncated,
    "model_context_window_exceeded": AnswerTruncated,
}

_ADDRESS = "https://api.anthropic.com"
_PATH = "/v1/messages"
_INPUT, _OUTPUT = "input_tokens", "output_tokens"
_CACHE_READ, _CACHE_WRITE = "cache_read_input_tokens", "cache_creation_input_tokens"
_THINKING = "output_tokens_details.thinking_tokens"


class ClaudeClient:
    """Asks one model of Anthropic. Follows no redirect."""

    def __init__(self, settings: ProviderSettings) -> None:
        self._settings = settings
        self._temperature = temperature_of(settings)
        known = find_model(settings.name, settings.model)
        self._takes_schema = known is None or known.json_schema
        self._sdk = anthropic.AsyncAnthropic(
            api_key=settings.api_key,
            base_url=settings.base_url or _ADDRESS,
            max_retries=0,
            timeout=None,  # each call has its own end
            # The SDK tells its own timeout to the vendor, in words that mean none where a call gives it none.
            default_headers={**HEADERS, "x-stainless-timeout": str(settings.timeout)},
            http_client=anthropic.DefaultAioHttpClient(**connection_options()),
        )

    @property
    def provider(self) -> str:
        """Name in the configuration."""
        return self._settings.name

    @property
    def model(self) -> str:
        """Model that is asked."""
        return self._settings.model

    async def complete(self, prompt: Prompt, *, timeout: float) -> Completion:
        """Answers within `timeout` seconds, or within the provider's own cap where that is less."""
        ends = asyncio.get_running_loop().time() + min(timeout, self._settings.timeout)
        answer = _Answer()
        with border(_classify, lambda: self._usage(answer)):
            async with await self._ask(prompt, ends, streamed=False) as body:
                answer.add_whole(await body.whole())
            return self._completion(answer)

    async def stream(self, prompt: Prompt, *, timeout: float) -> AsyncIterator[str | Usage | Completion]:
        """Yields text as it comes, and usage; ends with the completion once `message_stop` was seen."""
        ends = asyncio.get_running_loop().time() + min(timeout, self._settings.timeout)
        answer = _Answer()
        with border(_classify, lambda: self._usage(answer)):
            async with await self._ask(prompt, ends, streamed=True) as body:
                async with aclosing(body.events()) as events:
                    async for event in events:
                        if text := answer.add(event.data):
                            yield text
                        if answer.counted and (usage := self._usage(answer)) is not None:
                            yield usage
                        if answer.whole:
                            break
                await body.finish()
            yield self._completion(answer)

    async def close(self) -> None:
        """Closes the connections."""
        await self._sdk.close()

    async def _ask(self, prompt: Prompt, ends: float, *, streamed: bool) -> AnswerBody:
        async with asyncio.timeout_at(ends):
            # The typed methods of the SDK look long at what is sent, and read an answer whole.
            sent: Any = await self._sdk.post(
                _PATH,
                cast_to=httpx2.Response,
                content=encode(self._request(prompt, streamed)),
                stream=True,  # which for a response as it is says that its body is not read yet
                stream_cls=anthropic.AsyncStream[object],
            )
        return AnswerBody(sent, ends)

    def _request(self, prompt: Prompt, streamed: bool) -> dict[str, Any]:
        request: dict[str, Any] = {
            "model": self._settings.model,
            "system": prompt.system if self._takes_schema else prompt.system + schema_in_words(prompt.schema),
            "messages": [{"role": "user", "content": prompt.user}],
            "max_tokens": self._settings.max_output_tokens,
        }
        if self._takes_schema:
            request["output_config"] = {"format": {"type": "json_schema", "schema": prompt.schema}}
        if self._temperature is not None:
            request["temperature"] = self._temperature
        if streamed:
            request["stream"] = True
        return request

    def _completion(self, answer: "_Answer") -> Completion:
        if not answer.whole:
            raise ConnectionFailed
        if kind := _ENDS.get(answer.stop or ""):
            raise kind(status=answer.stop)
        text = "".join(answer.pieces)
        if not text.strip():
            raise AnswerMalformed
        return Completion(text, self.provider, self.model, self._usage(answer))

    def _usage(self, answer: "_Answer") -> Usage | None:
        tally = answer.tally
        if not tally.knows(_INPUT, _OUTPUT):
            return None
        return usage_of(
            self._settings,
            # Anthropic counts what goes through its cache apart.
            input=tally[_INPUT] + tally[_CACHE_READ] + tally[_CACHE_WRITE],
            cached=tally[_CACHE_READ],
            written=tally[_CACHE_WRITE],
            output=tally[_OUTPUT],
            thinking=tally[_THINKING],
            whole=answer.whole or answer.stop is not None,
        )


class _Block(msgspec.Struct, gc=False):
    type: str = ""
    text: str | None = None


class _Message(msgspec.Struct, gc=False):
    content: list[_Block] | None = None
    stop_reason: str | None = None
    usage: Any = None
    error: Any = None


class _Delta(msgspec.Struct, gc=False):
    type: str = ""
    text: str | None = None
    stop_reason: str | None = None


class _Event(msgspec.Struct, gc=False):
    type: str = ""
    message: _Message | None = None
    delta: _Delta | None = None
    usage: Any = None
    error: Any = None


_decode_message = msgspec.json.Decoder(_Message).decode
_decode_event = msgspec.json.Decoder(_Event).decode


class _Answer:
    """What has come of an answer, whole or in the events of a stream."""

    def __init__(self) -> None:
        self.tally = TokenTally()
        self.pieces: list[str] = []
        self.stop: str | None = None
        self.whole = False
        self.counted = False

    def add_whole(self, data: bytes) -> None:
        """Takes a whole message; raises what an error in its place says."""
        message = _decode_message(data)
        self._refuse(message.error)
        self._count(message.usage)
        if message.content is None:
            raise ProviderError  # success with nothing in it
        # The first block may be thinking, so the text is found by its type.
        self.pieces = [block.text or "" for block in message.content if block.type == "text"]
        self.stop, self.whole = message.stop_reason, True

    def add(self, data: bytes) -> str:
        """Notes what the next event says of the answer, and gives its text; raises what an error event says."""
        event = _decode_event(data)
        self._refuse(event.error)
        self._count(event.usage if event.message is None else event.message.usage)
        if event.type == "message_stop":
            self.whole = True
        if event.delta is None:
            return ""
        if event.type == "message_delta":
            self.stop = event.delta.stop_reason or self.stop
        if event.delta.type != "text_delta" or not event.delta.text:
            return ""
        self.pieces.append(event.delta.text)
        return event.delta.text

    def _count(self, usage: object) -> None:
        self.counted = usage is not None and self.tally.see(
            usage, _INPUT, _OUTPUT, _CACHE_READ, _CACHE_WRITE, _THINKING
        )

    def _refuse(self, error: object) -> None:
        """An error under a status of success."""
        if error is not None:
            name = error.get("type") if isinstance(error, Mapping) else None
            kind = classified(_ERRORS, name, 500)
            # A name that we do not know is a vendor's text.
            raise kind(status=name if isinstance(name, str) and name in _ERRORS else None)


def _classify(error: Exception) -> ProviderError:
    if isinstance(error, anthropic.APIStatusError):
        kind = classified(_ERRORS, error.type, error.status_code)
        return kind(status=error.status_code, retry_after=retry_after(error.response.headers))
    return broken(error) or ProviderError()
