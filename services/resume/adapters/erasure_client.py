"""Asks another service to erase what it derived from a resume."""

import grpc
import grpc.aio
import structlog

from career.erasure.v1 import erasure_service_pb2
from career.erasure.v1.erasure_service_pb2_grpc import ErasureServiceStub
from services.resume.errors import ErasureIncomplete
from shared.rpc.request_id import request_id_metadata

log = structlog.get_logger()

# What is erased twice is erased once: a process that ends in the middle is followed by another.
IDEMPOTENT = {"career.erasure.v1.ErasureService": "EraseResumeData"}


class GrpcDerivedData:
    """`DerivedData` at an address, within a deadline in seconds. The channel belongs to the caller."""

    def __init__(self, channel: grpc.aio.Channel, *, timeout: float) -> None:
        self._stub = ErasureServiceStub(channel)
        self._timeout = timeout

    async def erase(self, unique_key: str) -> int:
        """Erases all of one resume."""
        request = erasure_service_pb2.EraseResumeDataRequest(unique_key=unique_key)
        try:
            response = await self._stub.EraseResumeData(
                request, timeout=self._timeout, metadata=request_id_metadata(), wait_for_ready=False
            )
        except grpc.aio.AioRpcError as error:
            log.warning("erasure.failed", code=error.code().name)
            raise ErasureIncomplete(unique_key=unique_key) from None
        return response.erased_documents
