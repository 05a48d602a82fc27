"""From kinds of failure to what a caller sees. The one place that knows status codes."""

import asyncio
import math
from collections.abc import Sequence
from contextvars import ContextVar
from typing import NoReturn

import grpc
import grpc.aio
import structlog
from google.protobuf.any_pb2 import Any
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import DecodeError, Message
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RequestInfo, RetryInfo
from google.rpc.status_pb2 import Status

from shared.errors import (
    AlreadyExists,
    CareerError,
    Conflict,
    Exhausted,
    Failed,
    InvalidInput,
    NotFound,
    Unavailable,
    Violation,
)
from shared.rpc.calls import Context, Method, Proceed
from shared.rpc.observation import note_code_in_band
from shared.rpc.request_id import current_request_id

log = structlog.get_logger()
_method: ContextVar[Method] = ContextVar("method")

DOMAIN = "career-coach"
RETRY_AFTER_SECONDS = 1

# A client refuses metadata of more than 8 KiB, and with it the whole answer; a status says everything twice.
_MAX_TEXT_BYTES = 500
_MAX_VIOLATIONS = 40

_CODES: dict[type[CareerError], grpc.StatusCode] = {
    InvalidInput: grpc.StatusCode.INVALID_ARGUMENT,
    NotFound: grpc.StatusCode.NOT_FOUND,
    AlreadyExists: grpc.StatusCode.ALREADY_EXISTS,
    Conflict: grpc.StatusCode.ABORTED,
    Unavailable: grpc.StatusCode.UNAVAILABLE,
    Exhausted: grpc.StatusCode.RESOURCE_EXHAUSTED,
    Failed: grpc.StatusCode.INTERNAL,
}


class MalformedRequest(InvalidInput):
    """The bytes of the request are not the message that the method takes."""

    reason = "MALFORMED_REQUEST"
    message = "the request cannot be read"


class InternalError(Failed):
    """A defect of ours; the log has more under the request id."""

    reason = "INTERNAL_ERROR"
    message = "internal error"


async def translate_errors(method: Method, context: Context, proceed: Proceed) -> bytes | None:
    """Ends a failed call with its status and details; what is not foreseen becomes INTERNAL without its text."""
    _method.set(method)
    try:
        return await proceed()
    except (asyncio.CancelledError, grpc.aio.AbortError):
        raise
    except Exception as error:
        return await _abort(context, _foreseen(error))


def status_in_band(error: Exception) -> Status:
    """What would end the call that is being handled, for the last message of a stream that has begun.

    gRPC ends such a call well; whoever observes it is told of the code.
    """
    foreseen = _foreseen(error)
    code = _code(foreseen)
    note_code_in_band(code)
    return _status(code, foreseen)


def _foreseen(error: Exception) -> CareerError:
    """What the caller is told of."""
    if isinstance(error, CareerError):
        return error
    if isinstance(error, DecodeError | UnicodeDecodeError):
        return MalformedRequest()
    method = _method.get(None)
    # Not log.exception, which would print the text: it may quote what the client sent.
    log.error("rpc.defect", method=method.path if method else "", error=error)
    return InternalError()


async def _abort(context: Context, error: CareerError) -> NoReturn:
    code = _code(error)
    trailers: list[tuple[str, str | bytes]] = [("grpc-status-details-bin", _status(code, error).SerializeToString())]
    wait = _retry_after(error)
    if wait is not None:
        trailers.append(("retry-after", str(wait)))
    await context.abort(code, _message(error), trailing_metadata=(*context.trailing_metadata(), *trailers))


def _code(error: CareerError) -> grpc.StatusCode:
    return next(code for kind, code in _CODES.items() if isinstance(error, kind))


def _status(code: grpc.StatusCode, error: CareerError) -> Status:
    details: list[Message] = [
        ErrorInfo(reason=error.reason, domain=DOMAIN, metadata={name: _cut(fact) for name, fact in error.facts.items()})
    ]
    if isinstance(error, InvalidInput) and error.violations:
        details.append(BadRequest(field_violations=_field_violations(error.violations)))
    wait = _retry_after(error)
    if wait is not None:
        details.append(RetryInfo(retry_delay=Duration(seconds=wait)))
    details.append(RequestInfo(request_id=current_request_id()))
    number, _ = code.value
    return Status(code=number, message=_message(error), details=[_pack(detail) for detail in details])


def _retry_after(error: CareerError) -> int | None:
    """Whole seconds after which it may help to try again; None where it does not."""
    if isinstance(error, Exhausted):
        return max(RETRY_AFTER_SECONDS, math.ceil(error.retry_after))
    return RETRY_AFTER_SECONDS if isinstance(error, (Conflict, Unavailable)) else None


def _message(error: CareerError) -> str:
    """What was wrong, with the fields, for clients that show nothing but the message."""
    text = str(error)
    if isinstance(error, InvalidInput) and error.violations:
        text = f"{text}: " + "; ".join(f"{v.field} {v.description}" for v in error.violations)
    return _cut(text)


def _cut(text: str) -> str:
    """A text that fits: in bytes, since what is not ASCII takes nine for a character of Hangul on the wire."""
    data = text.encode()
    return text if len(data) <= _MAX_TEXT_BYTES else f"{data[: _MAX_TEXT_BYTES - 3].decode(errors='ignore')}…"


def _field_violations(violations: Sequence[Violation]) -> list[BadRequest.FieldViolation]:
    named = [BadRequest.FieldViolation(field=v.field, description=v.description) for v in violations[:_MAX_VIOLATIONS]]
    if len(violations) > _MAX_VIOLATIONS:
        rest = len(violations) - _MAX_VIOLATIONS
        named.append(BadRequest.FieldViolation(field="…", description=f"and {rest} more fields"))
    return named


def _pack(message: Message) -> Any:
    packed = Any()
    packed.Pack(message)
    return packed
