"""`make run` and `make demo`, as a developer meets them."""

import os
import re
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shared.config import Settings, load_settings
from tests.support.stack import START_SECONDS, Stack, python, stack_environment
from tools.procfile import DATABASE, SERVICES, list_ports

_LOWEST = 19


class LocalRun:
    """`tools.local_run` in a folder of its own, with what it prints."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.settings: Settings = load_settings(environment)
        self.process = python("tools.local_run", stack_folder=folder, environment=environment)
        self.output = ""

    def wait_for(self, words: str) -> None:
        """Reads until `words` are printed."""
        assert self.process.stdout is not None
        while words not in self.output:
            line = self.process.stdout.readline()
            assert line, f"ended without {words!r}:\n{self.output}"
            self.output += line

    def finish(self) -> int:
        """Waits for the end and reads the rest."""
        rest, _ = self.process.communicate(timeout=START_SECONDS)
        self.output += rest
        return self.process.returncode

    def listening(self) -> set[int]:
        """Its ports at which something listens."""
        found = set()
        for port in list_ports(self.settings):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port.number)) == 0:
                    found.add(port.number)
        return found


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[dict[str, str]], LocalRun]]:
    """Starts local runs and ends those that still run."""
    runs: list[LocalRun] = []

    def start_run(environment: dict[str, str]) -> LocalRun:
        runs.append(LocalRun(tmp_path, environment))
        return runs[-1]

    yield start_run
    for run in runs:
        if run.process.poll() is None:
            run.process.send_signal(signal.SIGTERM)
        run.finish()


def test_a_taken_port_is_named_and_nothing_starts(tmp_path: Path, start: Callable[[dict[str, str]], LocalRun]) -> None:
    """The variable to change stands beside the port."""
    environment = stack_environment(tmp_path, {})
    with socket.create_server(("127.0.0.1", int(environment["INTERVIEW_PORT"]))):
        run = start(environment)

        assert run.finish() == 2

    assert f"Port {environment['INTERVIEW_PORT']} (interview) is taken: set INTERVIEW_PORT" in run.output
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=["ctrl-c", "sigterm", "hang-up"])
def test_a_run_comes_up_and_stops_without_a_trace(
    tmp_path: Path, start: Callable[[dict[str, str]], LocalRun], number: signal.Signals
) -> None:
    """Ready with the calls to paste; then status 0, and nothing listens any more."""
    run = start(stack_environment(tmp_path, {}))

    run.wait_for("Ctrl-C stops everything")
    assert len(run.listening()) == len(list(list_ports(run.settings)))
    run.process.send_signal(number)

    assert run.finish() == 0
    assert run.listening() == set()
    assert "SIGKILL" not in run.output
    for path in ("/resumes ", "/interview/kim-dev/questions", "/learning/kim-dev/learning-path"):
        assert f"http://localhost:{run.settings.gateway_port}/api/v1{path}" in run.output


def test_the_gateway_goes_first(tmp_path: Path, start: Callable[[dict[str, str]], LocalRun]) -> None:
    """It alone runs at the priority of whoever started it; all in one session, since priorities count within one."""
    run = start(stack_environment(tmp_path, {}))
    run.wait_for("Ctrl-C stops everything")

    pids = {name: int(pid) for name, pid in re.findall(r"(\w+) started \(pid=(\d+)\)", run.output)}

    own = os.getpriority(os.PRIO_PROCESS, run.process.pid)
    behind = {name: os.getpriority(os.PRIO_PROCESS, pid) - own for name, pid in pids.items()}
    assert behind == dict.fromkeys((DATABASE, *SERVICES), min(10, _LOWEST - own)) | {"gateway": 0}
    assert {os.getsid(pid) for pid in pids.values()} == {os.getsid(run.process.pid)}


def test_a_process_that_dies_is_named(tmp_path: Path, start: Callable[[dict[str, str]], LocalRun]) -> None:
    """The rest is stopped, the status is 1, and the next run needs no repair."""
    environment = stack_environment(tmp_path, {})
    run = start(environment)
    run.wait_for("Ctrl-C stops everything")

    os.kill(int((tmp_path / "data" / "mongo" / "pid").read_text()), signal.SIGKILL)

    assert run.finish() == 1
    assert "mongo ended by itself" in run.output
    assert run.listening() == set()
    start(environment).wait_for("Ctrl-C stops everything")


def test_the_demo_shows_questions_and_path(stack: Stack) -> None:
    """In the terminal, for another resume and language, too."""
    resume = Path(__file__).parents[2] / "examples" / "resume-marketer-48m.json"

    answers = [run_demo(stack), run_demo(stack, "--resume", str(resume), "--language", "en")]

    for status, output in answers:
        assert status == 0, output
        assert "2. Questions" in output
        assert "5. " in output
        assert "3. Learning path" in output


def test_the_demo_says_when_nothing_runs(stack: Stack) -> None:
    """And how to start it."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    status, output = run_demo(stack, "--url", f"http://127.0.0.1:{port}")

    assert status == 1
    assert "`make run`" in output


def run_demo(stack: Stack, *arguments: str) -> tuple[int, str]:
    """Exit status and output of the demo."""
    process = python("tools.demo", *arguments, stack_folder=stack.folder, environment=stack.environment)
    output, _ = process.communicate(timeout=START_SECONDS)
    return process.returncode, output
