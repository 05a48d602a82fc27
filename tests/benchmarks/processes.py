"""Child processes that are asked and answer in JSON lines."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[2]
_LOGS = ROOT / ".bench"
_LINE_BYTES = 64 * 1024 * 1024
_PARTING_SECONDS = 5.0


class ChildFailed(Exception):
    """A child process ended, was silent for too long, or said that it cannot do what was asked."""


class Child:
    """One module run by one interpreter. `hello` is the first line that it says."""

    def __init__(
        self, module: str, *arguments: str, python: Path | None = None, environment: dict[str, str] | None = None
    ) -> None:
        self.hello: dict[str, Any] = {}
        self._module = module
        self._arguments = arguments
        self._python = python or Path(sys.executable)
        self._environment = environment or {}
        self._process: Process | None = None
        self._turn = asyncio.Lock()

    @property
    def pid(self) -> int:
        """The number of the process, while it runs."""
        assert self._process is not None
        return self._process.pid

    async def __aenter__(self) -> Self:
        environment = {**os.environ, **self._environment, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
        _LOGS.mkdir(parents=True, exist_ok=True)
        log = (_LOGS / f"{self._module}.log").open("wb")
        with log:
            self._process = await asyncio.create_subprocess_exec(
                str(self._python),
                "-m",
                self._module,
                *self._arguments,
                stdin=PIPE,
                stdout=PIPE,
                stderr=log,
                cwd=ROOT,
                env=environment,
                limit=_LINE_BYTES,
            )
        try:
            self.hello = await self._read(60.0)
        except BaseException:
            await self._end()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._end()

    async def ask(self, do: str, *, seconds: float = 120.0, **arguments: Any) -> dict[str, Any]:
        """Sends one request and gives its answer; raises `ChildFailed`, after `seconds` at the latest."""
        assert self._process is not None
        assert self._process.stdin is not None
        async with self._turn:
            self._process.stdin.write(json.dumps({"do": do, **arguments}).encode() + b"\n")
            await self._process.stdin.drain()
            return await self._read(seconds)

    async def _read(self, seconds: float) -> dict[str, Any]:
        assert self._process is not None
        assert self._process.stdout is not None
        try:
            line = await asyncio.wait_for(self._process.stdout.readline(), seconds)
        except TimeoutError:
            raise ChildFailed(f"{self._module} said nothing for {seconds:.0f} s") from None
        if not line:
            raise ChildFailed(f"{self._module} ended; its words are in .bench/{self._module}.log")
        answer: dict[str, Any] = json.loads(line)
        if "failed" in answer:
            raise ChildFailed(f"{self._module}: {answer['failed']}")
        return answer

    async def _end(self) -> None:
        process = self._process
        if process is None or process.returncode is not None:
            return
        assert process.stdin is not None
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), _PARTING_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()
