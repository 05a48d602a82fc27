"""Google's GenerativeService over TLS gRPC."""

import asyncio
import json
from pathlib import Path
from typing import Any

import grpc
from google.ai import generativelanguage as glm
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.json_format import MessageToDict
from google.rpc import error_details_pb2, status_pb2

from tests.support.vendors.authority import authority
from tests.support.vendors.behaviours import (
    GRPC_BOMB_BYTES,
    HUGE_BYTES,
    VENDOR_TEXT,
    Answer,
    Behaviour,
    Cut,
    Damage,
    Damaged,
    Drip,
    End,
    Hang,
    Refuse,
    Status,
    Tokens,
    WrongShape,
    pieces_of,
)
from tests.support.vendors.protobuf_damage import deep, huge_number, unreadable, with_blanks
from tests.support.vendors.relay import Mark, Relay, marked
from tests.support.vendors.script import FakeVendor, ReceivedRequest

_SERVICE = "google.ai.generativelanguage.v1beta.GenerativeService"
_CODES = {
    400: grpc.StatusCode.INVALID_ARGUMENT,
    401: grpc.StatusCode.UNAUTHENTICATED,
    403: grpc.StatusCode.PERMISSION_DENIED,
    404: grpc.StatusCode.NOT_FOUND,
    408: grpc.StatusCode.DEADLINE_EXCEEDED,
    412: grpc.StatusCode.FAILED_PRECONDITION,
    413: grpc.StatusCode.INVALID_ARGUMENT,
    429: grpc.StatusCode.RESOURCE_EXHAUSTED,
    500: grpc.StatusCode.INTERNAL,
    502: grpc.StatusCode.UNAVAILABLE,
    503: grpc.StatusCode.UNAVAILABLE,
    504: grpc.StatusCode.DEADLINE_EXCEEDED,
    529: grpc.StatusCode.UNAVAILABLE,
}
# What a call without a stream gets for an end of one.
_IN_ONE_PIECE = {End.BROKEN: Damage.TRUNCATED, End.STALLED: Damage.HELD, End.MALFORMED: Damage.MALFORMED}
_MARKS = {Damage.HELD: Mark.HOLD, Damage.DRIPPED: Mark.DRIP}
_BLOCK = 64 * 1024
_Finish = glm.Candidate.FinishReason
Context = grpc.aio.ServicerContext[Any, Any]


class FakeGemini(FakeVendor):
    """A client is given `endpoint`; its process trusts `ca_path` by `GRPC_DEFAULT_SSL_ROOTS_FILE_PATH`.

    gRPC reads that variable before it makes its first channel over TLS, and never again. Clients speak to a relay that
    ends TLS and can break what the server behind it says.
    """

    _server: grpc.aio.Server | None = None
    _relay: Relay | None = None

    @property
    def endpoint(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.port}"

    @property
    def base_url(self) -> str:
        """The same, under the name that all fakes have for it."""
        return self.endpoint

    @property
    def ca_path(self) -> Path:
        """The certificate that a client has to trust."""
        return authority().ca_path

    @property
    def open_connections(self) -> int:
        """How many connections clients hold now."""
        return self._relay.open_connections if self._relay else 0

    async def start(self) -> None:
        """Listens on loopback."""
        self._server = grpc.aio.server(
            options=[("grpc.so_reuseport", 0), ("grpc.max_send_message_length", -1)],
        )
        decode = glm.GenerateContentRequest.deserialize
        methods = {
            # A unary answer is a stream of one message, so that it can be sent in parts.
            "GenerateContent": grpc.unary_stream_rpc_method_handler(self._generate, decode, _serialize),
            "StreamGenerateContent": grpc.unary_stream_rpc_method_handler(self._stream, decode, _serialize),
        }
        self._server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(_SERVICE, methods),))
        upstream = self._server.add_insecure_port("127.0.0.1:0")
        await self._server.start()
        self._relay = Relay(upstream, (self.identity or authority()).server_context("h2"))
        self.port = await self._relay.start(self.port)

    async def stop(self) -> None:
        """Ends every call."""
        if self._relay is not None:
            await self._relay.stop()
        if self._server is not None:
            await self._server.stop(None)

    async def _generate(self, request: Any, context: Context) -> None:
        behaviour = await self.behave(_received(request, context, streamed=False))
        match behaviour:
            case Drip():
                await self.hang()
            case Cut(end=End.CLEAN):
                await context.write(_chunk(behaviour.text, None, None))
            case Cut(end=Status() as status):
                await _abort(status, request, context)
            case Cut(end=End() as end):
                await self._damage(Damaged(behaviour.text, _IN_ONE_PIECE[end]), context, streamed=False)
            case _:
                await self._answer(behaviour, request, context, streamed=False)

    async def _stream(self, request: Any, context: Context) -> None:
        behaviour = await self.behave(_received(request, context, streamed=True))
        match behaviour:
            case Answer():
                pieces = pieces_of(behaviour.text, self.pieces) or [""]
                for piece in pieces[:-1]:
                    # Early chunks report what is known by then; the last one has the whole.
                    early = behaviour.tokens and Tokens(behaviour.tokens.input, 0, 1, 0)
                    await context.write(_chunk(piece, None, early))
                await context.write(_chunk(pieces[-1], _finish(behaviour), behaviour.tokens))
            case Drip():
                await self.hang(lambda: context.write(_chunk("", None, None)))
            case Cut():
                await self._cut(behaviour, request, context)
            case Status(late=True):
                await self._cut(Cut("some text before the error", behaviour), request, context)
            case _:
                await self._answer(behaviour, request, context, streamed=True)

    async def _answer(self, behaviour: Behaviour, request: Any, context: Context, *, streamed: bool) -> None:
        match behaviour:
            case Hang():
                await self.hang()
            case Status():
                await _abort(behaviour, request, context)
            case Damaged():
                await self._damage(behaviour, context, streamed=streamed)
            case _:
                await context.write(_whole(behaviour))

    async def _cut(self, behaviour: Cut, request: Any, context: Context) -> None:
        pieces = pieces_of(behaviour.text, self.pieces, behaviour.share)
        for piece in pieces:
            await context.write(_chunk(piece, None, Tokens(Tokens().input, 0, 1, 0)))
        if isinstance(behaviour.end, Status):
            await _abort(behaviour.end, request, context)
        elif behaviour.end is End.BROKEN:
            await context.write(marked(Mark.BREAK, b""))
            await _until_the_connection_breaks()
        elif behaviour.end is End.STALLED:
            await self.hang()
        elif behaviour.end is End.MALFORMED:
            rest = behaviour.text[sum(map(len, pieces)) :]
            await context.write(unreadable())
            await context.write(_chunk(rest, _Finish.STOP, Tokens()))

    async def _damage(self, behaviour: Damaged, context: Context, *, streamed: bool) -> None:
        sound = _serialize(_whole(Answer(behaviour.text)))
        match behaviour.damage:
            case Damage.HELD if streamed:
                await context.write(_chunk("", None, None))
                await self.hang()
            case Damage.HELD | Damage.DRIPPED:
                await context.write(marked(_MARKS[behaviour.damage], sound))
                await self.hang()
            case Damage.TRUNCATED:
                await context.write(marked(Mark.BREAK, sound))
                await _until_the_connection_breaks()
            case Damage.WRONG_LENGTH:
                await context.write(marked(Mark.UNDERSTATE, sound))
            case Damage.HUGE if streamed:
                for _ in range(HUGE_BYTES // _BLOCK):
                    await context.write(_chunk("x" * _BLOCK, None, None))
                await context.write(sound)
            case Damage.HUGE:
                await context.write(with_blanks(sound, HUGE_BYTES))
            case Damage.BOMB:
                context.set_compression(grpc.Compression.Gzip)
                await context.write(with_blanks(sound, GRPC_BOMB_BYTES))
            case Damage.ERROR_INSIDE:
                await context.write(_whole(WrongShape("{}")))
            case Damage.DEEP:
                await context.write(deep() + sound)
            case Damage.HUGE_NUMBER:
                await context.write(huge_number() + sound)
            case Damage.MALFORMED:
                await context.write(unreadable())


async def _until_the_connection_breaks() -> None:
    """GRPC cancels the handler then. Without that it would end the call in good order first."""
    await asyncio.Event().wait()


async def _abort(behaviour: Status, request: Any, context: Context) -> None:
    """Ends the call with an error that repeats what was sent, as some vendors do."""
    code = _CODES.get(behaviour.code, grpc.StatusCode.UNKNOWN)
    message = f"{VENDOR_TEXT}: {request}"[:2000]
    status = status_pb2.Status(code=code.value[0], message=message, details=_details(behaviour))
    await context.abort(code, message, (("grpc-status-details-bin", status.SerializeToString()),))


def _serialize(message: Any) -> bytes:
    """A message, or bytes as they are."""
    data: bytes = message if isinstance(message, bytes) else glm.GenerateContentResponse.serialize(message)
    return data


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
    if behaviour.garbled:
        return [AnyMessage(type_url="type.googleapis.com/google.rpc.RetryInfo", value=b"\xff\xff")]
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
