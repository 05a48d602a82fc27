"""The interview service in this process, over memory and scripted providers."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import grpc.aio

from career.erasure.v1.erasure_service_pb2_grpc import add_ErasureServiceServicer_to_server
from career.interview.v1.interview_service_pb2_grpc import add_InterviewServiceServicer_to_server
from services.interview.local_writer import write_questions
from services.interview.model import Question
from services.interview.servicer import ERASURE_NAME, SERVICE_NAME
from shared.clock import Clock
from shared.generation.experiment import Experiment
from shared.generation.generator import Task
from shared.llm.scripted import Line
from shared.llm.settings import Limits
from shared.rpc.server import Service
from tests.support.derived import SwitchableDatabase
from tests.support.generation import Resumes, scripted_registry
from tests.support.rpc import running
from tests.support.servicers import interview_servicer


@asynccontextmanager
async def interview_service(
    clock: Clock,
    resumes: Resumes,
    scripts: Mapping[str, Sequence[Line]] | None = None,
    limits: Limits | None = None,
    tasks: Experiment[Task[tuple[Question, ...]]] | None = None,
) -> AsyncIterator[grpc.aio.Channel]:
    """A channel to it; without scripts `local` answers."""
    registry = scripted_registry(scripts or {}, write_questions, limits=limits)
    servicer = interview_servicer(resumes, registry, clock, tasks)

    def register(server: grpc.aio.Server) -> None:
        add_InterviewServiceServicer_to_server(servicer, server)
        add_ErasureServiceServicer_to_server(servicer, server)

    async with running(Service((SERVICE_NAME, ERASURE_NAME), register, SwitchableDatabase().ping)) as channel:
        yield channel
