"""kill -9 and a restart, process by process, on a stack of its own: what was acknowledged is still there."""

from collections.abc import Iterator

import httpx
import pytest

from tests.support.resumes import load_example
from tests.support.stack import Stack, running_stack

PROCESSES = ["mongo", "resume", "interview", "learning", "gateway"]


@pytest.fixture(scope="module")
def own_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Nobody else's calls fail while its processes die."""
    with running_stack(tmp_path_factory.mktemp("restarts")) as stack:
        yield stack


@pytest.mark.parametrize("name", PROCESSES)
def test_a_killed_process_takes_nothing_with_it(own_stack: Stack, name: str) -> None:
    """Resume, questions and path are what they were, and new ones can be written."""
    with httpx.Client(base_url=f"{own_stack.base_url}/api/v1", timeout=90, trust_env=False) as api:
        resume = api.post("/resumes", json=load_example()).raise_for_status().json()
        key = resume["unique_key"]
        questions = api.post(f"/interview/{key}/questions").raise_for_status().json()
        path = api.post(f"/learning/{key}/learning-path").raise_for_status().json()

        own_stack.kill(name)
        own_stack.start(name)

        assert api.get(f"/resumes/{key}").json() == resume
        assert api.get(f"/interview/{key}/questions").json()["question_sets"] == [questions]
        assert api.get(f"/learning/{key}/learning-path").json()["learning_paths"] == [path]
        assert api.post(f"/interview/{key}/questions").status_code == 200


def test_a_missing_service_is_said_in_json(own_stack: Stack) -> None:
    """503 in the usual shape while the others work on; then it is back."""
    with httpx.Client(base_url=f"{own_stack.base_url}/api/v1", timeout=90, trust_env=False) as api:
        own_stack.kill("learning")

        away, other = api.get("/learning/health"), api.get("/resumes/health")

        own_stack.start("learning")
        assert (away.status_code, away.json()["code"]) == (503, 14)
        assert away.json()["details"][0]["reason"] == "SERVICE_UNREACHABLE"
        assert other.status_code == 200
        assert api.get("/learning/health").status_code == 200


def test_a_missing_database_is_said_in_json(own_stack: Stack) -> None:
    """503 with a reason and a hint when to come back; then the same processes work again."""
    with httpx.Client(base_url=f"{own_stack.base_url}/api/v1", timeout=90, trust_env=False) as api:
        own_stack.kill("mongo")

        away = api.get("/resumes/nobody")

        own_stack.start("mongo")
        assert (away.status_code, away.json()["details"][0]["reason"]) == (503, "DATABASE_UNAVAILABLE")
        assert away.headers["retry-after"] == "1"
        assert api.get("/resumes/nobody").status_code == 404
