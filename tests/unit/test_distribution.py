"""What `pip install` of this repository brings: typed clients that work on their own, and nothing else of ours."""

import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import files
from pathlib import Path
from shutil import copy, copytree
from zipfile import ZipFile

import grpc
import pytest

from career.interview.v1.interview_pb2 import Question, QuestionSet
from career.interview.v1.interview_service_pb2 import GenerateQuestionsRequest
from career.interview.v1.interview_service_pb2_grpc import (
    InterviewServiceServicer,
    add_InterviewServiceServicer_to_server,
)
from shared.version import VERSION
from tests.support.resumes import ROOT

BUILD = ("-m", "pip", "wheel", ".", "--no-deps", "--no-build-isolation", "--no-index", "--no-cache-dir", "--quiet")
# All that an installer brings beside the wheel.
DEPENDENCIES = ("grpcio", "protobuf", "googleapis-common-protos", "typing-extensions")


class OneQuestion(InterviewServiceServicer):
    """Answers with one question that names what it was asked."""

    def GenerateQuestions(self, request: GenerateQuestionsRequest, _context: grpc.ServicerContext) -> QuestionSet:
        """Answers."""
        return QuestionSet(
            questions=[Question(difficulty="중급", question=f"{request.unique_key} {request.language}?")]
        )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built as an installer does it: from a copy, since a build leaves its folders behind."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        copy(ROOT / name, source)
    (source / "shared").mkdir()
    copy(ROOT / "shared" / "version.py", source / "shared")
    copytree(ROOT / "protos" / "gen", source / "protos" / "gen")
    environment = {"PATH": str(Path(sys.executable).parent), "HOME": str(target), "LANG": "C.UTF-8"}
    subprocess.run([sys.executable, *BUILD, "-w", str(target)], cwd=source, env=environment, check=True)
    (built,) = target.glob("*.whl")
    return built


@pytest.fixture
def port() -> Iterator[int]:
    """Where the questions are answered."""
    server = grpc.server(ThreadPoolExecutor(1))
    add_InterviewServiceServicer_to_server(OneQuestion(), server)  # type: ignore[abstract] # one method is enough
    number: int = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield number
    server.stop(0).wait()


def test_what_it_holds(wheel: Path) -> None:
    """The package `career` with its types, the licence, and no service, test or tool."""
    names = ZipFile(wheel).namelist()

    assert {name.partition("/")[0] for name in names} == {"career", f"career_coach-{VERSION}.dist-info"}
    assert {"career/py.typed", "career/resume/v1/resume_service_pb2_grpc.pyi"} <= set(names)
    assert f"career_coach-{VERSION}.dist-info/licenses/LICENSE" in names


def test_the_client_of_the_readme_runs_on_it_alone(wheel: Path, port: int, tmp_path: Path) -> None:
    """With the wheel and its dependencies, and nothing else on the path, the documented client prints its questions."""
    _link_dependencies(tmp_path)
    (client,) = re.findall(r"```python\n(import grpc\n.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    paths = [str(wheel), str(tmp_path)]
    script = f"import sys; sys.path += {paths}\n" + client.replace("localhost:8080", f"127.0.0.1:{port}")

    process = subprocess.run(
        [sys.executable, "-I", "-S", "-X", "utf8", "-c", script], capture_output=True, text=True, check=False
    )

    assert (process.stdout, process.stderr) == ("중급 kim-dev ko?\n", "")


def _link_dependencies(folder: Path) -> None:
    for name in DEPENDENCIES:
        for file in files(name) or ():
            target = folder / file
            if ".." not in file.parts:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.symlink_to(Path(str(file.locate())))
