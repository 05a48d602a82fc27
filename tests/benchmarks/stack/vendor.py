"""A fake OpenAI that answers with five good questions about the resume it is asked about, for next to nothing.

    python -m tests.benchmarks.stack.vendor 0.2

Answers are the tests' own answers of models, as bytes made beforehand; which one is seen by a piece of text that only
one resume's prompt holds. Every answer begins so many seconds after the request was there. Says its port, and when
asked how long the answers took since then: what is beyond that is not the vendor's.
"""

import asyncio
import json
import re
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import uvloop

from services.interview.task import load_task
from shared.generation.model import Subject
from shared.resume_profile.profile import build_profile
from tests.benchmarks.fake_openai import Connection, Mode, Server, events_of, stream_of
from tests.benchmarks.lines import read_lines, write_line
from tests.load.generator import percentiles
from tests.support.model_answers import load_answers

_CHUNKS = 60
_LANGUAGE = "ko"


@dataclass(frozen=True, slots=True)
class Known:
    """A resume as it is stored, what only its prompt holds, and a good answer about it."""

    resume: Mapping[str, Any]
    marker: bytes
    answer: str


@cache
def known_resumes() -> Sequence[Known]:
    """The resumes that there are answers about in the language of a request that names none."""
    first: dict[str, tuple[Mapping[str, Any], str, str]] = {}
    task = load_task()
    for each in load_answers("questions").values():
        if each.language == _LANGUAGE and each.resume not in first:
            # As it was masked once: the answers speak of it so, and what is masked again is the same.
            resume = dict(each.subject.profile.resume)
            prompt = task.prompt(Subject(build_profile(resume), _LANGUAGE)).user
            first[each.resume] = resume, prompt, json.dumps(each.answer, ensure_ascii=False)
    prompts = [prompt for _, prompt, _ in first.values()]
    return [Known(resume, _marker(prompt, prompts), answer) for resume, prompt, answer in first.values()]


def _marker(prompt: str, prompts: Sequence[str]) -> bytes:
    """A word of a prompt that no other one holds, in the form that it has in a JSON body too: letters alone."""
    others = [other for other in prompts if other is not prompt]
    words = sorted(set(re.findall(r"\w{4,}", prompt)), key=len, reverse=True)
    word: str = next(word for word in words if not any(word in other for other in others))
    return word.encode()


class Author(Server):
    """One port that knows the answers."""

    def __init__(self, latency: float) -> None:
        super().__init__("vendor")
        self.mode = Mode(latency=latency)
        self._answers = [(known.marker, stream_of(events_of(known.answer, _CHUNKS))) for known in known_resumes()]
        self.unknown = 0

    def reply(self, body: bytes) -> tuple[bytes, bool]:
        """The answer about the resume in a prompt."""
        self.requests += 1
        for marker, stream in self._answers:
            if marker in body:
                return stream, False
        self.unknown += 1
        return super().reply(body)


class TimedConnection(Connection):
    """Remembers how long each answer took, from the request's last byte to the answer's write."""

    def __init__(self, server: Author, seconds: list[float]) -> None:
        super().__init__(server)
        self._seconds = seconds
        self._asked_at: list[float] = []

    def _answer(self, body: bytes) -> None:
        self._asked_at.append(time.perf_counter())
        super()._answer(body)

    def _write(self, reply: bytes, breaks: bool) -> None:
        super()._write(reply, breaks)
        self._seconds.append(time.perf_counter() - self._asked_at.pop(0))


async def main() -> None:
    """Serves until its input ends."""
    server, seconds = Author(float(sys.argv[1])), list[float]()
    listener = await asyncio.get_running_loop().create_server(
        lambda: TimedConnection(server, seconds), "127.0.0.1", 0, backlog=2048
    )
    write_line({"port": listener.sockets[0].getsockname()[1]})
    async for _ in read_lines():
        write_line({"requests": server.requests, "unknown": server.unknown, "ms": percentiles(seconds)})
        seconds.clear()
        server.requests = server.unknown = 0


if __name__ == "__main__":
    uvloop.run(main())
