"""OpenAI, and by configuration alone every server that speaks its chat completions."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from enum import IntEnum
from typing import Any

import openai

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

# `code` and `type` of the error body outrank the HTTP status: a 429 may mean an empty account.
_ERRORS: Mapping[str | int, type[ProviderError]] = {
    "insufficient_quota": QuotaExhausted,
    "billing_hard_limit_reached": QuotaExhausted,
    "billing_not_active": QuotaExhausted,
    "rate_limit_exceeded": RateLimited,
    "model_not_found": ModelNotFound,
    "content_filter": ContentFiltered,
    "content_policy_violation": ContentFiltered,
    "server_error": Overloaded,
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
    500: Overloaded,
}
_ENDS: Mapping[str, type[ProviderError]] = {"length": AnswerTruncated, "content_filter": ContentFiltered}

_ADDRESS = "https://api.openai.com/v1"
# The SDK refuses to start without a key; a server of one's own seldom asks for one.
_NO_KEY = "no-key"
_PROMPT, _COMPLETION = "prompt_tokens", "completion_tokens"
_CACHED, _REASONING = "prompt_tokens_details.cached_tokens", "completion_tokens_details.reasoning_tokens"


class _Form(IntEnum):
    """How the schema is asked for, the best first."""

    SCHEMA = 0
    OBJECT = 1
    WORDS = 2


class OpenAIClient:
    """Asks one model of OpenAI, or of a compatible server where the settings name another provider.

    A compatible server that refuses a schema is asked for a JSON object instead, then in words alone; what it took is
    remembered. Follows no redirect, and answers None for usage that the server does not report.
    """

    def __init__(self, settings: ProviderSettings) -> None:
        self._settings = settings
        self._compatible = settings.name != "openai"
        self._temperature = temperature_of(settings)
        self._form = _Form.SCHEMA
        self._sdk = openai.AsyncOpenAI(
            api_key=settings.api_key or _NO_KEY,
            base_url=settings.base_url or _ADDRESS,
            max_retries=0,
            timeout=settings.timeout,
            http_client=openai.DefaultAsyncHttpxClient(follow_redirects=False),
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
                response = await self._create(prompt, limit, stream=False)
            tally = TokenTally()
            self._count(tally, response.usage)
            choice = response.choices[0]
            usage = self._usage(tally)
            _check_end(choice.finish_reason, choice.message.refusal, usage)
            return self._completion(choice.message.content, usage)

    async def stream(self, prompt: Prompt, *, timeout: float) -> AsyncIterator[str | Completion]:
        """Yields text as it comes; ends with the completion once a finish reason was seen."""
        limit = min(timeout, self._settings.timeout)
        ends = asyncio.get_running_loop().time() + limit
        tally, pieces, finish, refusal = TokenTally(), [], None, None
        with border(_classify):
            async with asyncio.timeout_at(ends):
                chunks = await self._create(prompt, limit, stream=True)
            try:
                while (chunk := await next_of(chunks, ends)) is not None:
                    self._count(tally, chunk.usage)
                    for choice in chunk.choices[:1]:
                        finish = choice.finish_reason or finish
                        refusal = choice.delta.refusal or refusal
                        if choice.delta.content:
                            pieces.append(choice.delta.content)
                            yield choice.delta.content
            finally:
                await chunks.close()
            usage = self._usage(tally)
            _check_end(finish, refusal, usage)
            if finish is None:
                raise ConnectionFailed(usage=usage)
            yield self._completion("".join(pieces), usage)

    async def close(self) -> None:
        """Closes the connections."""
        await self._sdk.close()

    async def _create(self, prompt: Prompt, limit: float, *, stream: bool) -> Any:  # noqa: ANN401 - an answer or a stream of chunks
        form = self._form
        while True:
            try:
                answer = await self._sdk.chat.completions.create(**self._request(prompt, form, stream), timeout=limit)
            except (openai.BadRequestError, openai.UnprocessableEntityError):
                if not self._compatible or form is _Form.WORDS:
                    raise
                form = _Form(form + 1)
            else:
                self._form = form
                return answer

    def _request(self, prompt: Prompt, form: _Form, stream: bool) -> dict[str, Any]:
        words = "" if form is _Form.SCHEMA else schema_in_words(prompt.schema)
        request: dict[str, Any] = {
            "model": self._settings.model,
            "messages": [
                {"role": "system", "content": prompt.system + words},
                {"role": "user", "content": prompt.user},
            ],
            "max_tokens" if self._compatible else "max_completion_tokens": self._settings.max_output_tokens,
        }
        if form is _Form.SCHEMA:
            schema = {"name": prompt.schema_name, "schema": prompt.schema, "strict": True}
            request["response_format"] = {"type": "json_schema", "json_schema": schema}
        elif form is _Form.OBJECT:
            request["response_format"] = {"type": "json_object"}
        if self._temperature is not None:
            request["temperature"] = self._temperature
        if stream:
            request |= {"stream": True, "stream_options": {"include_usage": True}}
        return request

    def _completion(self, text: object, usage: Usage | None) -> Completion:
        if not isinstance(text, str) or not text.strip():
            raise AnswerMalformed(usage=usage)
        return Completion(text, self.provider, self.model, usage)

    def _count(self, tally: TokenTally, usage: object) -> None:
        tally.see(usage, _PROMPT, _COMPLETION, _CACHED, _REASONING)

    def _usage(self, tally: TokenTally) -> Usage | None:
        if not tally.knows(_PROMPT, _COMPLETION):
            return None
        return usage_of(
            self._settings,
            input=tally[_PROMPT],
            cached=tally[_CACHED],
            output=tally[_COMPLETION],
            thinking=tally[_REASONING],
        )


def _check_end(finish: object, refusal: object, usage: Usage | None) -> None:
    if refusal:
        raise ContentFiltered(usage=usage)
    if isinstance(finish, str) and finish in _ENDS:
        raise _ENDS[finish](status=finish, usage=usage)


def _classify(error: Exception) -> ProviderError:
    if isinstance(error, openai.APITimeoutError):  # a kind of APIConnectionError, so it comes first
        return ProviderTimeout()
    if isinstance(error, openai.APIConnectionError):
        return ConnectionFailed()
    if isinstance(error, openai.APIStatusError):
        kind = classified(_ERRORS, error.code, error.type, error.status_code)
        return kind(status=error.status_code, retry_after=retry_after(error.response.headers))
    if isinstance(error, openai.APIError):  # announced in the middle of a stream, without a status
        return classified(_ERRORS, error.code, error.type, 500)()
    return ProviderError()
