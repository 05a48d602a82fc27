"""Gemini, by Google, through google-generativeai.

`GenerativeModel` and `configure()` of that SDK share one client for the whole process, with one endpoint and one key.
The generated client under them takes both by constructor and lets a stream be cancelled, so that is what we use.
The SDK's support has ended, which it says at every import; `docs/decisions` has the way on.
"""

import asyncio
import warnings
from collections.abc import AsyncIterator, Mapping
from functools import partial
from typing import Any

from google.ai.generativelanguage import GenerativeServiceAsyncClient
from google.ai.generativelanguage_v1beta.services.generative_service.transports import (
    GenerativeServiceGrpcAsyncIOTransport,
)
from google.api_core.client_options import ClientOptions
from google.api_core.exceptions import GoogleAPICallError
from google.rpc.error_details_pb2 import QuotaFailure, RetryInfo

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
    MAX_ANSWER_BYTES,
    TokenTally,
    border,
    classified,
    next_of,
    temperature_of,
    usage_of,
)
from shared.llm.settings import ProviderSettings

with warnings.catch_warnings():
    warnings.filterwarnings(
        "ignore", r"[\s\S]*All support for the `google.generativeai` package has ended", FutureWarning
    )
    from google.generativeai import protos

# Tag of the field `property_ordering` (23, a string) of google.ai.generativelanguage.v1beta.Schema.
_PROPERTY_ORDERING = b"\xba\x01"
# The reason in the error's details outranks the status: a wrong key is an INVALID_ARGUMENT.
_ERRORS: Mapping[str | int, type[ProviderError]] = {
    "API_KEY_INVALID": CredentialsRejected,
    "RESOURCE_EXHAUSTED": RateLimited,
    "UNAVAILABLE": Overloaded,
    "INTERNAL": Overloaded,
    "UNKNOWN": Overloaded,
    "ABORTED": Overloaded,
    "DATA_LOSS": Overloaded,
    "UNIMPLEMENTED": Overloaded,
    "CANCELLED": ConnectionFailed,
    "DEADLINE_EXCEEDED": ProviderTimeout,
    "UNAUTHENTICATED": CredentialsRejected,
    "PERMISSION_DENIED": CredentialsRejected,
    "NOT_FOUND": ModelNotFound,
    "INVALID_ARGUMENT": RequestRejected,
    "FAILED_PRECONDITION": RequestRejected,
    "OUT_OF_RANGE": RequestRejected,
}
_Finish = protos.Candidate.FinishReason
_UNFINISHED = int(_Finish.FINISH_REASON_UNSPECIFIED)
_ENDS: Mapping[int, type[ProviderError]] = {
    int(_Finish.MAX_TOKENS): AnswerTruncated,
    **dict.fromkeys(
        (
            int(_Finish.SAFETY),
            int(_Finish.RECITATION),
            int(_Finish.LANGUAGE),
            int(_Finish.BLOCKLIST),
            int(_Finish.PROHIBITED_CONTENT),
            int(_Finish.SPII),
            int(_Finish.IMAGE_SAFETY),
        ),
        ContentFiltered,
    ),
}

_CHANNEL = {
    # gRPC waits up to two minutes before it tries again to connect, and fails every call until then.
    "grpc.max_reconnect_backoff_ms": 5_000,
    # It holds for a message as it came and for what a compressed one unpacks to.
    "grpc.max_receive_message_length": MAX_ANSWER_BYTES,
}
# What gRPC itself says, on this side of the wire, where no status came from the other one.
_TOO_LONG = ("Stream removed (CLIENT: Received message larger than max", "Decompressed message larger than max")
_BROKEN = ("Stream removed", "failed to connect", "errors resolving", "DNS resolution failed", "Socket closed")
_PROMPT, _CACHED = "prompt_token_count", "cached_content_token_count"
_ANSWER, _TOTAL = "candidates_token_count", "total_token_count"


class GeminiClient:
    """Asks one model of Google over gRPC. Construct it inside the running loop, to which its channel belongs."""

    def __init__(self, settings: ProviderSettings) -> None:
        self._settings = settings
        self._temperature = temperature_of(settings)
        self._model = settings.model if "/" in settings.model else f"models/{settings.model}"
        self._sdk = GenerativeServiceAsyncClient(
            transport=partial(GenerativeServiceGrpcAsyncIOTransport, channel=_channel),
            client_options=ClientOptions(api_key=settings.api_key, api_endpoint=settings.base_url),
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
        answer = _Answer()
        with border(_classify, lambda: self._usage(answer)):
            async with asyncio.timeout(limit):
                response = await self._sdk.generate_content(self._request(prompt), timeout=limit, retry=None)
            text = answer.add(response)
            if answer.finish == _UNFINISHED and not answer.blocked:
                raise ProviderError  # success with nothing in it
            return self._completion(text, answer)

    async def stream(self, prompt: Prompt, *, timeout: float) -> AsyncIterator[str | Usage | Completion]:
        """Yields text as it comes, and usage; ends with the completion once a finish reason was seen."""
        limit = min(timeout, self._settings.timeout)
        ends = asyncio.get_running_loop().time() + limit
        answer, pieces = _Answer(), []
        with border(_classify, lambda: self._usage(answer)):
            async with asyncio.timeout_at(ends):
                call: Any = await self._sdk.stream_generate_content(self._request(prompt), timeout=limit, retry=None)
            try:
                chunks = aiter(call)
                while (chunk := await next_of(chunks, ends)) is not None:
                    if text := answer.add(chunk):
                        pieces.append(text)
                        yield text
                    if answer.counted and (usage := self._usage(answer)) is not None:
                        yield usage
            finally:
                call.cancel()
            yield self._completion("".join(pieces), answer)

    async def close(self) -> None:
        """Closes the channel."""
        transport: Any = self._sdk.transport  # the SDK's own methods have no types
        await transport.close()

    def _request(self, prompt: Prompt) -> Any:  # noqa: ANN401 - the SDK has no types
        form: dict[str, Any] = {
            "max_output_tokens": self._settings.max_output_tokens,
            "response_mime_type": "application/json",
            "response_schema": _to_schema(prompt.schema),
        }
        if self._temperature is not None:
            form["temperature"] = self._temperature
        return protos.GenerateContentRequest(
            model=self._model,
            system_instruction=protos.Content(parts=[protos.Part(text=prompt.system)]),
            contents=[protos.Content(role="user", parts=[protos.Part(text=prompt.user)])],
            generation_config=protos.GenerationConfig(form),
        )

    def _completion(self, text: str, answer: "_Answer") -> Completion:
        if answer.blocked:
            raise ContentFiltered
        if answer.finish in _ENDS:
            raise _ENDS[answer.finish]
        if answer.finish == _UNFINISHED:
            raise ConnectionFailed
        if answer.finish != int(_Finish.STOP) or not text.strip():
            raise AnswerMalformed
        return Completion(text, self.provider, self.model, self._usage(answer))

    def _usage(self, answer: "_Answer") -> Usage | None:
        tally = answer.tally
        if not tally.knows(_PROMPT, _TOTAL):
            return None
        # What is billed as output is all that is not prompt; the contract has no field for thinking.
        output = max(tally[_TOTAL] - tally[_PROMPT], tally[_ANSWER])
        return usage_of(
            self._settings,
            input=tally[_PROMPT],
            cached=tally[_CACHED],
            output=output,
            thinking=output - tally[_ANSWER],
            whole=answer.finish != _UNFINISHED or answer.blocked,
        )


def _channel(host: str, **given: Any) -> Any:  # noqa: ANN401 - the SDK has no types
    # Where an option stands twice, gRPC takes the first.
    options = dict(given.pop("options")) | _CHANNEL
    create: Any = GenerativeServiceGrpcAsyncIOTransport.create_channel
    return create(host, options=list(options.items()), **given)


class _Answer:
    """What has come of an answer, in one response or in the chunks of a stream."""

    def __init__(self) -> None:
        self.tally = TokenTally()
        self.finish = _UNFINISHED
        self.blocked = False
        self.counted = False
        self._left = MAX_ANSWER_BYTES

    def add(self, response: Any) -> str:  # noqa: ANN401 - the SDK has no types
        """Notes what a response says of the answer, and gives its text; raises where all of it is too much."""
        # Under the wrapper, which warns of every enum value that is newer than it is.
        raw = protos.GenerateContentResponse.pb(response)
        self._left -= raw.ByteSize()
        if self._left < 0:
            raise AnswerMalformed(status="size")
        self.counted = raw.HasField("usage_metadata") and self.tally.see(
            raw.usage_metadata, _PROMPT, _CACHED, _ANSWER, _TOTAL
        )
        self.blocked = self.blocked or bool(raw.prompt_feedback.block_reason)
        text = ""
        for candidate in raw.candidates[:1]:
            self.finish = candidate.finish_reason or self.finish
            text = "".join(part.text for part in candidate.content.parts)
        return text


def _to_schema(schema: Mapping[str, Any]) -> Any:  # noqa: ANN401 - the SDK has no types
    """The subset of JSON schema that prompts use, in Google's words."""
    if "type" not in schema:
        raise RequestRejected(status="schema")
    target: dict[str, Any] = {"type_": str(schema["type"]).upper()}
    if "description" in schema:
        target["description"] = schema["description"]
    if "enum" in schema:
        target |= {"format_": "enum", "enum": list(schema["enum"])}
    if "items" in schema:
        target["items"] = _to_schema(schema["items"])
    if "properties" in schema:
        target["properties"] = {name: _to_schema(part) for name, part in schema["properties"].items()}
        target["required"] = list(schema.get("required", ()))
    message = protos.Schema(target)
    # Properties travel as a map, which has no order. The contract's field for it is newer than the SDK, which sends on
    # what it does not know.
    for name in schema.get("properties", ()):
        field = name.encode()
        protos.Schema.pb(message).MergeFromString(_PROPERTY_ORDERING + bytes([len(field)]) + field)
    return message


def _classify(error: Exception) -> ProviderError:
    if not isinstance(error, GoogleAPICallError) or error.grpc_status_code is None:
        return _classify_unread(error)
    status = error.grpc_status_code.name
    kind = classified(_ERRORS, error.reason, status)
    if error.message.startswith(_TOO_LONG):
        kind = AnswerMalformed
    elif kind is Overloaded and error.message.startswith(_BROKEN):
        kind = ConnectionFailed
    wait = None
    for detail in error.details:
        if isinstance(detail, RetryInfo):
            wait = detail.retry_delay.seconds + detail.retry_delay.nanos / 1e9
        # A day's allowance is gone for long, a minute's comes back.
        if isinstance(detail, QuotaFailure) and any("PerDay" in violation.quota_id for violation in detail.violations):
            kind = QuotaExhausted
    return kind(status=status, retry_after=wait)


def _classify_unread(error: Exception) -> ProviderError:
    """What an error means whose details broke the SDK's own reading of it: the status under it is sound."""
    code = getattr(error.__context__, "code", None)
    status = getattr(code(), "name", None) if callable(code) else None
    return classified(_ERRORS, status)(status=status)
