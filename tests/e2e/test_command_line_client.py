"""A command-line client that knows no contracts, as grpcurl is one: it lists and calls by reflection."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Store
from tests.support.stack import Stack

BUF = Path(sys.executable).with_name("buf")
METHODS = {
    "resume": ("career.resume.v1.ResumeService", "GetResume", "name"),
    "interview": ("career.interview.v1.InterviewService", "GenerateQuestions", "questions"),
    "learning": ("career.learning.v1.LearningService", "GenerateLearningPath", "learningPaths"),
}


def curl(address: str, *arguments: str) -> str:
    """What the client prints; its own noise goes to standard error."""
    command = [str(BUF), "curl", "--protocol", "grpc", "--http2-prior-knowledge", *arguments, address]
    process = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert process.returncode == 0, process.stderr
    return process.stdout


@pytest.mark.parametrize("service", METHODS)
def test_services_are_listed(stack: Stack, service: str) -> None:
    """Every service says what it serves."""
    listed = curl(f"http://127.0.0.1:{stack.settings.port(service)}", "--list-services")

    assert METHODS[service][0] in listed.split()


@pytest.mark.parametrize("service", METHODS)
def test_methods_are_called(stack: Stack, store: Store, service: str) -> None:
    """A method is called with nothing but its name and JSON."""
    name, method, field = METHODS[service]
    request = json.dumps({"unique_key": store()})

    printed = curl(f"http://127.0.0.1:{stack.settings.port(service)}/{name}/{method}", "--data", request)

    answer: dict[str, Any] = json.loads(printed)
    assert answer[field]
