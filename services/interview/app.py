"""Composition root of the interview service: the one place that names concrete classes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import grpc.aio

from career.erasure.v1.erasure_service_pb2_grpc import add_ErasureServiceServicer_to_server
from career.interview.v1.interview_service_pb2_grpc import add_InterviewServiceServicer_to_server
from services.interview.adapters.mongo import mongo_question_sets
from services.interview.local_rotation import Rotation
from services.interview.local_writer import write_questions
from services.interview.model import QUESTION_COUNT
from services.interview.servicer import ERASURE_NAME, SERVICE_NAME, InterviewServicer
from services.interview.task import load_tasks
from services.interview.use_cases import assemble_set, questions_of
from shared.config import Settings
from shared.generation.composition import Parts, build_use_cases
from shared.rpc.server import Service

NAME = "interview"


@asynccontextmanager
async def build_service(settings: Settings) -> AsyncIterator[Service]:
    """The service over its real database, resume service and providers; closes them."""
    parts = Parts(
        NAME,
        load_tasks(),
        assemble_set,
        mongo_question_sets,
        lambda _set: QUESTION_COUNT,
        partial(write_questions, rotation=Rotation()),
        questions_of,
    )
    async with build_use_cases(settings, parts) as built:
        servicer = InterviewServicer(built.use_cases, built.feedback)

        def register(server: grpc.aio.Server) -> None:
            add_InterviewServiceServicer_to_server(servicer, server)
            add_ErasureServiceServicer_to_server(servicer, server)

        yield Service((SERVICE_NAME, ERASURE_NAME), register, built.preparation.check, built.collectors)
