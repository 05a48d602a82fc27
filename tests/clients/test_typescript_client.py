"""The typed client in TypeScript: made from the contracts, checked by the compiler, and run by Node."""

import os
import subprocess
import sys
from pathlib import Path
from shutil import copy, copytree, ignore_patterns

import pytest
from google.protobuf.any_pb2 import Any as AnyMessage
from google.rpc.error_details_pb2 import ErrorInfo
from google.rpc.status_pb2 import Status

from career.generation.v1.generation_pb2 import StreamRestarted, StreamStarted
from career.interview.v1.interview_pb2 import Question, QuestionSet
from career.interview.v1.interview_service_pb2 import StreamQuestionsResponse
from tests.clients.documents import documented_commands
from tests.clients.services import Interview, serving
from tests.support.resumes import DOCUMENTED, ROOT
from tests.support.stack import Stack

EXAMPLE = ROOT / "examples" / "typescript"
MADE = ignore_patterns("node_modules", "dist", "gen")


def npm(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """npm, or a script of the package, with the project's own `buf` on the path; what it printed is kept."""
    command = ["npm", *arguments]
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8", check=False, timeout=240
    )


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example as a fresh checkout has it, with its packages, its generated types, and compiled."""
    checkout = tmp_path_factory.mktemp("checkout")
    folder = checkout / "examples" / "typescript"
    copytree(EXAMPLE, folder, ignore=MADE)
    copy(DOCUMENTED, folder.parent)
    (checkout / "gateway").mkdir()
    copy(ROOT / "gateway" / "descriptors.pb", checkout / "gateway")
    for command in documented_commands("npm ci", "npm run generate", "npm run build"):
        process = npm(folder, *command[1:])
        assert process.returncode == 0, process.stdout + process.stderr
    return folder


def ask(package: Path, address: str, *arguments: str) -> tuple[int, list[str], str]:
    """Exit status, lines and errors of the program with the documented resume. It ends before its deadline would."""
    command = ["node", "dist/ask.js", f"http://{address}", "../resume-backend-36m.json", *arguments]
    environment = {"PATH": os.environ["PATH"]}
    process = subprocess.run(
        command, cwd=package, env=environment, capture_output=True, text=True, encoding="utf-8", check=False, timeout=45
    )
    return process.returncode, process.stdout.splitlines(), process.stderr


def failed(reason: str) -> StreamQuestionsResponse:
    """The last event of a stream that failed."""
    detail = AnyMessage()
    detail.Pack(ErrorInfo(reason=reason, domain="career-coach"))
    return StreamQuestionsResponse(failed=Status(code=13, message="every provider failed", details=[detail]))


def item(index: int, question: str) -> StreamQuestionsResponse:
    """A question that arrives."""
    return StreamQuestionsResponse(index=index, item=Question(question=question))


def test_it_runs_through_the_gateway(package: Path, stack: Stack) -> None:
    """Questions, the same one by one, the erasure of both, and the reason why the resume is not found afterwards."""
    status, lines, errors = ask(package, f"127.0.0.1:{stack.settings.gateway_port}")

    assert (status, errors) == (0, "")
    assert {line.partition(" ")[0] for line in lines[:5]} <= {"초급", "중급", "고급"}
    assert lines[5] == "local is asked"
    assert [line.partition(":")[0] for line in lines[6:11]] == ["0", "1", "2", "3", "4"]
    assert lines[11:] == ["5 are stored", "2 sets are erased", "NotFound RESUME_NOT_FOUND"]


def test_the_compiler_knows_the_contracts(package: Path) -> None:
    """What the contracts do not have does not compile."""
    wrong = package / "src" / "wrong.ts"
    wrong.write_text(
        'import { create } from "@bufbuild/protobuf";\n'
        'import { GenerateQuestionsRequestSchema } from "./gen/career/interview/v1/interview_service_pb.js";\n'
        "create(GenerateQuestionsRequestSchema, { uniqueKey: 5 });\n"
        "create(GenerateQuestionsRequestSchema, { weeklyHours: 1 });\n"
    )

    process = npm(package, "run", "build")
    wrong.unlink()

    assert process.returncode != 0
    assert [line.partition("(")[2][:1] for line in process.stdout.splitlines() if "error TS" in line] == ["3", "4"]


def test_a_stream_that_changes_its_provider_is_told(package: Path) -> None:
    """Who took over, and which of the questions stay."""
    events = [
        StreamQuestionsResponse(started=StreamStarted(provider="gemini")),
        item(0, "first?"),
        item(1, "second?"),
        StreamQuestionsResponse(restarted=StreamRestarted(provider="openai", kept_indexes=[0])),
        item(2, "third?"),
        StreamQuestionsResponse(completed=QuestionSet(questions=[Question(), Question()])),
    ]

    with serving(Interview(events=events)) as address:
        _, lines, _ = ask(package, address)

    assert lines[1:] == [
        "gemini is asked",
        "0: first?",
        "1: second?",
        "openai is asked; of these stay: 0",
        "2: third?",
        "2 are stored",
        "2 sets are erased",
        "NotFound no resume",
    ]


@pytest.mark.parametrize(
    ("events", "printed"),
    [
        pytest.param([failed("ALL_PROVIDERS_FAILED")], "Internal ALL_PROVIDERS_FAILED\n", id="failed"),
        pytest.param([item(0, "first?")], "Unavailable the stream broke off\n", id="cut"),
    ],
)
def test_a_stream_that_ends_without_a_set_is_a_failure(
    package: Path, events: list[StreamQuestionsResponse], printed: str
) -> None:
    """The reason stands in the last event; where there is none, that is said. The resume is taken back all the same."""
    with serving(Interview(events=events)) as address:
        status, lines, errors = ask(package, address)

    assert (status, errors) == (1, printed)
    assert lines[-1] == "2 sets are erased"


def test_a_service_that_comes_back_is_asked_again(package: Path) -> None:
    """Under the same key each time."""
    interview = Interview(failures=3, events=[failed("ALL_PROVIDERS_FAILED")])

    with serving(interview) as address:
        _, lines, _ = ask(package, address)

    assert lines[0] == "중급 kim ko?"
    assert len(interview.keys) == 4
    assert len(set(interview.keys)) == 1
    assert all(interview.keys)


def test_a_deadline_ends_the_wait(package: Path) -> None:
    """The service knows of it, too."""
    interview = Interview(silent=True)

    with serving(interview) as address:
        status, lines, errors = ask(package, address, "1.5")

    assert (status, lines, errors) == (1, ["2 sets are erased"], "DeadlineExceeded the operation timed out\n")
    assert [0 < left <= 1.5 for left in interview.deadlines] == [True]


def test_the_lock_file_names_no_place(package: Path) -> None:
    """Every package has its hash, none the address it was taken from."""
    lines = (package / "package-lock.json").read_text("utf-8").splitlines()

    assert not [line for line in lines if '"resolved"' in line or "://" in line]
    assert sum('"integrity"' in line for line in lines) == sum('"node_modules/' in line for line in lines)
