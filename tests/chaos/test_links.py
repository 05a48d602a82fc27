"""Faults of the lines between the processes: an answer or one clear error in time, and afterwards all works again."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from tests.chaos.answers import Answer, call
from tests.chaos.conftest import Recorder
from tests.support.link import Fault, Links, running_links
from tests.support.stack import Stack
from tools.procfile import DATABASE, PREFIXES, SERVICES, read_commands

RECOVERY_SECONDS = 5.0
# The gateway's limit for a read, and a little for a busy machine. Generations are waiting for no model here.
LIMIT_SECONDS = 11.0
_PAUSE_SECONDS = 0.1
FAULTS = [fault for fault in Fault if fault is not Fault.NONE]
_CLIENT = "client → gateway"

# One call over a line: the port to ask at, and the key of a resume of its own.
Ask = Callable[[int, str], Awaitable[Answer]]


def _get(path: str, patience: float = 80.0) -> Ask:
    return lambda port, key: call(port, "GET", path.format(key=key), patience=patience)


def _post(path: str) -> Ask:
    return lambda port, key: call(port, "POST", path.format(key=key))


def _create(port: int, _key: str) -> Awaitable[Answer]:
    return call(port, "POST", "/resumes", _resume(), key=uuid4().hex)


def _delete(port: int, key: str) -> Awaitable[Answer]:
    return call(port, "DELETE", f"/resumes/{key}")


@dataclass(frozen=True, slots=True)
class Line:
    """A pair of processes, the calls that need the line between them, and the faults of a short run."""

    name: str
    asks: tuple[Ask, ...]
    short: tuple[Fault, ...] = (Fault.CUT,)


LINES = [
    Line(
        _CLIENT,
        (_get("/resumes/{key}", patience=5), _get("/interview/{key}/questions", patience=5)),
        (Fault.SLICED,),
    ),
    Line("gateway → resume", (_get("/resumes/{key}"), _create)),
    Line(
        "gateway → interview",
        (_get("/interview/{key}/questions"), _post("/interview/{key}/questions")),
        (Fault.SLICED,),
    ),
    Line("gateway → learning", (_get("/learning/{key}/learning-path"), _get("/learning/usage"))),
    Line("interview → resume", (_post("/interview/{key}/questions"),), (Fault.BLACK_HOLE,)),
    Line("learning → resume", (_post("/learning/{key}/learning-path"),)),
    Line("resume → interview", (_delete,)),
    Line("resume → learning", (_delete,)),
    Line("resume → database", (_get("/resumes/{key}"), _create), (Fault.RESET,)),
    Line(
        "interview → database",
        (_get("/interview/{key}/questions"), _post("/interview/{key}/questions")),
        (Fault.SLICED,),
    ),
    Line("learning → database", (_get("/learning/{key}/learning-path"),), (Fault.SLICED,)),
]


def _resume() -> dict[str, Any]:
    return {"name": "김철수", "summary": "Spring Boot, MSA, Python 백엔드 개발 " * 10, "career_months": 36}


@dataclass(frozen=True, slots=True)
class Place:
    """A stack all of whose lines can be damaged; `port` is where clients reach it."""

    links: Links
    port: int


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """One stack for all lines: each fault must leave it well."""
    with running_links() as links:
        stack = Stack(tmp_path_factory.mktemp("links"), {})
        try:
            ports = {DATABASE: stack.settings.mongo_port, "gateway": stack.settings.gateway_port}
            ports |= {name: stack.settings.port(name) for name in SERVICES}
            for name in read_commands(stack.settings):
                stack.launch(name, environment=_lead(links, name, ports))
            port = links.add(_CLIENT, ports["gateway"])
            stack.wait()
            yield Place(links, port)
        finally:
            stack.stop()


def _lead(links: Links, name: str, ports: dict[str, int]) -> dict[str, str]:
    """The variables by which a process finds the others, each over a line of its own."""
    found: dict[str, str] = {}
    for line in LINES:
        caller, _, other = line.name.partition(" → ")
        if caller != name:
            continue
        port = links.add(line.name, ports[DATABASE if other == "database" else other])
        found |= (
            {"MONGODB_URL": f"mongodb://127.0.0.1:{port}"}
            if other == "database"
            else {f"{other.upper()}_ADDRESS": f"127.0.0.1:{port}"}
        )
    return found


@dataclass(frozen=True, slots=True)
class Course:
    """How a fault of a line went: its answers, and seconds from its end to the first answers as ever."""

    fault: Fault
    answers: list[Answer]
    recovery: float


async def _suffer(place: Place, line: Line, fault: Fault) -> Course:
    keys = [await _store(place) for _ in line.asks]
    carried = place.links.carried(line.name)
    # So that there are connections to be damaged.
    await asyncio.gather(*(call(place.port, "GET", f"/{name}/health") for name in PREFIXES.values()))
    place.links.damage(line.name, fault)
    try:
        answers = await asyncio.gather(*(ask(place.port, key) for ask, key in zip(line.asks, keys, strict=True)))
    finally:
        place.links.damage(line.name, Fault.NONE)
    course = Course(fault, list(answers), await _recover(place, line))
    assert place.links.carried(line.name) > carried, f"nothing goes over the line {line.name}"
    return course


async def _store(place: Place) -> str:
    answer = await call(place.port, "POST", "/resumes", _resume())
    return str(answer.body["unique_key"])


async def _recover(place: Place, line: Line) -> float:
    """Seconds until all the calls over the line succeed at the first go; infinite where they do not in time."""
    since = time.monotonic()
    while (asked := time.monotonic()) < since + 4 * RECOVERY_SECONDS:
        keys = [await call(place.port, "POST", "/resumes", _resume()) for _ in line.asks]
        if all(answer.status == 200 for answer in keys):
            asks = zip(line.asks, keys, strict=True)
            answers = await asyncio.gather(*(ask(place.port, made.body["unique_key"]) for ask, made in asks))
            if all(answer.status == 200 for answer in answers):
                return time.monotonic() - since
        await asyncio.sleep(max(0.0, asked + _PAUSE_SECONDS - time.monotonic()))
    return float("inf")


def _is_clear(line: Line, fault: Fault, answer: Answer) -> bool:
    """Over the client's own line nobody can tell it anything while it is cut."""
    return answer.is_clear or (line.name == _CLIENT and fault in (Fault.CUT, Fault.RESET, Fault.BLACK_HOLE))


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.name)
async def test_line_fault(place: Place, promise: Recorder, full: bool, line: Line) -> None:
    """An answer or one clear error before the deadline, and a few seconds after the fault everything is as before."""
    courses = [await _suffer(place, line, fault) for fault in (FAULTS if full else line.short)]

    answers = [(course.fault, answer) for course in courses for answer in course.answers]
    slowest = max(answers, key=lambda each: each[1].seconds)
    last = max(courses, key=lambda course: course.recovery)
    told = "; ".join(
        f"{course.fault.value}: {_told(Counter(answer.outcome for answer in course.answers))}" for course in courses
    )
    promise(
        f"{line.name}: {', '.join(course.fault.value for course in courses)}",
        f"an answer or one clear error within {LIMIT_SECONDS:g} s; as before {RECOVERY_SECONDS:g} s after the fault",
        f"{told}. Slowest {slowest[1].seconds:.1f} s ({slowest[0].value}), "
        f"as before after {last.recovery:.1f} s at most ({last.fault.value})",
        holds=all(_is_clear(line, fault, answer) for fault, answer in answers)
        and slowest[1].seconds < LIMIT_SECONDS
        and last.recovery <= RECOVERY_SECONDS,
    )


def _told(outcomes: Counter[str]) -> str:
    return ", ".join(f"{count}× {outcome}" if count > 1 else outcome for outcome, count in outcomes.items())
