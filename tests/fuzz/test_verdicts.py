"""The judge of the fuzzing runs finds what is wrong."""

import json
from typing import Any

import pytest
import requests
from schemathesis import Response

from tests.fuzz.contract import AnyCase, load_document, load_operations, load_schema
from tests.fuzz.verdicts import Judge
from tools.openapi.failures import REQUEST_ID

HEALTHY = {"status": "SERVING", "service": "career.resume.v1.ResumeService", "version": "1.0.0"}
STARTED = {"started": {"provider": "local", "model": "rules-1"}}
FAILED: dict[str, Any] = {"failed": {"code": 13, "message": "", "details": []}}


def refusal(reason: str, request_id: str = REQUEST_ID) -> dict[str, Any]:
    """A failure as the gateway answers it."""
    info = {"reason": reason, "domain": "career-coach", "metadata": {}}
    details = [
        {"@type": "type.googleapis.com/google.rpc.ErrorInfo", **info},
        {"@type": "type.googleapis.com/google.rpc.RequestInfo", "request_id": request_id},
    ]
    return {"code": 3, "message": "no", "details": details}


def events(*sent: dict[str, Any]) -> str:
    """Events as a stream has them."""
    return "".join(f"data: {json.dumps(event)}\n\n" for event in sent)


@pytest.fixture(scope="module")
def cases() -> dict[str, AnyCase]:
    """A case of each operation, by its id."""
    operations = load_operations(load_schema(load_document(), "http://127.0.0.1:1"))
    names = {"unique_key": "kim", "question_set_id": "1", "learning_path_id": "1"}
    return {name: operation.Case(path_parameters=names) for name, operation in operations.items()}


def answer(case: AnyCase, status: int, body: Any, headers: dict[str, str]) -> Response:
    """An answer that was never sent."""
    sent = requests.Request(case.method, f"http://127.0.0.1:1{case.operation.path}").prepare()
    named = {"content-type": "application/json", "x-request-id": REQUEST_ID} | headers
    content = (body if isinstance(body, str) else json.dumps(body)).encode()
    return Response(status, {name: [value] for name, value in named.items()}, content, sent, elapsed=0.0, verify=False)


STREAM = {"content-type": "text/event-stream"}


@pytest.mark.parametrize(
    ("operation", "status", "body", "headers"),
    [
        pytest.param("resumes_Health", 200, HEALTHY, {}, id="an answer"),
        pytest.param("resumes_GetResume", 404, refusal("RESUME_NOT_FOUND"), {}, id="a failure"),
        pytest.param("interview_StreamQuestions", 200, events(STARTED, FAILED), STREAM, id="a stream"),
    ],
)
def test_nothing_is_found_in_what_is_right(
    cases: dict[str, AnyCase], operation: str, status: int, body: Any, headers: dict[str, str]
) -> None:
    """What keeps to the document is no finding."""
    case = cases[operation]

    assert Judge(load_document()).judge(case, answer(case, status, body, headers)) == []


@pytest.mark.parametrize(
    ("operation", "status", "body", "headers", "finding"),
    [
        pytest.param("resumes_Health", 500, refusal("INTERNAL_ERROR"), {}, "Server error", id="a defect"),
        pytest.param("resumes_Health", 418, refusal("INTERNAL_ERROR"), {}, "Undocumented", id="an unknown status"),
        pytest.param("resumes_Health", 200, {"status": "SERVING"}, {}, "violates schema", id="a field is missing"),
        pytest.param("resumes_Health", 200, HEALTHY | {"secret": 1}, {}, "violates schema", id="a field too many"),
        pytest.param("resumes_Health", 200, "<p>", {"content-type": "text/html"}, "content-type", id="no JSON"),
        pytest.param("resumes_Health", 200, HEALTHY, {"x-request-id": ""}, "no x-request-id", id="no request id"),
        pytest.param("resumes_GetResume", 404, {"code": 5}, {}, "without ErrorInfo", id="another shape"),
        pytest.param("resumes_GetResume", 404, refusal("INVALID_PAGE"), {}, "not documented", id="an unknown reason"),
        pytest.param("resumes_GetResume", 404, refusal("RESUME_NOT_FOUND", "x"), {}, "another request id", id="ids"),
        pytest.param("resumes_GetResume", 429, refusal("RATE_LIMITED"), {}, "retry-after", id="no time to wait"),
        pytest.param("interview_StreamQuestions", 200, events(STARTED), STREAM, "a stream of", id="no end"),
        pytest.param("interview_StreamQuestions", 200, events(FAILED), STREAM, "a stream of", id="no beginning"),
        pytest.param(
            "interview_StreamQuestions", 200, events(STARTED, {"failed": {}}), STREAM, "event:", id="an unknown event"
        ),
    ],
)
def test_what_is_wrong_is_found(
    cases: dict[str, AnyCase], operation: str, status: int, body: Any, headers: dict[str, str], finding: str
) -> None:
    """Each kind of fault is a finding."""
    case = cases[operation]

    found = Judge(load_document()).judge(case, answer(case, status, body, headers))

    assert any(finding.lower() in line.lower() for line in found), found
