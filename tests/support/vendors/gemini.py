"""Google's GenerativeService over TLS gRPC."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
from google.ai import generativelanguage as glm
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.json_format import MessageToDict
from google.rpc import error_details_pb2, status_pb2

from tests.support.vendors.authority import authority
from tests.support.vendors.behaviours import (
    VENDOR_TEXT,
    Answer,
    Behaviour,
    Cut,
    Drip,
    Hang,
    Refuse,
    Status,
    Tokens,
    WrongShape,
    pieces_of,
)
from tests.support.vendors.script import FakeVendor, ReceivedRequest

_SERVICE = "google.ai.generativelanguage.v1beta.GenerativeService"
_CODES = {
    400: grpc.StatusCode.INVALID_ARGUMENT,
    401: grpc.StatusCode.UNAUTHENTICATED,
    403: grpc.StatusCode.PERMISSION_DENIED,
    404: grpc.StatusCode.NOT_FOUND,
    408: grpc.StatusCode.DEADLINE_EXCEEDED,
    412: grpc.StatusCode.FAILED_PRECONDITION,
    429: grpc.StatusCode.RESOURCE_EXHAUSTED,
    500: grpc.StatusCode.INTERNAL,
    503: grpc.StatusCode.UNAVAILABLE,
    504: grpc.StatusCode.DEADLINE_EXCEEDED,
}
_Finish = glm.Candidate.FinishReason
Context = grpc.aio.ServicerContext[Any, Any]


class FakeGemini(FakeVendor):
    """A client is given `endpoint`; its process trusts `ca_path` by `GRPC_DEFAULT_SSL_ROOTS_FILE_PATH`.

    gRPC reads that variable before it makes its first channel over TLS, and never again.
    """

    _server: grpc.aio.Server | None = None

    @property
    def endpoint(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.port}"

    @property
    def ca_path(self) -> Path:
        """The certificate that a client has to trust."""
        return authority().ca_path

    async def start(self) -> None:
        """Listens on loopback."""
        made = authority()
        self._server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
        decode, encode = glm.GenerateContentRequest.deserialize, glm.GenerateContentResponse.serialize
        methods = {
            "GenerateContent": grpc.unary_unary_rpc_method_handler(self._generate, decode, encode),
            "StreamGenerateContent": grpc.unary_stream_rpc_method_handler(self._stream, decode, encode),
        }
        self._server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(_SERVICE, methods),))
        credentials = grpc.ssl_server_credentials([(made.server_key, made.server_certificate)])
        self.port = self._server.add_secure_port(self.endpoint, credentials)
        await self._server.start()

    async def stop(self) -> None:
        """Ends every call."""
        if self._server is not None:
            await self._server.stop(None)

    async def _generate(self, request: Any, context: Context) -> Any:
        behaviour = self.behave(_received(request, context, streamed=False))
        await self._fail(behaviour, request, context)
        if isinstance(behaviour, Cut):
            if not behaviour.clean:
                await context.abort(grpc.StatusCode.UNAVAILABLE, VENDOR_TEXT)
            return _chunk(behaviour.text, None, None)
        return _whole(behaviour)

    async def _stream(self, request: Any, context: Context) -> AsyncIterator[Any]:
        behaviour = self.behave(_received(request, context, streamed=True))
        if isinstance(behaviour, Drip):
            await self.hang(lambda: context.write(_chunk("", None, None)))
        if not (isinstance(behaviour, Status) and behaviour.late):
            await self._fail(behaviour, request, context)
        if not isinstance(behaviour, Answer | Cut | Status):
            yield _whole(behaviour)
            return
        text = behaviour.text if isinstance(behaviour, Answer | Cut) else "some text before the error"
        pieces = pieces_of(text) or [""]
        if not isinstance(behaviour, Answer):
            for piece in pieces[: len(pieces) // 2]:
                yield _chunk(piece, None, None)
            await self._fail(behaviour, request, context)
            if isinstance(behaviour, Cut) and not behaviour.clean:
                await context.abort(grpc.StatusCode.UNAVAILABLE, VENDOR_TEXT)
            return
        for piece in pieces[:-1]:
            # Early chunks report what is known by then; the last one has the whole.
            yield _chunk(piece, None, behaviour.tokens and Tokens(behaviour.tokens.input, 0, 1, 0))
        yield _chunk(pieces[-1], _finish(behaviour), behaviour.tokens)

    async def _fail(self, behaviour: Behaviour, request: Any, context: Context) -> None:
        if isinstance(behaviour, Hang | Drip):
            await self.hang()
        if isinstance(behaviour, Status):
            code = _CODES.get(behaviour.code, grpc.StatusCode.UNKNOWN)
            message = f"{VENDOR_TEXT}: {request}"[:2000]
            status = status_pb2.Status(code=code.value[0], message=message, details=_details(behaviour))
            await context.abort(code, message, (("grpc-status-details-bin", status.SerializeToString()),))


def _received(request: Any, context: Context, *, streamed: bool) -> ReceivedRequest:
    headers = {
        name: value if isinstance(value, str) else repr(value) for name, value in context.invocation_metadata() or ()
    }
    return ReceivedRequest(headers, MessageToDict(glm.GenerateContentRequest.pb(request)), streamed)


def _whole(behaviour: Behaviour) -> Any:
    if isinstance(behaviour, WrongShape):
        # The wire has no room for other shapes: what is wrong is that nothing is in it.
        return glm.GenerateContentResponse(json.loads("{}"))
    if isinstance(behaviour, Refuse):
        if behaviour.filtered:
            feedback = glm.GenerateContentResponse.PromptFeedback(block_reason="SAFETY")
            return glm.GenerateContentResponse(prompt_feedback=feedback, usage_metadata=_usage(Tokens()))
        return _chunk("", _Finish.SAFETY, Tokens())
    if isinstance(behaviour, Answer):
        return _chunk(behaviour.text, _finish(behaviour), behaviour.tokens)
    raise TypeError(f"{behaviour} is no whole answer")


def _finish(behaviour: Answer) -> Any:
    return _Finish.MAX_TOKENS if behaviour.truncated else _Finish.STOP


def _chunk(text: str, finish: Any, tokens: Tokens | None) -> Any:
    content = glm.Content(role="model", parts=[glm.Part(text=text)])
    candidate = glm.Candidate(index=0, content=content, finish_reason=finish)
    return glm.GenerateContentResponse(candidates=[candidate], usage_metadata=_usage(tokens))


def _usage(tokens: Tokens | None) -> Any:
    if tokens is None:
        return None
    return glm.GenerateContentResponse.UsageMetadata(
        prompt_token_count=tokens.input,
        cached_content_token_count=tokens.cached,
        candidates_token_count=tokens.output,
        total_token_count=tokens.input + tokens.output + tokens.thinking,
    )


def _details(behaviour: Status) -> list[AnyMessage]:
    details: list[Any] = []
    if behaviour.retry_after is not None:
        wait = error_details_pb2.RetryInfo()
        wait.retry_delay.FromMilliseconds(round(float(behaviour.retry_after) * 1000))
        details.append(wait)
    if behaviour.name is not None and "PerDay" in behaviour.name:
        violation = error_details_pb2.QuotaFailure.Violation(quota_id=behaviour.name, description=VENDOR_TEXT)
        details.append(error_details_pb2.QuotaFailure(violations=[violation]))
    elif behaviour.name is not None:
        details.append(error_details_pb2.ErrorInfo(reason=behaviour.name, domain="googleapis.com"))
    packed = [AnyMessage() for _ in details]
    for message, detail in zip(packed, details, strict=True):
        message.Pack(detail)
    return packed
