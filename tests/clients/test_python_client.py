"""The typed client in Python, where nothing is installed but what `pip install` of this repository brings."""

import os
import subprocess
import sys
from pathlib import Path
from shutil import copy, copytree

import httpx
import pytest

from tests.clients.documents import documented_commands
from tests.clients.services import Interview, serving
from tests.support.resumes import ROOT, load_example
from tests.support.stack import Stack

EXAMPLE = ROOT / "examples" / "ask_over_grpc.py"
REASONS = {
    "no-resume": ("nobody", "NOT_FOUND RESUME_NOT_FOUND\n"),
    "no-key": ("-/-", "INVALID_ARGUMENT INVALID_REQUEST\n"),
}


@pytest.fixture(scope="session")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a fresh environment with career-coach, which is built from a copy: a build leaves folders."""
    source = tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        copy(ROOT / name, source)
    (source / "shared").mkdir()
    copy(ROOT / "shared" / "version.py", source / "shared")
    copytree(ROOT / "protos" / "gen", source / "protos" / "gen")
    path = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    for command in documented_commands("python3 -m venv", "venv/bin/pip"):
        subprocess.run(command, cwd=source, env=os.environ | path, check=True)
    return source / "venv" / "bin" / "python"


def ask(python: Path, *arguments: str) -> tuple[int, str, str]:
    """Exit status, output and errors of the example. No folder of this project is on its path."""
    command = [str(python), "-I", "-X", "utf8", str(EXAMPLE), *arguments]
    process = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, timeout=90)
    return process.returncode, process.stdout, process.stderr


def test_it_gets_its_questions_through_the_gateway(python: Path, stack: Stack) -> None:
    """Five lines, each with a difficulty and a question."""
    key = httpx.post(stack.url("resume"), json=load_example(), trust_env=False).raise_for_status().json()["unique_key"]

    status, output, errors = ask(python, f"localhost:{stack.settings.gateway_port}", key)

    assert (status, errors) == (0, "")
    assert len(output.splitlines()) == 5
    assert {line.partition(" ")[0] for line in output.splitlines()} <= {"초급", "중급", "고급"}


@pytest.mark.parametrize(("key", "printed"), REASONS.values(), ids=REASONS)
def test_it_reads_why_a_call_failed(python: Path, stack: Stack, key: str, printed: str) -> None:
    """The reason of the error's details, for programs."""
    assert ask(python, f"localhost:{stack.settings.gateway_port}", key) == (1, "", printed)


def test_a_service_that_comes_back_is_asked_again(python: Path) -> None:
    """Three failures are survived, and each attempt says that it is the same one."""
    interview = Interview(failures=3)

    with serving(interview) as address:
        answer = ask(python, address, "kim")

    assert answer == (0, "중급 kim ko?\n", "")
    assert len(interview.keys) == 4
    assert len(set(interview.keys)) == 1
    assert all(interview.keys)


def test_it_gives_up_after_four_attempts(python: Path) -> None:
    """And says what the last one met."""
    interview = Interview(failures=9)

    with serving(interview) as address:
        answer = ask(python, address, "kim")

    assert answer == (1, "", "UNAVAILABLE \n")
    assert len(interview.keys) == 4


def test_a_deadline_ends_the_wait(python: Path) -> None:
    """The service knows of it, too."""
    interview = Interview(silent=True)

    with serving(interview) as address:
        answer = ask(python, address, "kim", "1.5")

    assert answer == (1, "", "DEADLINE_EXCEEDED \n")
    assert [0 < left <= 1.5 for left in interview.deadlines] == [True]
