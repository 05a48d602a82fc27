"""Creates and generations by clients that repeat each one with its key until it is acknowledged.

A client takes an operation, sends it, and sends the same one again after whatever says nothing of it: a broken
connection, a late answer, 409 (the first one is still under way), 429, 502 to 504. Anything else breaks a promise.
"""

import asyncio
import json
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import quote

import grpc
import grpc.aio
from google.protobuf.json_format import MessageToDict, ParseDict

from career.interview.v1.interview_service_pb2 import GenerateQuestionsRequest
from career.interview.v1.interview_service_pb2_grpc import InterviewServiceStub
from career.learning.v1.learning_service_pb2 import GenerateLearningPathRequest
from career.learning.v1.learning_service_pb2_grpc import LearningServiceStub
from career.resume.v1.resume_service_pb2 import CreateResumeRequest
from career.resume.v1.resume_service_pb2_grpc import ResumeServiceStub
from tests.load.connection import ConnectionBroken, KeptConnection
from tests.load.requests import request
from tests.support.resumes import example

Item = dict[str, Any]

RESUME, QUESTIONS, PATH = "resume", "questions", "path"
# Of a hundred operations; the rest are creates.
_GENERATIONS_OF_100, _NATIVE_OF_100 = 30, 10
ANSWER_SECONDS = 12.0
PATIENCE_SECONDS = 90.0
_PAUSE_SECONDS = (0.02, 0.25)
_PASSING = frozenset((409, 429, 502, 503, 504))
PASSING_CODES = frozenset(
    (
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.ABORTED,
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        grpc.StatusCode.DEADLINE_EXCEEDED,
    )
)
ID_OF = {RESUME: "unique_key", QUESTIONS: "question_set_id", PATH: "learning_path_id"}


class NothingSaid(Exception):
    """An attempt of which nobody knows what became."""


class Refused(Exception):
    """An answer that a promise does not allow."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing to be done once. `about`: the resume it is about; empty where a new one leaves its key to us."""

    kind: str
    idempotency_key: str
    about: str
    native: bool


@dataclass(slots=True)
class Books:
    """What was acknowledged, by kind and id, and what went wrong on the way."""

    acknowledged: dict[str, dict[str, Item]] = field(default_factory=lambda: {RESUME: {}, QUESTIONS: {}, PATH: {}})
    # Acknowledged under an id that another operation was given.
    shared_ids: int = 0
    given_up: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    repeated: Counter[str] = field(default_factory=Counter)

    @property
    def count(self) -> int:
        """How many operations were acknowledged."""
        return sum(len(items) for items in self.acknowledged.values()) + self.shared_ids

    @property
    def ended(self) -> int:
        """How many operations were acknowledged, refused or given up."""
        return self.count + len(self.given_up) + len(self.refused)

    def note(self, operation: Operation, item: Item) -> None:
        """Takes down an acknowledgement."""
        item_id, items = item[ID_OF[operation.kind]], self.acknowledged[operation.kind]
        self.shared_ids += item_id in items
        items[item_id] = item

    def snapshot(self) -> dict[str, dict[str, Item]]:
        """What has been acknowledged by now."""
        return {kind: dict(items) for kind, items in self.acknowledged.items()}


class Clients:
    """Clients of one gateway. `permits` says how many operations may begin; a test releases them."""

    def __init__(self, port: int, channel: grpc.aio.Channel, seed: int) -> None:
        self.books = Books()
        self.permits = asyncio.Semaphore(0)
        self._port = port
        self._native: dict[str, Any] = {
            RESUME: ResumeServiceStub(channel).CreateResume,
            QUESTIONS: InterviewServiceStub(channel).GenerateQuestions,
            PATH: LearningServiceStub(channel).GenerateLearningPath,
        }
        self._chance = random.Random(seed)
        self._numbers = count()
        self._resume = example("backend-36m")
        # Resumes of which nothing has been written yet: each is asked for one thing of a kind, or two.
        self._fresh: dict[str, list[str]] = {QUESTIONS: [], PATH: []}

    async def work(self) -> None:
        """One client: takes operations until it is cancelled."""
        connection = KeepingConnection(self._port)
        try:
            while True:
                await self.permits.acquire()
                await self._finish(connection, self._choose())
        finally:
            connection.close()

    def _choose(self) -> Operation:
        key = f"op-{next(self._numbers)}-{self._chance.getrandbits(64):016x}"
        native = self._chance.random() * 100 < _NATIVE_OF_100
        kind = self._chance.choice((QUESTIONS, PATH))
        if self._chance.random() * 100 < _GENERATIONS_OF_100 and (waiting := self._fresh[kind]):
            return Operation(kind, key, waiting.pop(self._chance.randrange(len(waiting))), native)
        return Operation(RESUME, key, f"chosen-{key}" if self._chance.random() < 0.5 else "", native)

    async def _finish(self, connection: "KeepingConnection", operation: Operation) -> None:
        """Sends one operation again and again until it is acknowledged, refused, or nobody has patience any more."""
        pause, most = _PAUSE_SECONDS
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while True:
                    try:
                        item = await (self._call if operation.native else connection.post)(
                            operation, self._body(operation)
                        )
                    except NothingSaid as nothing:
                        self.books.repeated[str(nothing)] += 1
                        await asyncio.sleep(pause * self._chance.uniform(0.5, 1.5))
                        pause = min(2 * pause, most)
                        continue
                    break
        except TimeoutError:
            self.books.given_up.append(operation.kind)
        except Refused as refusal:
            self.books.refused.append(f"{operation.kind}: {refusal}")
        else:
            self._note(operation, item)

    def _note(self, operation: Operation, item: Item) -> None:
        self.books.note(operation, item)
        if operation.kind == RESUME:
            for waiting in self._fresh.values():
                waiting += [item["unique_key"]] * self._chance.choice((1, 2))

    def _body(self, operation: Operation) -> Item:
        if operation.kind != RESUME:
            return {}
        # Each is like no other one, so that none can stand in for another.
        resume = self._resume | {"summary": f"{self._resume['summary']} {operation.idempotency_key}"}
        return resume | ({"unique_key": operation.about} if operation.about else {})

    async def _call(self, operation: Operation, body: Item) -> Item:
        message: Any
        match operation.kind:
            case "resume":
                message = ParseDict({"resume": body}, CreateResumeRequest())
            case "questions":
                message = GenerateQuestionsRequest(unique_key=operation.about, provider="local")
            case _:
                message = GenerateLearningPathRequest(unique_key=operation.about, provider="local")
        key = (("idempotency-key", operation.idempotency_key),)
        try:
            answer = await self._native[operation.kind](message, metadata=key, timeout=ANSWER_SECONDS)
        except grpc.aio.AioRpcError as error:
            if error.code() in PASSING_CODES:
                raise NothingSaid(error.code().name) from None
            raise Refused(f"{error.code().name} {error.details()}") from None
        return MessageToDict(answer, preserving_proto_field_name=True, always_print_fields_with_no_presence=True)


class KeepingConnection:
    """Speaks of operations over a connection that is kept."""

    def __init__(self, port: int) -> None:
        self._connection = KeptConnection(port, ANSWER_SECONDS)

    async def post(self, operation: Operation, body: Item) -> Item:
        """Sends one operation over REST."""
        about = quote(operation.about, safe="")
        path = {
            RESUME: "/api/v1/resumes",
            QUESTIONS: f"/api/v1/interview/{about}/questions?provider=local",
            PATH: f"/api/v1/learning/{about}/learning-path?provider=local",
        }[operation.kind]
        return await self.ask(request("POST", path, body, {"idempotency-key": operation.idempotency_key}))

    async def get(self, path: str) -> Item:
        """Reads."""
        return await self.ask(request("GET", path))

    async def ask(self, text: bytes) -> Item:
        """Sends a request and reads JSON; raises `NothingSaid`, `Refused`."""
        try:
            reply = await self._connection.send(text)
        except (ConnectionBroken, TimeoutError) as error:
            raise NothingSaid(type(error).__name__) from None
        if reply.status in _PASSING:
            raise NothingSaid(str(reply.status))
        if reply.status != 200:
            raise Refused(f"{reply.status} {reply.body.decode(errors='replace')[:300]}")
        item: Item = json.loads(reply.body)
        return item

    def close(self) -> None:
        """Ends it."""
        self._connection.close()


@asynccontextmanager
async def clients(port: int, number: int, seed: int) -> AsyncIterator[Clients]:
    """So many clients at work for the length of the block."""
    async with grpc.aio.insecure_channel(
        f"127.0.0.1:{port}",
        options=(
            ("grpc.enable_retries", 0),
            ("grpc.initial_reconnect_backoff_ms", 100),
            ("grpc.max_reconnect_backoff_ms", 500),
        ),
    ) as channel:
        every = Clients(port, channel, seed)
        # An error in one of them ends the block.
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(every.work()) for _ in range(number)]
            yield every
            for task in tasks:
                task.cancel()
