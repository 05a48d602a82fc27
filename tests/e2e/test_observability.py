"""What an operator sees of the running stack, and what nobody sees there."""

import json
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.e2e.conftest import Store
from tests.support.stack import Stack
from tools.procfile import PREFIXES


def events_of(stack: Stack, name: str) -> list[dict[str, Any]]:
    """The events that a process has logged so far."""
    return [json.loads(line) for line in stack.read_log(name).splitlines() if line.startswith("{")]


def test_a_request_id_is_found_in_every_process(stack: Stack, api: httpx.Client, store: Store) -> None:
    """One id leads from the gateway through the interview service to the resume service and back to the caller."""
    key, request_id = store(), f"trace-{uuid4().hex}"

    answer = api.post(f"/interview/{key}/questions", headers={"x-request-id": request_id})

    methods = {
        name: {event["method"] for event in events_of(stack, name) if event.get("request_id") == request_id}
        for name in ("interview", "resume")
    }
    assert answer.headers["x-request-id"] == request_id
    assert methods == {
        "interview": {"/career.interview.v1.InterviewService/GenerateQuestions"},
        "resume": {"/career.resume.v1.ResumeService/GetResume"},
    }


@pytest.mark.parametrize("service", PREFIXES)
def test_metrics_count_calls(stack: Stack, api: httpx.Client, service: str) -> None:
    """Each service tells Prometheus of its calls on a port of its own."""
    api.get(f"/{PREFIXES[service]}/health").raise_for_status()

    page = httpx.get(f"http://127.0.0.1:{stack.settings.metrics_port(service)}/metrics", trust_env=False)

    counted = [line for line in page.text.splitlines() if line.startswith("grpc_server_handled_total{")]
    assert any('grpc_code="OK",grpc_method="Health"' in line for line in counted)


@pytest.mark.parametrize("service", PREFIXES)
def test_metrics_tell_of_the_process(stack: Stack, service: str) -> None:
    """Memory, processor time, descriptors and tasks, by the names that operators look for."""
    page = httpx.get(f"http://127.0.0.1:{stack.settings.metrics_port(service)}/metrics", trust_env=False)

    values = dict(line.rsplit(" ", 1) for line in page.text.splitlines() if not line.startswith("#"))
    assert float(values["process_resident_memory_bytes"]) > 10_000_000
    assert float(values["process_cpu_seconds_total"]) > 0
    assert 0 < float(values["process_open_fds"]) < float(values["process_max_fds"])
    assert float(values["python_asyncio_tasks"]) >= 1
    assert float(values["python_threads"]) >= 1


def refusals_with(canary: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Requests that the gateway itself refuses, with a word in each place that it sees."""
    json_type = {"content-type": "application/json"}
    return [
        ("GET", f"/nothing/{canary}", {}),
        ("PATCH", f"/resumes/{canary}", {}),
        ("GET", f"/resumes?{canary}=1", {}),
        ("GET", f"/resumes?page_size={canary}", {}),
        ("GET", "/resumes", {"headers": {"host": f"{canary}.example"}}),
        ("POST", "/resumes", {"headers": {"origin": f"https://{canary}.example"}}),
        ("POST", "/resumes", {"content": f'{{"name": ["{canary}"]}}', "headers": json_type}),
        ("POST", "/resumes", {"content": f'{{"name": "{canary}', "headers": json_type}),
        ("POST", "/interview/kim/questions", {"content": f'{{"unique_key": "{canary}"}}', "headers": json_type}),
        ("POST", "/resumes", {"content": canary, "headers": {"content-type": f"text/{canary}"}}),
        ("POST", "/resumes", {"content": canary * 70_000, "headers": json_type}),
        ("GET", "/resumes", {"headers": {"x-long": canary * 2_000, "user-agent": canary}}),
    ]


def test_nothing_personal_is_logged(stack: Stack, api: httpx.Client, store: Store) -> None:
    """Neither what a resume says nor what was written about it is in any log, refused requests included."""
    # Letters alone: a part of it must be neither a number nor found by chance.
    canary = uuid4().hex.translate(str.maketrans("0123456789", "ghijklmnop"))
    changes = {
        "name": f"김{canary[:8]}",
        "summary": f"요약 {canary[8:16]}",
        "contact_info": {"email": f"{canary[16:24]}@example.com", "phone": "010-9753-1864"},
    }
    key = store(**changes)

    questions = api.post(f"/interview/{key}/questions").raise_for_status().json()
    refused = api.post("/resumes", json=changes | {"contact_info": {"email": canary[24:]}})
    for method, path, options in refusals_with(canary[24:]):
        assert api.request(method, path, **options).is_client_error

    logs = "".join(stack.read_log(name) for name in ("mongo", *PREFIXES, "gateway"))
    assert refused.status_code == 400
    secrets = [canary[:8], canary[8:16], canary[16:24], canary[24:], "010-9753-1864"]
    assert [secret for secret in secrets if secret in logs] == []
    assert not any(question["question"] in logs for question in questions["questions"])
