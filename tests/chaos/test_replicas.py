"""Two processes of each service: one dies under load, and what one does the other knows."""

from __future__ import annotations  # the typed clients have their names in the stubs alone

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import grpc.aio
import pymongo
import pytest

from career.interview.v1 import interview_service_pb2 as interviews
from career.interview.v1.interview_service_pb2_grpc import InterviewServiceStub
from career.resume.v1 import resume_service_pb2 as resumes
from career.resume.v1.resume_service_pb2_grpc import ResumeServiceStub
from tests.chaos.conftest import Recorder
from tests.chaos.visits import NOBODY_IS_SENT_AWAY, visiting
from tests.chaos.waiting import until_logged
from tests.support.ports import free_port, free_row
from tests.support.resumes import example_message
from tests.support.stack import Stack, running_stack

SERVICES = ("resume", "interview", "learning")
CLIENTS = 30
MOST_FAILED = 0.005
PATIENCE_SECONDS = 60


@pytest.fixture(scope="module")
def replicated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack with a second process of each service, `resume-2` and so on, all serving; each test leaves it so."""
    ports = {name: (free_port(), free_port()) for name in SERVICES}
    extra: dict[str, str] = dict(NOBODY_IS_SENT_AWAY)
    for name, (first, second) in ports.items():
        extra[f"{name.upper()}_PORT"] = str(first)
        extra[f"{name.upper()}_ADDRESS"] = f"127.0.0.1:{first},127.0.0.1:{second}"
    with running_stack(tmp_path_factory.mktemp("replicas"), extra) as stack:
        metrics = {"METRICS_PORT_BASE": str(free_row(len(SERVICES)))}
        for name, (_, second) in ports.items():
            stack.launch(f"{name}-2", of=name, environment={f"{name.upper()}_PORT": str(second), **metrics})
        for name in SERVICES:
            asyncio.run(until_logged(stack, f"{name}-2", '"serving": true'))
        yield stack


async def test_one_of_two_is_killed(replicated: Stack, promise: Recorder, *, full: bool) -> None:
    """Hardly a request that may be repeated fails, and who comes back takes calls again."""
    rounds = 3 if full else 1

    async with visiting(replicated, clients=CLIENTS) as visits:
        for _ in range(rounds):
            for name in SERVICES:
                await visits.reach(visits.total + 3 * CLIENTS, seconds=PATIENCE_SECONDS)
                replicated.kill(name)
                await visits.reach(visits.total + 3 * CLIENTS, seconds=PATIENCE_SECONDS)
                seen = len(replicated.read_log(name))
                replicated.launch(name)
                await until_logged(replicated, name, '"method": "/career.', seen)
        await visits.reach(5_000 if full else 0, seconds=5 * PATIENCE_SECONDS)

    failed = visits.failed_repeatable / visits.repeatable
    others = len(visits.failures) - visits.failed_repeatable
    promise(
        f"kill -9 of one of two replicas under {CLIENTS} busy clients, of every service",
        "<= 0.5 % of the requests that may be repeated fail; who is back takes calls again",
        f"{visits.failed_repeatable} of {visits.repeatable} ({failed:.2%}) in {3 * rounds} kills; of others {others} "
        f"of {visits.total - visits.repeatable} {visits.tell_failures()}".strip(),
        holds=failed <= MOST_FAILED,
    )


async def test_a_key_is_used_once_by_all_replicas(replicated: Stack, promise: Recorder, *, full: bool) -> None:
    """The same key at both at once: one resume and one set of questions, and both answer with it."""
    keys = [f"twice-{number}" for number in range(100 if full else 10)]
    made, listed = [], []

    async with asyncio.timeout(PATIENCE_SECONDS), typed_clients(replicated) as (stores, writers):
        for key in keys:
            metadata = (("idempotency-key", key),)
            create = resumes.CreateResumeRequest(resume=example_message(unique_key=""))
            stored = await asyncio.gather(*(store.CreateResume(create, metadata=metadata) for store in stores * 2))
            unique_key = stored[0].unique_key
            generate = interviews.GenerateQuestionsRequest(unique_key=unique_key)
            written = await asyncio.gather(
                *(each.GenerateQuestions(generate, metadata=metadata) for each in writers * 2)
            )
            made.append(({each.unique_key for each in stored}, {each.question_set_id for each in written}))
            request = interviews.ListQuestionSetsRequest(unique_key=unique_key)
            listed.append([each.question_set_id for each in (await writers[0].ListQuestionSets(request)).question_sets])

    once = [
        len(stored) == len(written) == 1 and list(written) == sets
        for (stored, written), sets in zip(made, listed, strict=True)
    ]
    promise(
        "the same Idempotency-Key at both replicas at once, four times",
        "one resume and one question set for each key",
        f"{sum(once)} of {len(keys)} keys made one of each",
        holds=all(once) and len({unique for stored, _ in made for unique in stored}) == len(keys),
    )


async def test_nothing_is_derived_beside_a_deletion(replicated: Stack, promise: Recorder, *, full: bool) -> None:
    """Both replicas write while the resume is deleted: in the end nothing of it is stored."""
    keys = [f"gone-{number}" for number in range(100 if full else 10)]
    chance = random.Random(1)

    async with asyncio.timeout(2 * PATIENCE_SECONDS), typed_clients(replicated) as (stores, writers):
        for key in keys:
            await stores[0].CreateResume(resumes.CreateResumeRequest(resume=example_message(unique_key=key)))
            generate = interviews.GenerateQuestionsRequest(unique_key=key)
            writing = [asyncio.ensure_future(each.GenerateQuestions(generate)) for each in writers * 2]
            # Before, while and after they write.
            await asyncio.wait(writing, timeout=chance.uniform(0, 0.1))
            await chance.choice(stores).DeleteResume(resumes.DeleteResumeRequest(unique_key=key))
            outcomes = await asyncio.gather(*writing, return_exceptions=True)
            assert all(is_answer_or_not_found(outcome) for outcome in outcomes), outcomes

        await stores[0].CreateResume(resumes.CreateResumeRequest(resume=example_message(unique_key="kept")))

    left = await asyncio.to_thread(count_stored, replicated, keys)
    assert await asyncio.to_thread(count_stored, replicated, ["kept"]) == 1
    promise(
        "a resume is deleted while both replicas of a generator write about it",
        "nothing of it is stored afterwards",
        f"{left} documents of {len(keys)} resumes",
        holds=left == 0,
    )


@asynccontextmanager
async def typed_clients(stack: Stack) -> AsyncIterator[tuple[list[Any], list[Any]]]:
    """A client of each resume and of each interview process. Any: they have their types in the stubs alone."""
    async with AsyncExitStack() as opened:
        stores, writers = [
            [
                client(await opened.enter_async_context(grpc.aio.insecure_channel(address)))
                for address in stack.settings.addresses(name)
            ]
            for name, client in (("resume", ResumeServiceStub), ("interview", InterviewServiceStub))
        ]
        yield stores, writers


def is_answer_or_not_found(outcome: object) -> bool:
    """Whoever writes about a resume that is deleted meanwhile is told so."""
    if isinstance(outcome, grpc.aio.AioRpcError):
        return outcome.code() is grpc.StatusCode.NOT_FOUND
    return not isinstance(outcome, BaseException)


def count_stored(stack: Stack, keys: list[str]) -> int:
    """Documents of these resumes, but for the digests of used keys."""
    client: pymongo.MongoClient[dict[str, Any]] = pymongo.MongoClient(stack.settings.database_url)
    with client:
        database = client[stack.settings.mongodb_database]
        names = [name for name in database.list_collection_names() if not name.endswith("_claims")]
        found = [document for name in names for document in database[name].find({})]
    wanted = {f"'{key}'" for key in keys}
    return sum(any(key in str(document) for key in wanted) for document in found)
