"""What is done to the processes at random: kill -9, a stop for a while, an orderly restart; the same for a seed."""

import asyncio
import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from tests.chaos.killing import PROCESSES, Killer, NotBack
from tests.chaos.traces import processes_below
from tests.support.stack import Stack, StackFailed

KILLED, FROZEN, RESTARTED = "kill -9", "SIGSTOP", "SIGTERM and restart"
_KINDS = (KILLED, FROZEN, RESTARTED)
_FREEZE_SECONDS = (0.5, 4.0)
# Between the end of one fault and the next.
_REST_SECONDS = (3.0, 9.0)


@dataclass(frozen=True, slots=True)
class Fault:
    """One that was injected `at` seconds; `back`: seconds from the restart or wake-up to the first good answer."""

    at: float
    kind: str
    process: str
    back: float


@dataclass(slots=True)
class Faults:
    """Injects faults one after the other. `lost` names processes that did not come back."""

    stack: Stack
    chance: random.Random
    tell: Callable[[Fault], None]
    injected: list[Fault] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    async def run(self, seconds: float) -> None:
        """For so long; ends with every process in service."""
        started = time.monotonic()
        killer = Killer(self.stack, self.chance)
        while time.monotonic() - started < seconds:
            await asyncio.sleep(self.chance.uniform(*_REST_SECONDS))
            name, kind = self.chance.choice(PROCESSES), self.chance.choice(_KINDS)
            at = time.monotonic() - started
            try:
                back = await self._inject(killer, name, kind)
            except (NotBack, StackFailed):
                self.lost.append(name)
                return
            fault = Fault(at, kind, name, back)
            self.injected.append(fault)
            self.tell(fault)

    async def _inject(self, killer: Killer, name: str, kind: str) -> float:
        if kind == KILLED:
            await killer.strike(name)
            return killer.seconds[name][-1]
        if kind == FROZEN:
            pids = processes_below(self.stack.processes[name].pid)
            _signal(pids, signal.SIGSTOP)
            try:
                await asyncio.sleep(self.chance.uniform(*_FREEZE_SECONDS))
            finally:
                _signal(pids, signal.SIGCONT)
        else:
            await asyncio.to_thread(self.stack.end, name)
            self.stack.launch(name)
        start = time.monotonic()
        if not await killer._serves(name):
            raise NotBack(name)
        return time.monotonic() - start


def _signal(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        # One that ended meanwhile must not keep the signal from the others.
        with suppress(ProcessLookupError):
            os.kill(pid, number)
