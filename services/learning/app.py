"""Composition root of the learning service: the one place that names concrete classes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import grpc.aio

from career.erasure.v1.erasure_service_pb2_grpc import add_ErasureServiceServicer_to_server
from career.learning.v1.learning_service_pb2_grpc import add_LearningServiceServicer_to_server
from services.learning.adapters.mongo import mongo_learning_paths
from services.learning.local_writer import write_path
from services.learning.servicer import ERASURE_NAME, SERVICE_NAME, LearningServicer
from services.learning.task import load_tasks
from services.learning.use_cases import assemble_path, count_steps
from shared.config import Settings
from shared.generation.composition import Parts, build_use_cases
from shared.rpc.server import Service

NAME = "learning"


@asynccontextmanager
async def build_service(settings: Settings) -> AsyncIterator[Service]:
    """The service over its real database, resume service and providers; closes them."""
    parts = Parts(NAME, load_tasks(), assemble_path, mongo_learning_paths, count_steps, write_path)
    async with build_use_cases(settings, parts) as built:
        servicer = LearningServicer(built.use_cases, built.feedback)

        def register(server: grpc.aio.Server) -> None:
            add_LearningServiceServicer_to_server(servicer, server)
            add_ErasureServiceServicer_to_server(servicer, server)

        yield Service((SERVICE_NAME, ERASURE_NAME), register, built.preparation.check, built.collectors)
