"""Reads what a failed call says: code, reason, metadata, fields."""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field

import grpc
import grpc.aio
import pytest
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RequestInfo, RetryInfo
from google.rpc.status_pb2 import Status


@dataclass(frozen=True)
class Failure:
    """A failed call, its details unpacked."""

    code: grpc.StatusCode
    message: str
    reason: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    request_id: str = ""
    retry_seconds: int | None = None
    trailers: Mapping[str, object] = field(default_factory=dict)


async def failure_of(call: Awaitable[object]) -> Failure:
    """Awaits a call that must fail."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return read_failure(caught.value)


def read_failure(error: grpc.aio.AioRpcError) -> Failure:
    """What a failed call says."""
    trailers = dict(error.trailing_metadata() or ())
    packed = trailers.get("grpc-status-details-bin", b"")
    status = Status.FromString(packed if isinstance(packed, bytes) else b"")
    info, request, fields, retry = ErrorInfo(), RequestInfo(), BadRequest(), RetryInfo()
    for detail in status.details:
        for known in (info, request, fields, retry):
            detail.Unpack(known)
    return Failure(
        code=error.code(),
        message=error.details() or "",
        reason=info.reason,
        metadata=dict(info.metadata),
        fields={violation.field: violation.description for violation in fields.field_violations},
        request_id=request.request_id,
        retry_seconds=retry.retry_delay.seconds if retry.HasField("retry_delay") else None,
        trailers=trailers,
    )
