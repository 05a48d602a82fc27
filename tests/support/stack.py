"""The whole stack as `make run` starts it, on free ports and in a folder of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from shared.config import Settings, load_settings
from tests.support.ports import free_port, free_row
from tools.procfile import DATABASE, PREFIXES, build_environment, read_commands
from tools.readiness import wait_until_ready

START_SECONDS = 60.0
STOP_SECONDS = 15.0
# What processes need of this machine, and nothing else: neither keys nor settings of whoever runs the tests.
INHERITED = ("PATH", "HOME", "LANG", "TMPDIR")
_SINGLE_PORTS = ("GATEWAY_PORT", "RESUME_PORT", "INTERVIEW_PORT", "LEARNING_PORT", "ENVOY_ADMIN_PORT", "MONGO_PORT")


class StackFailed(Exception):
    """A process ended, or something does not answer; the text has the ends of the logs."""


class Stack:
    """The processes of one stack by name: mongo, resume, interview, learning, gateway."""

    def __init__(self, folder: Path, extra: Mapping[str, str]) -> None:
        self.folder = folder
        self.environment = stack_environment(folder, extra)
        self.settings: Settings = load_settings(self.environment)
        self.base_url = f"http://127.0.0.1:{self.settings.gateway_port}"
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, *names: str) -> None:
        """Starts processes, all of them by default, and waits until every service answers through the gateway."""
        for name in names or read_commands(self.settings):
            self.launch(name)
        self.wait()

    def launch(self, name: str, *, of: str = "", environment: Mapping[str, str] | None = None) -> None:
        """Starts one process and waits for nothing: `name` is its own, `of` the one whose command it runs."""
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                ["/bin/sh", "-c", read_commands(self.settings)[of or name]],
                # Not the project's folder: the `.env` there is not read.
                cwd=self.folder,
                env=self.environment | dict(environment or {}),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # In our session: by those Linux shares out its time first, and their priorities count within one alone.
                process_group=0,
            )

    def wait(self) -> None:
        """Waits until every service answers through the gateway; raises `StackFailed`."""
        if not wait_until_ready(
            self.base_url, seconds=START_SECONDS, give_up=lambda: bool(self.ended()), tell=lambda _: None
        ):
            raise StackFailed(f"ended: {self.ended()}\n{self.read_logs()}")

    def ended(self) -> dict[str, int]:
        """Exit statuses of processes that are not there any more."""
        return {name: process.returncode for name, process in self.processes.items() if process.poll() is not None}

    def kill(self, name: str) -> None:
        """`kill -9`: no time for last words."""
        process = self.processes.pop(name)
        process.kill()
        process.wait(STOP_SECONDS)

    def end(self, name: str) -> int:
        """Stops one process gently and gives its exit status; raises `StackFailed` where only force helps."""
        process = self.processes.pop(name)
        process.send_signal(signal.SIGTERM)
        try:
            return process.wait(self.settings.shutdown_grace_seconds + STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(STOP_SECONDS)
            raise StackFailed(f"{name} did not end when it was told to\n{self.read_logs()}") from None

    def stop(self) -> None:
        """Stops what runs, gently first, and the database last: the others take their leave of it."""
        try:
            self._end([name for name in self.processes if name != DATABASE])
        finally:
            self._end(list(self.processes))

    def _end(self, names: list[str]) -> None:
        ending = [self.processes.pop(name) for name in names]
        for process in ending:
            process.send_signal(signal.SIGTERM)
        for process in ending:
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(STOP_SECONDS)

    def url(self, service: str, path: str = "") -> str:
        """Address of a REST path of a service, such as `url("interview", "kim/questions")`."""
        return f"{self.base_url}/api/v1/{PREFIXES[service]}{'/' if path else ''}{path}"

    def read_log(self, name: str) -> str:
        """What a process printed."""
        file = self.folder / f"{name}.log"
        return file.read_text(errors="replace") if file.exists() else ""

    def read_logs(self) -> str:
        """The last lines of every process."""
        return "\n".join(f"--- {name}\n{self.read_log(name)[-2000:]}" for name in read_commands(self.settings))


@contextmanager
def running_stack(folder: Path, extra: Mapping[str, str] | None = None) -> Iterator[Stack]:
    """Starts a stack in `folder` with further variables, and stops it at the end."""
    stack = Stack(folder, extra or {})
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()


def stack_environment(folder: Path, extra: Mapping[str, str]) -> dict[str, str]:
    """What the processes of a stack in `folder` get: free ports, its own data, JSON logs, and `extra`."""
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    own = {"DATA_DIR": str(folder / "data"), "LOG_FORMAT": "json", "LOG_LEVEL": "info"}
    # All tests are one client.
    own |= {"GATEWAY_REQUESTS_PER_MINUTE": "0", "GATEWAY_CONNECTIONS_PER_CLIENT": "0"}
    return build_environment(inherited) | own | free_ports() | dict(extra)


def free_ports() -> dict[str, str]:
    """A free port for each of the stack's variables; no two are the same."""
    ports = {name: str(free_port()) for name in _SINGLE_PORTS}
    return ports | {"METRICS_PORT_BASE": str(free_row(len(PREFIXES)))}


def python(*arguments: str, stack_folder: Path, environment: Mapping[str, str]) -> subprocess.Popen[str]:
    """One of our command-line programs in a folder, its output readable."""
    return subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=stack_folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
