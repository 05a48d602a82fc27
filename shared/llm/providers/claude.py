"""Claude, by Anthropic."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import anthropic
import httpx2

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
    next_of,
    retry_after,
    schema_in_words,
    temperature_of,
    usage_of,
)
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
    400: RequestRejected,
    401: CredentialsRejected,
    402: QuotaExhausted,
    403: CredentialsRejected,
    404: ModelNotFound,
    408: ProviderTimeout,
    409: RequestRejected,
    413: RequestRejected,
    422: RequestRejected,
    429: RateLimited,
    500: Overloaded,  # and 529, which is Anthropic's own
}
_ENDS: Mapping[str, type[ProviderError]] = {
    "refusal": ContentFiltered,
    "max_tokens": AnswerTruncated,
    "model_context_window_exceeded": AnswerTruncated,
}

_ADDRESS = "https://api.anthropic.com"
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
            timeout=settings.timeout,
            http_client=anthropic.DefaultAsyncHttpxClient(follow_redirects=False),
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
        limit = min(timeout, self._settings.timeout)
        with border(_classify):
            async with asyncio.timeout(limit):
                message: Any = await self._sdk.messages.create(**self._request(prompt, limit))
            tally = TokenTally()
            _count(tally, message.usage)
            # The first block may be thinking, so the text is found by its type.
            text = "".join(block.text for block in message.content if block.type == "text")
            return self._completion(text, message.stop_reason, self._usage(tally))

    async def stream(self, prompt: Prompt, *, timeout: float) -> AsyncIterator[str | Completion]:
        """Yields text as it comes; ends with the completion once `message_stop` was seen."""
        limit = min(timeout, self._settings.timeout)
        ends = asyncio.get_running_loop().time() + limit
        tally, pieces, stop, whole = TokenTally(), [], None, False
        with border(_classify):
            async with asyncio.timeout_at(ends):
                events: Any = await self._sdk.messages.create(**self._request(prompt, limit), stream=True)
            try:
                while (event := await next_of(events, ends)) is not None:
                    if event.type == "message_start":
                        _count(tally, event.message.usage)
                    elif event.type == "content_block_delta" and event.delta.type == "text_delta":
                        pieces.append(event.delta.text)
                        yield event.delta.text
                    elif event.type == "message_delta":
                        _count(tally, event.usage)
                        stop = event.delta.stop_reason or stop
                    whole = whole or event.type == "message_stop"
            finally:
                await events.close()
            usage = self._usage(tally)
            if not whole:
                raise ConnectionFailed(usage=usage)
            yield self._completion("".join(pieces), stop, usage)

    async def close(self) -> None:
        """Closes the connections."""
        await self._sdk.close()

    def _request(self, prompt: Prompt, limit: float) -> dict[str, Any]:
        request: dict[str, Any] = {
            "model": self._settings.model,
            "system": prompt.system if self._takes_schema else prompt.system + schema_in_words(prompt.schema),
            "messages": [{"role": "user", "content": prompt.user}],
            "max_tokens": self._settings.max_output_tokens,
            "timeout": limit,
        }
        if self._takes_schema:
            request["output_config"] = {"format": {"type": "json_schema", "schema": prompt.schema}}
        if self._temperature is not None:
            # The SDK has no such argument any more; older models still take the field.
            request["extra_body"] = {"temperature": self._temperature}
        return request

    def _completion(self, text: str, stop: object, usage: Usage | None) -> Completion:
        if isinstance(stop, str) and stop in _ENDS:
            raise _ENDS[stop](status=stop, usage=usage)
        if not text.strip():
            raise AnswerMalformed(usage=usage)
        return Completion(text, self.provider, self.model, usage)

    def _usage(self, tally: TokenTally) -> Usage | None:
        if not tally.knows(_INPUT, _OUTPUT):
            return None
        return usage_of(
            self._settings,
            # Anthropic counts what goes through its cache apart. We ask for no caching, so a write costs no premium.
            input=tally[_INPUT] + tally[_CACHE_READ] + tally[_CACHE_WRITE],
            cached=tally[_CACHE_READ],
            output=tally[_OUTPUT],
            thinking=tally[_THINKING],
        )


def _count(tally: TokenTally, usage: object) -> None:
    tally.see(usage, _INPUT, _OUTPUT, _CACHE_READ, _CACHE_WRITE, _THINKING)


def _classify(error: Exception) -> ProviderError:
    # In the middle of a stream the SDK lets the errors of its HTTP client through.
    if isinstance(error, anthropic.APITimeoutError | httpx2.TimeoutException):
        return ProviderTimeout()
    if isinstance(error, anthropic.APIConnectionError | httpx2.TransportError):
        return ConnectionFailed()
    if isinstance(error, anthropic.APIStatusError):
        kind = classified(_ERRORS, error.type, error.status_code)
        return kind(
            status=error.type if error.status_code == 200 else error.status_code,
            retry_after=retry_after(error.response.headers),
        )
    return ProviderError()
