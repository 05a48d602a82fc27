"""People who use the API in every way: each has resumes of its own, and does one thing after the other with them.

What is left half-way may have been done: the books say so.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

import grpc
import grpc.aio

from career.interview.v1.interview_service_pb2 import GenerateQuestionsRequest, StreamQuestionsRequest
from career.interview.v1.interview_service_pb2_grpc import InterviewServiceStub
from career.resume.v1.resume_service_pb2 import GetResumeRequest
from career.resume.v1.resume_service_pb2_grpc import ResumeServiceStub
from tests.chaos.operations import PASSING_CODES
from tests.load.requests import request
from tests.soak.books import KINDS, PATHS, QUESTIONS, Books, Kept
from tests.soak.caller import STAY_SECONDS, Caller
from tests.support.resumes import example

_RESUMES_EACH, _ANSWERS_EACH = 4, 6
_RESUMES = "/api/v1/resumes"
_LOCALLY = "?provider=local&fallback=false"
_NATIVE_SECONDS = 10.0

Act = Callable[["Person"], Coroutine[Any, Any, None]]


class Person(Caller):
    """One of them, who has resumes of its own."""

    def __init__(self, port: int, books: Books, channel: grpc.aio.Channel, name: str, seed: int) -> None:
        super().__init__(port, books, name, seed)
        self.kept: list[Kept] = []
        self._resume = example("backend-36m")
        self._resumes = ResumeServiceStub(channel)
        self._interview = InterviewServiceStub(channel)

    async def live(self, turns: Callable[[], bool]) -> None:
        """Does one thing after the other."""
        names = list(ACTS)
        weights = [weight for weight, _ in ACTS.values()]
        while turns():
            kind = self.chance.choices(names, weights)[0]
            needs_resume = kind not in ("create", "list", "refused", "left create")
            if (kind == "create" and len(self.kept) >= _RESUMES_EACH) or (needs_resume and not self.kept):
                kind = "delete" if self.kept else "create"
            await ACTS[kind][1](self)
        self.close()

    def body(self, summary: str, **changes: Any) -> dict[str, Any]:
        """A resume that says this."""
        return self._resume | {"summary": summary} | changes

    def pick(self) -> Kept:
        """One of its resumes."""
        return self.chance.choice(self.kept)

    # What people do.

    async def create(self) -> None:
        """A resume under a key of its own."""
        kept = Kept(self.new_key(), f"summary {self.new_key()}")
        if await self.settle("create", "POST", _RESUMES, self.body(kept.summary, unique_key=kept.key), once=True):
            self.kept.append(kept)
            self.books.kept[kept.key] = kept

    async def get(self) -> None:
        """Reads one, and finds in it what was written last."""
        kept = self.pick()
        reply = await self.settle("get", "GET", f"{_RESUMES}/{kept.key}")
        if reply and json.loads(reply.body)["summary"] != kept.summary:
            self.books.wrong.append(f"get: not what was written last to {kept.key}")

    async def list(self) -> None:
        """A page of everybody's."""
        await self.settle("list", "GET", f"{_RESUMES}?page_size=20")

    async def update(self) -> None:
        """Replaces one."""
        kept = self.pick()
        summary = f"summary {self.new_key()}"
        if await self.settle("update", "PUT", f"{_RESUMES}/{kept.key}", self.body(summary)):
            kept.summary = summary

    async def delete(self) -> None:
        """Deletes one; it was gone already where an earlier try was not answered."""
        kept = self.kept.pop(self.chance.randrange(len(self.kept)))
        del self.books.kept[kept.key]
        if await self.settle("delete", "DELETE", f"{_RESUMES}/{kept.key}", again=(404,)):
            self.books.deleted.add(kept.key)

    async def generate(self, kind: str, *, stream: bool = False) -> None:
        """Has an answer written, one that can be had once."""
        kept = self.pick()
        if kept.size() >= _ANSWERS_EACH:
            return await self.delete()
        path = f"{KINDS[kind].path.format(kept.key)}{':stream' if stream else ''}{_LOCALLY}"
        reply = await self.settle(f"stream {kind}" if stream else kind, "POST", path, once=True)
        if reply is None:
            return None
        written = json.loads(reply.body) if not stream else _last_event(reply.body)
        if KINDS[kind].id_name in written:
            kept.answers[kind][written[KINDS[kind].id_name]] = set()
        else:
            # What a stream says of a failure it says in its last event; it may be stored all the same.
            self.books.failures[f"stream {kind}", _event_reason(written)] += 1
            kept.maybe[kind] += 1
        return None

    async def rate(self) -> None:
        """Says what it thinks of an answer."""
        kept, kind = self.pick(), self.chance.choice((QUESTIONS, PATHS))
        if not kept.answers[kind]:
            return await self.generate(kind)
        answer_id = self.chance.choice(list(kept.answers[kind]))
        if len(kept.answers[kind][answer_id]) >= _ANSWERS_EACH:
            return await self.delete()
        path = f"{KINDS[kind].path.format(kept.key)}/{answer_id}/feedback"
        reply = await self.settle("rate", "POST", path, {"rating": 3, "comment": "그저 그렇습니다."}, once=True)
        if reply:
            kept.answers[kind][answer_id].add(json.loads(reply.body)["feedback_id"])
        return None

    async def read_answers(self) -> None:
        """Lists the answers about a resume."""
        kind = self.chance.choice((QUESTIONS, PATHS))
        await self.settle(f"list {kind}", "GET", KINDS[kind].path.format(self.pick().key))

    async def be_refused(self) -> None:
        """Asks for what cannot be had."""
        method, path, body, status = self.chance.choice(_REFUSED)
        await self.settle("refused", method, path, body, good=(status,))

    async def leave_create(self) -> None:
        """Hangs up while a resume is being stored; another time it is deleted, if it is there."""
        key = self.new_key()
        self.books.maybe.add(key)
        text = request("POST", _RESUMES, self.body("left", unique_key=key))
        await self.leave("left create", text, when_it_begins=False)
        await self.settle("delete", "DELETE", f"{_RESUMES}/{key}", good=(200, 404))

    async def leave_answer(self, *, stream: bool) -> None:
        """Hangs up while an answer is being written, or when it begins to come."""
        kept, kind = self.pick(), self.chance.choice((QUESTIONS, PATHS))
        if kept.size() >= _ANSWERS_EACH:
            return await self.delete()
        kept.maybe[kind] += 1
        path = f"{KINDS[kind].path.format(kept.key)}{':stream' if stream else ''}{_LOCALLY}"
        name = "left stream" if stream else "left answer"
        return await self.leave(name, request("POST", path), when_it_begins=stream)

    async def get_natively(self) -> None:
        """Reads one over gRPC."""
        kept = self.pick()
        message = GetResumeRequest(unique_key=kept.key)
        start = time.perf_counter()
        self.books.requests += 1
        try:
            resume = await self._resumes.GetResume(message, timeout=_NATIVE_SECONDS)
        except grpc.aio.AioRpcError as error:
            self.books.failures["native get", error.code().name] += 1
            if error.code() not in PASSING_CODES:
                self.books.wrong.append(f"native get: {error.code().name} for {kept.key}")
            return
        self.books.note("native get", time.perf_counter() - start)
        if resume.summary != kept.summary:
            self.books.wrong.append(f"native get: not what was written last to {kept.key}")

    async def cancel_natively(self, *, stream: bool) -> None:
        """Cancels a generation over gRPC: after a moment, or after the first of its events."""
        kept = self.pick()
        if kept.size() >= _ANSWERS_EACH:
            return await self.delete()
        kept.maybe[QUESTIONS] += 1
        self.books.requests += 1
        name = "native cancel of a stream" if stream else "native cancel"
        with suppress(grpc.aio.AioRpcError):
            if stream:
                events = self._interview.StreamQuestions(
                    StreamQuestionsRequest(unique_key=kept.key, provider="local"), timeout=_NATIVE_SECONDS
                )
                await events.read()
                events.cancel()
            else:
                message = GenerateQuestionsRequest(unique_key=kept.key, provider="local")
                call = self._interview.GenerateQuestions(message, timeout=_NATIVE_SECONDS)
                await asyncio.sleep(self.chance.uniform(0, STAY_SECONDS))
                call.cancel()
                # Not the call itself: it would end like one who is cancelled here.
                await call.code()
        self.books.note(name, 0.0)
        return None


_REFUSED = (
    ("GET", f"{_RESUMES}/nobody-at-all", None, 404),
    ("POST", _RESUMES, {"name": ""}, 400),
    ("POST", _RESUMES, {"name": "김", "contact_info": {"email": "no mail"}}, 400),
    ("GET", f"{_RESUMES}?page_size=-1", None, 400),
    ("POST", "/api/v1/interview/nobody-at-all/questions", None, 404),
    ("POST", "/api/v1/learning/nobody-at-all/learning-path:stream", None, 404),
    ("POST", "/api/v1/interview/nobody-at-all/questions?provider=nobody", None, 404),
    ("GET", "/api/v1/nothing", None, 404),
)

# By name: how often, and what.
ACTS: dict[str, tuple[float, Act]] = {
    "create": (12, Person.create),
    "get": (20, Person.get),
    "list": (4, Person.list),
    "update": (8, Person.update),
    "delete": (4, Person.delete),
    "questions": (8, lambda person: person.generate(QUESTIONS)),
    "paths": (4, lambda person: person.generate(PATHS)),
    "stream questions": (4, lambda person: person.generate(QUESTIONS, stream=True)),
    "stream paths": (2, lambda person: person.generate(PATHS, stream=True)),
    "rate": (8, Person.rate),
    "list answers": (6, Person.read_answers),
    "refused": (8, Person.be_refused),
    "left create": (3, Person.leave_create),
    "left answer": (2, lambda person: person.leave_answer(stream=False)),
    "left stream": (2, lambda person: person.leave_answer(stream=True)),
    "native get": (8, Person.get_natively),
    "native cancel": (2, lambda person: person.cancel_natively(stream=False)),
    "native cancel of a stream": (2, lambda person: person.cancel_natively(stream=True)),
}


@asynccontextmanager
async def people(port: int, number: int, seed: int) -> AsyncIterator[list[Person]]:
    """So many people, with one set of books."""
    options = (("grpc.enable_http_proxy", 0), ("grpc.max_reconnect_backoff_ms", 500))
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}", options=options) as channel:
        books = Books()
        yield [Person(port, books, channel, f"person-{seed}-{each}", seed + each) for each in range(number)]


def _last_event(body: bytes) -> dict[str, Any]:
    lines = [line for line in body.decode().splitlines() if line.startswith("data: ")]
    event: dict[str, Any] = json.loads(lines[-1].removeprefix("data: ")) if lines else {}
    completed: dict[str, Any] = event.get("completed", event)
    return completed


def _event_reason(event: dict[str, Any]) -> str:
    try:
        return str(event["failed"]["details"][0]["reason"])
    except (KeyError, IndexError, TypeError):
        return "cut off"
