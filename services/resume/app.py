"""Composition root of the resume service: the one place that names concrete classes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import grpc.aio

from career.resume.v1.resume_service_pb2_grpc import add_ResumeServiceServicer_to_server
from services.resume.adapters.erasure_client import IDEMPOTENT, GrpcDerivedData
from services.resume.adapters.mongo import MongoResumeRepository
from services.resume.servicer import SERVICE_NAME, ResumeServicer
from services.resume.use_cases import ResumeUseCases
from shared.adapters.mongo_claims import MongoClaimStore
from shared.background import repeating
from shared.clock import Clock
from shared.config import Settings
from shared.database import Database, Preparation
from shared.idempotency import Idempotency
from shared.rpc.channel import open_channel
from shared.rpc.server import Service

NAME = "resume"
_DELETIONS_SECONDS = 5.0
# The services that derive data from resumes; each implements career.erasure.v1.
DERIVING = ("interview", "learning")


@asynccontextmanager
async def build_service(settings: Settings) -> AsyncIterator[Service]:
    """The service over its real database and peers; closes both."""
    clock = Clock()
    database = Database(settings.database_url, settings.mongodb_database, timeout=settings.mongodb_timeout_seconds)
    channels = [open_channel(*settings.addresses(name), idempotent=IDEMPOTENT) for name in DERIVING]
    resumes = MongoResumeRepository(database)
    claims = MongoClaimStore(database.collection(f"{NAME}_claims"))
    idempotency = Idempotency(claims, clock)
    preparation = Preparation(database, (resumes.prepare, claims.prepare))
    derived = [GrpcDerivedData(channel, timeout=settings.erasure_timeout_seconds) for channel in channels]
    use_cases = ResumeUseCases(resumes, derived, idempotency, database, clock)
    servicer = ResumeServicer(use_cases)

    def register(server: grpc.aio.Server) -> None:
        add_ResumeServiceServicer_to_server(servicer, server)

    try:
        async with idempotency.sweeping(), repeating(use_cases.finish_deletions, _DELETIONS_SECONDS):
            yield Service((SERVICE_NAME,), register, preparation.check)
    finally:
        for channel in channels:
            await channel.close()
        database.close()
