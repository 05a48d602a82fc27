"""Resumes from the resume service, through its typed client."""

from collections.abc import Mapping, Sequence
from typing import Any

import grpc
import grpc.aio

from career.resume.v1 import resume_service_pb2
from career.resume.v1.resume_service_pb2_grpc import ResumeServiceStub
from shared.generation.errors import InvalidRequest, ResumeNotFound, ResumeServiceUnavailable
from shared.rpc.channel import open_channel
from shared.rpc.messages import message_values
from shared.rpc.request_id import request_id_metadata

_IDEMPOTENT = {"career.resume.v1.ResumeService": "GetResume"}
_UNAVAILABLE = {
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.CANCELLED,
}


class GrpcResumeSource:
    """A `ResumeSource` at one or several `host:port`; each read has `timeout` seconds in all. Close it."""

    def __init__(self, addresses: Sequence[str], *, timeout: float) -> None:
        self._channel = open_channel(*addresses, idempotent=_IDEMPOTENT)
        self._stub = ResumeServiceStub(self._channel)
        self._timeout = timeout

    async def get(self, unique_key: str) -> Mapping[str, Any]:
        """The resume by field name."""
        request = resume_service_pb2.GetResumeRequest(unique_key=unique_key)
        try:
            message = await self._stub.GetResume(request, timeout=self._timeout, metadata=request_id_metadata())
        except grpc.aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.NOT_FOUND:
                raise ResumeNotFound(unique_key=unique_key) from None
            if error.code() is grpc.StatusCode.INVALID_ARGUMENT:
                raise InvalidRequest from None
            if error.code() in _UNAVAILABLE:
                raise ResumeServiceUnavailable from None
            raise
        return message_values(message)

    async def close(self) -> None:
        """Closes the channel."""
        await self._channel.close()
