"""OpenAI, and by configuration alone every server that speaks its chat completions."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any

import httpx2
import msgspec
import openai

from shared.llm.errors import (
    AnswerMalformed,
    AnswerTruncated,
    ConnectionFailed,
    ContentFiltered,
    ModelNotFound,
    Overloaded,
    ProviderError,
    QuotaExhausted,
    RateLimited,
    RequestRejected,
)
from shared.llm.messages import Completion, Prompt, Usage
from shared.llm.providers.border import (
    TokenTally,
    border,
    classified,
    retry_after,
    schema_in_words,
    temperature_of,
    usage_of,
)
from shared.llm.providers.dialects import DIALECTS, Dialect, Form, Subject
from shared.llm.providers.wire import HEADERS, HTTP_ERRORS, AnswerBody, broken, connection_options, encode
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
    "context_length_exceeded": RequestRejected,
    "exceed_context_size_error": RequestRejected,  # in the words of llama.cpp
    "server_error": Overloaded,
    **HTTP_ERRORS,
}
_ENDS: Mapping[str, type[ProviderError]] = {"length": AnswerTruncated, "content_filter": ContentFiltered}

_ADDRESS = "https://api.openai.com/v1"
# The SDK refuses to start without a key; a server of one's own seldom asks for one.
_NO_KEY = "no-key"
_PATH = "/chat/completions"
_END_MARK = b"[DONE]"
_PROMPT, _COMPLETION = "prompt_tokens", "completion_tokens"
_CACHED, _REASONING = "prompt_tokens_details.cached_tokens", "completion_tokens_details.reasoning_tokens"


class OpenAIClient:
    """Asks one model of OpenAI, or of a compatible server where the settings name another provider.

    A compatible server that refuses a schema is asked for a JSON object instead, then in words alone, and one that
    cannot count the tokens of a stream is not asked to; what it took is remembered. Follows no redirect, and answers
    None for usage that the server does not report.
    """

    def __init__(self, settings: ProviderSettings) -> None:
        self._settings = settings
        self._compatible = settings.name != "openai"
        self._temperature = temperature_of(settings)
        self._address = settings.base_url or _ADDRESS
        self._sdk = openai.AsyncOpenAI(
            api_key=settings.api_key or _NO_KEY,
            base_url=self._address,
            max_retries=0,
            timeout=None,  # each call has its own end
            default_headers=HEADERS,
            http_client=openai.DefaultAioHttpClient(**connection_options()),
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
                answer.add(await body.whole())
                answer.whole = True
            return self._completion(answer)

    async def stream(self, prompt: Prompt, *, timeout: float) -> AsyncIterator[str | Usage | Completion]:
        """Yields text as it comes, and usage; ends with the completion once a finish reason was seen."""
        ends = asyncio.get_running_loop().time() + min(timeout, self._settings.timeout)
        answer = _Answer()
        with border(_classify, lambda: self._usage(answer)):
            async with await self._ask(prompt, ends, streamed=True) as body:
                # Some servers and proxies do not stream, whatever they are asked for.
                answer.whole = body.is_json
                async with aclosing(body.parts(_END_MARK)) as parts:
                    async for data in parts:
                        if text := answer.add(data):
                            yield text
                        if answer.counted and (usage := self._usage(answer)) is not None:
                            yield usage
                await body.finish()
            yield self._completion(answer)

    async def close(self) -> None:
        """Closes the connections."""
        await self._sdk.close()

    async def _ask(self, prompt: Prompt, ends: float, *, streamed: bool) -> AnswerBody:
        async with asyncio.timeout_at(ends):
            if not self._compatible:
                return AnswerBody(await self._send(prompt, Dialect(), streamed), ends)
            return AnswerBody(await self._send_in_dialect(prompt, streamed), ends)

    async def _send_in_dialect(self, prompt: Prompt, streamed: bool) -> httpx2.Response:
        subject = Subject(self._address, self._settings.model, prompt.schema_name)
        known = DIALECTS.find(subject)
        dialect: Dialect | None = known or Dialect()
        refusals: list[openai.APIStatusError] = []
        while dialect is not None:
            try:
                response = await self._send(prompt, dialect, streamed)
            except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
                refusals.append(error)
                if any(isinstance(name, str) and name in _ERRORS for name in (error.code, error.type)):
                    break  # no other way of asking would help
                dialect = dialect.after(str(error.body), streamed=streamed, proven=known is not None)
            else:
                if dialect != known:
                    DIALECTS.remember(subject, dialect)
                return response
        raise refusals[0]

    async def _send(self, prompt: Prompt, dialect: Dialect, streamed: bool) -> httpx2.Response:
        # The typed methods of the SDK take longer to look at what is sent than the rest of a call takes altogether.
        sent: Any = await self._sdk.post(
            _PATH,
            cast_to=httpx2.Response,
            content=encode(self._request(prompt, dialect, streamed)),
            stream=True,  # which for a response as it is says that its body is not read yet
            stream_cls=openai.AsyncStream[object],
        )
        response: httpx2.Response = sent
        return response

    def _request(self, prompt: Prompt, dialect: Dialect, streamed: bool) -> dict[str, Any]:
        words = "" if dialect.form is Form.SCHEMA else schema_in_words(prompt.schema)
        request: dict[str, Any] = {
            "model": self._settings.model,
            "messages": [
                {"role": "system", "content": prompt.system + words},
                {"role": "user", "content": prompt.user},
            ],
            "max_tokens" if self._compatible else "max_completion_tokens": self._settings.max_output_tokens,
        }
        if dialect.form is Form.SCHEMA:
            schema = {"name": prompt.schema_name, "schema": prompt.schema, "strict": True}
            request["response_format"] = {"type": "json_schema", "json_schema": schema}
        elif dialect.form is Form.OBJECT:
            request["response_format"] = {"type": "json_object"}
        if self._temperature is not None:
            request["temperature"] = self._temperature
        if self._compatible and self._settings.priority is not None:
            request["priority"] = self._settings.priority
        if streamed:
            request["stream"] = True
            if dialect.reports_usage:
                request["stream_options"] = {"include_usage": True}
        return request

    def _completion(self, answer: "_Answer") -> Completion:
        """The answer, or the error that its end says; that of a stream has to say something."""
        if answer.refused:
            raise ContentFiltered
        if kind := _ENDS.get(answer.finish or ""):
            raise kind(status=answer.finish)
        if answer.finish is None and not answer.whole:
            raise ConnectionFailed
        if not answer.chosen:
            raise ProviderError  # success with nothing in it
        text = "".join(answer.pieces)
        if not text.strip():
            raise AnswerMalformed
        return Completion(text, self.provider, self.model, self._usage(answer))

    def _usage(self, answer: "_Answer") -> Usage | None:
        tally = answer.tally
        if not tally.knows(_PROMPT, _COMPLETION):
            return None
        return usage_of(
            self._settings,
            input=tally[_PROMPT],
            cached=tally[_CACHED],
            output=tally[_COMPLETION],
            thinking=tally[_REASONING],
            whole=answer.whole or answer.finish is not None,
        )


class _Message(msgspec.Struct, gc=False):
    content: str | None = None
    refusal: str | None = None


class _Choice(msgspec.Struct, gc=False):
    message: _Message | None = None
    delta: _Message | None = None
    finish_reason: str | None = None


class _Envelope(msgspec.Struct, gc=False):
    """A whole answer, or a chunk of a streamed one; just what we read of them."""

    choices: list[_Choice] | None = None
    usage: Any = None
    error: Any = None


_decode = msgspec.json.Decoder(_Envelope).decode


class _Answer:
    """What has come of an answer, whole or in the chunks of a stream."""

    def __init__(self) -> None:
        self.whole = False
        self.tally = TokenTally()
        self.pieces: list[str] = []
        self.finish: str | None = None
        self.refused = False
        self.chosen = False
        self.counted = False

    def add(self, data: bytes) -> str:
        """Notes what comes next of the answer, and gives its text; raises what an error in its place says."""
        envelope = _decode(data)
        if envelope.error is not None:
            raise _announced(envelope.error)
        self.counted = envelope.usage is not None and self.tally.see(
            envelope.usage, _PROMPT, _COMPLETION, _CACHED, _REASONING
        )
        text = ""
        for choice in (envelope.choices or ())[:1]:
            self.chosen = True
            self.finish = choice.finish_reason or self.finish
            message = choice.delta or choice.message or _Message()
            self.refused = self.refused or bool(message.refusal)
            text = message.content or ""
        if text:
            self.pieces.append(text)
        return text


def _announced(error: object) -> ProviderError:
    """An error under a status of success, which many a proxy and every stream that breaks off has."""
    fields = error if isinstance(error, Mapping) else {}
    return classified(_ERRORS, fields.get("code"), fields.get("type"), 500)()


def _classify(error: Exception) -> ProviderError:
    if isinstance(error, openai.APIStatusError):
        kind = classified(_ERRORS, error.code, error.type, error.status_code)
        return kind(status=error.status_code, retry_after=retry_after(error.response.headers))
    return broken(error) or ProviderError()
