"""The database hangs, disappears, fills its disk: clear refusals in time, and afterwards nothing is lost or doubled."""

import asyncio
import resource
import signal
import socket
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest

from tests.chaos.answers import Answer, call
from tests.chaos.conftest import Recorder
from tests.chaos.pulse import Pulse, feeling
from tests.support.stack import Stack, StackFailed, running_stack
from tools.procfile import DATABASE, SERVICES

# The gateway's limit for all calls but generations, and a little.
ROUTE_SECONDS = 10.5
HEALTH_SECONDS = 2.0
_RESUMES = 8
_RESTART_SECONDS = 30.0
REFUSALS = {"DATABASE_UNAVAILABLE", "RESUME_SERVICE_UNAVAILABLE", "OVERLOADED"}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One for all faults: each must leave it as it was."""
    with running_stack(tmp_path_factory.mktemp("database")) as running:
        yield running


@dataclass
class Wish:
    """A write that is to happen once: a resume of this name, or a set of questions about a resume of its own."""

    path: str
    key: str = field(default_factory=lambda: uuid4().hex)
    body: Any = None
    answer: Answer | None = None

    @property
    def failed(self) -> bool:
        """Whether its caller knows that it may not have happened."""
        return self.answer is None or self.answer.status != 200


class Callers:
    """Many at once: reads, lists, creates with and without a key, generations."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.keys: list[str] = []
        self.creates: list[Wish] = []
        self.generations: list[Wish] = []
        self.reads: list[Answer] = []

    async def store(self, count: int) -> list[str]:
        """Stores resumes before the fault."""
        made = [await call(self.port, "POST", "/resumes", _resume()) for _ in range(count)]
        return [answer.body["unique_key"] for answer in made]

    async def begin(self) -> None:
        """Makes what the reads are about."""
        self.keys = await self.store(_RESUMES)

    async def wave(self, size: int, subjects: Sequence[str]) -> list[Answer]:
        """So many calls at once, a generation about each of the subjects among them; their answers."""
        creates = [Wish("/resumes", body=_resume(), key=uuid4().hex if n % 2 else "") for n in range(size // 4)]
        generations = [Wish(f"/interview/{key}/questions") for key in subjects]
        self.creates += creates
        self.generations += generations
        paths = [f"/resumes/{self.keys[n % _RESUMES]}" for n in range(size // 4)]
        paths += [f"/interview/{self.keys[n % _RESUMES]}/questions" for n in range(size // 4)]
        paths += ["/resumes?page_size=5"] * (size - 3 * (size // 4) - len(subjects))
        reads = asyncio.gather(*(call(self.port, "GET", path) for path in paths))
        writes = asyncio.gather(*(self._send(wish) for wish in [*creates, *generations]))
        got, made = await asyncio.gather(reads, writes)
        self.reads += got
        return [*got, *made]

    async def repeat(self) -> list[Answer]:
        """Repeats each write that failed and has a key, once: it must succeed."""
        return [await self._send(wish) for wish in [*self.creates, *self.generations] if wish.failed and wish.key]

    async def doubts(self) -> list[str]:
        """What is not as it must be: an acknowledged write that is not there whole, a wish that came true twice."""
        found = [line async for line in self._doubtful_resumes()]
        for wish in self.generations:
            answer = await call(self.port, "GET", wish.path)
            if answer.body["question_sets"] != [wish.answer.body if wish.answer else None]:
                found.append(f"{wish.path}: {len(answer.body['question_sets'])} sets")
        return found

    async def _doubtful_resumes(self) -> Any:
        count = Counter([name async for name in self._names()])
        for wish in self.creates:
            name = wish.body["name"]
            if wish.failed:
                # Without a key nobody can say whether it happened; twice it did not.
                if count[name] > 1:
                    yield f"{name}: {count[name]} times"
                continue
            assert wish.answer is not None
            stored = await call(self.port, "GET", f"/resumes/{wish.answer.body['unique_key']}")
            if stored.body != wish.answer.body or count[name] != 1:
                yield f"{name}: {count[name]} times, {stored.status}"

    async def _names(self) -> Any:
        token = ""
        while True:
            page = await call(self.port, "GET", f"/resumes?page_size=100&page_token={token}")
            for each in page.body["resumes"]:
                yield each["name"]
            token = page.body.get("next_page_token", "")
            if not token:
                return

    async def _send(self, wish: Wish) -> Answer:
        wish.answer = await call(self.port, "POST", wish.path, wish.body, key=wish.key)
        return wish.answer


def _resume() -> dict[str, Any]:
    return {"name": f"n-{uuid4().hex}", "summary": "Spring Boot, MSA, Python " * 20, "career_months": 36}


@dataclass(frozen=True, slots=True)
class Fault:
    """A way in which the database fails; `strike` and `lift` block until it is so."""

    name: str
    strike: Callable[[Stack], None]
    lift: Callable[[Stack], None]
    reads_live: bool = False


def _freeze(stack: Stack) -> None:
    stack.processes[DATABASE].send_signal(signal.SIGSTOP)


def _thaw(stack: Stack) -> None:
    stack.processes[DATABASE].send_signal(signal.SIGCONT)


def _kill(stack: Stack) -> None:
    stack.kill(DATABASE)


def _restart(stack: Stack) -> None:
    stack.launch(DATABASE)
    ends = time.monotonic() + _RESTART_SECONDS
    while time.monotonic() < ends:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", stack.settings.mongo_port)) == 0:
                return
        time.sleep(0.01)
    raise StackFailed(f"the database does not listen\n{stack.read_logs()}")


def _fill(stack: Stack) -> None:
    # To SQLite it is what a full disk is, but for the text of its error, and nobody needs to be root.
    _, most = resource.prlimit(stack.processes[DATABASE].pid, resource.RLIMIT_FSIZE)
    resource.prlimit(stack.processes[DATABASE].pid, resource.RLIMIT_FSIZE, (0, most))


def _make_room(stack: Stack) -> None:
    _, most = resource.prlimit(stack.processes[DATABASE].pid, resource.RLIMIT_FSIZE)
    resource.prlimit(stack.processes[DATABASE].pid, resource.RLIMIT_FSIZE, (most, most))


FAULTS = [
    Fault("the database hangs", _freeze, _thaw),
    Fault("the database is killed and comes back", _kill, _restart),
    Fault("the database's disk is full", _fill, _make_room, reads_live=True),
]


@dataclass
class Course:
    """How a fault went: answers by phase, seconds until health said so, seconds until it and a call were well again."""

    first: list[Answer] = field(default_factory=list)
    later: list[Answer] = field(default_factory=list)
    said: float = 0.0
    well: float = 0.0
    called: float = 0.0


async def _suffer(stack: Stack, pulse: Pulse, callers: Callers, fault: Fault, *, seconds: float, size: int) -> Course:
    """Lets a fault last so long, with a wave of calls at its beginning and one before its end."""
    course = Course()
    subjects = await callers.store(6)
    struck = time.monotonic()
    fault.strike(stack)
    try:
        async with asyncio.TaskGroup() as tasks:
            wave = tasks.create_task(callers.wave(size, subjects[:4]))
            course.said = await pulse.changed(*_affected(fault), serving=False, since=struck, within=seconds)
        course.first = wave.result()
        await asyncio.sleep(max(0.0, struck + seconds - 0.5 - time.monotonic()))
        course.later = await callers.wave(size // 4, subjects[4:])
    finally:
        await asyncio.to_thread(fault.lift, stack)
    lifted = time.monotonic()
    course.called, course.well = await asyncio.gather(
        _first_success(callers, lifted), pulse.changed(*SERVICES, serving=True, since=lifted, within=15)
    )
    return course


def _affected(fault: Fault) -> Sequence[str]:
    """Services that know of the fault: of a full disk only who writes."""
    return ("resume", "interview") if fault.reads_live else SERVICES


async def _first_success(callers: Callers, since: float) -> float:
    """Seconds until every service has read from the database and a write succeeded."""
    while time.monotonic() < since + 15:
        answers = await asyncio.gather(
            call(callers.port, "POST", "/resumes", _resume()),
            call(callers.port, "GET", f"/interview/{callers.keys[0]}/questions"),
            call(callers.port, "GET", f"/learning/{callers.keys[0]}/learning-path"),
        )
        if all(answer.status == 200 for answer in answers):
            return time.monotonic() - since
        await asyncio.sleep(0.02)
    return float("inf")


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name.removeprefix("the database").strip())
async def test_database_fault(stack: Stack, promise: Recorder, full: bool, fault: Fault) -> None:
    """503 with a reason in time, health within two seconds; then all goes on, and every write is there once."""
    callers = Callers(stack.settings.gateway_port)
    await callers.begin()
    before = stack.processes.keys() | {DATABASE}
    pids = {name: stack.processes[name].pid for name in SERVICES}

    async with feeling({name: stack.settings.port(name) for name in SERVICES}) as pulse:
        assert await pulse.changed(*SERVICES, serving=True, since=time.monotonic(), within=10) < float("inf")
        course = await _suffer(stack, pulse, callers, fault, seconds=10 if full else 4, size=100)
    repeated = await callers.repeat()
    doubts = await callers.doubts()

    answers = [*course.first, *course.later]
    refused = [answer for answer in answers if answer.status != 200]
    unclear = [answer.outcome for answer in answers if not answer.is_clear or answer.status not in (200, 503)]
    outcomes = dict(Counter(answer.outcome for answer in answers))
    slowest, later = max(a.seconds for a in course.first), max(a.seconds for a in course.later)
    if fault.reads_live:
        promise(
            fault.name,
            "reads are answered meanwhile",
            f"{sum(a.status == 200 for a in callers.reads)} of {len(callers.reads)}",
            holds=all(answer.status == 200 for answer in callers.reads),
        )
    promise(
        fault.name,
        f"a clear 503 within {ROUTE_SECONDS:g} s, {len(answers)} calls at once",
        f"{outcomes}; slowest {slowest:.2f} s, towards the end {later:.2f} s",
        holds=bool(refused)
        and not unclear
        and {answer.reason for answer in refused} <= REFUSALS
        and max(slowest, later) < ROUTE_SECONDS,
    )
    promise(
        fault.name,
        f"health says so within {HEALTH_SECONDS:g} s; after the end all works within {HEALTH_SECONDS:g} s, no restart",
        f"said after {course.said:.2f} s; well after {course.well:.2f} s, first calls after {course.called:.2f} s",
        holds=max(course.said, course.well, course.called) <= HEALTH_SECONDS
        and pids == {name: stack.processes[name].pid for name in SERVICES}
        and before == stack.processes.keys(),
    )
    promise(
        fault.name,
        "every acknowledged write is there whole; a failed one, repeated with its key, is there once",
        f"{len(callers.creates)} resumes and {len(callers.generations)} generations, {len(repeated)} repeated: "
        f"{len(doubts)} wrong",
        holds=bool(repeated) and all(answer.status == 200 for answer in repeated) and not doubts,
    )
    with closing(sqlite3.connect(stack.folder / "data" / "mongo" / "career-coach.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
