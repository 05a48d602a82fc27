"""Kills processes of a stack at random moments and starts them again at once, as `restart: unless-stopped` does."""

import asyncio
import os
import random
import signal
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.load.connection import Connection, ConnectionBroken
from tests.load.requests import request
from tests.support.stack import Stack
from tools.procfile import PREFIXES

PROCESSES = ("mongo", "resume", "interview", "learning", "gateway")
# One kill in so many hits a process that has only begun to start.
_DOUBLED_OF_100 = 15
_STARTING_SECONDS = 1.0
_LOOK_SECONDS = 0.03
_PROBE_SECONDS = 1.0
BACK_SECONDS = 60.0


class NotBack(Exception):
    """A process that was started again does not serve."""


@dataclass(slots=True)
class Killer:
    """Kills, restarts and measures. `seconds`: from each restart to the first good answer, by process."""

    stack: Stack
    chance: random.Random
    seconds: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in PROCESSES})
    kills: int = 0

    async def strike(self, name: str) -> None:
        """Kills a process, now and then once more while it starts, and waits until it serves; raises `NotBack`."""
        self._kill(name)
        self.stack.launch(name)
        if self.chance.random() * 100 < _DOUBLED_OF_100:
            await asyncio.sleep(self.chance.uniform(0.0, _STARTING_SECONDS))
            self._kill(name)
            self.stack.launch(name)
        start = time.perf_counter()
        if not await self._serves(name):
            raise NotBack(f"{name}\n{self.stack.read_logs()}")
        self.seconds[name].append(time.perf_counter() - start)

    def all_seconds(self) -> list[float]:
        """Of all processes, in order."""
        return sorted(value for values in self.seconds.values() for value in values)

    def _kill(self, name: str) -> None:
        below = _children(self.stack.processes[name].pid) if name == "gateway" else []
        self.stack.kill(name)
        # Envoy is the child of what the supervisor knows; it would end itself, but with last words.
        for number in below:
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        self.kills += 1

    async def _serves(self, name: str) -> bool:
        """Waits for the first good answer. A question does not wait for the one before, which the gateway may hold."""
        questions: set[asyncio.Task[bool]] = set()
        ends = time.perf_counter() + BACK_SECONDS
        try:
            while time.perf_counter() < ends:
                if name in self.stack.ended():
                    self.stack.launch(name)
                questions.add(asyncio.create_task(self._is_back(name)))
                done, questions = await asyncio.wait(
                    questions, timeout=_LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED
                )
                if any(question.result() for question in done):
                    return True
                # A refusal comes at once.
                await asyncio.sleep(_LOOK_SECONDS)
        finally:
            for question in questions:
                question.cancel()
            await asyncio.gather(*questions, return_exceptions=True)
        return False

    async def _is_back(self, name: str) -> bool:
        """Whether the API answers about the process: about the database, a resume is looked for and not found."""
        path, status = f"/api/v1/{PREFIXES.get(name, 'resumes')}/health", 200
        if name == "mongo":
            path, status = "/api/v1/resumes/nobody", 404
        try:
            async with asyncio.timeout(_PROBE_SECONDS):
                connection = await Connection.open("127.0.0.1", self.stack.settings.gateway_port)
                try:
                    return (await connection.send(request("GET", path))).status == status
                finally:
                    connection.close()
        except (ConnectionBroken, TimeoutError):
            return False


def _children(number: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{number}/task/{number}/children").read_text().split()]
