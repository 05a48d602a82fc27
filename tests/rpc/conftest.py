"""The resume service in this process, over memory."""

from __future__ import annotations  # the typed clients have their names in the stubs alone

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import grpc.aio
import pytest

from career.resume.v1.resume_service_pb2_grpc import ResumeServiceStub, add_ResumeServiceServicer_to_server
from services.resume.adapters.memory import MemoryResumeRepository
from services.resume.servicer import SERVICE_NAME, ResumeServicer
from services.resume.use_cases import ResumeUseCases
from shared.clock import Clock
from shared.rpc.server import Service
from tests.support.derived import SwitchableDatabase, SwitchableDerivedData
from tests.support.idempotency import memory_idempotency
from tests.support.rpc import running

if TYPE_CHECKING:
    from career.resume.v1.resume_service_pb2_grpc import ResumeServiceAsyncStub


@pytest.fixture
def database() -> SwitchableDatabase:
    """A database that can be switched off."""
    return SwitchableDatabase()


@pytest.fixture
def derived() -> SwitchableDerivedData:
    """A service with derived data that can be switched off."""
    return SwitchableDerivedData()


@pytest.fixture
async def channel(
    clock: Clock, database: SwitchableDatabase, derived: SwitchableDerivedData
) -> AsyncIterator[grpc.aio.Channel]:
    """A channel to the running resume service."""
    servicer = ResumeServicer(
        ResumeUseCases(MemoryResumeRepository(), [derived], memory_idempotency(clock), database, clock)
    )

    def register(server: grpc.aio.Server) -> None:
        add_ResumeServiceServicer_to_server(servicer, server)

    async with running(Service((SERVICE_NAME,), register, database.ping)) as channel:
        yield channel


@pytest.fixture
def resumes(channel: grpc.aio.Channel) -> ResumeServiceAsyncStub:
    """The typed client of the resume service."""
    return ResumeServiceStub(channel)
