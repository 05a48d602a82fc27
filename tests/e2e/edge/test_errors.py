"""Errors that the gateway itself gives: one shape, a reason for each, the right status for each kind of client."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import grpc
import grpc.aio
import pytest
from google.rpc.error_details_pb2 import ErrorInfo
from google.rpc.status_pb2 import Status

from career.erasure.v1.erasure_service_pb2 import EraseResumeDataRequest
from career.erasure.v1.erasure_service_pb2_grpc import ErasureServiceStub
from career.resume.v1 import resume_pb2, resume_service_pb2
from career.resume.v1.resume_service_pb2_grpc import ResumeServiceStub
from gateway.local_replies import read_reasons
from tests.support.edge import Edge
from tests.support.refusals import FAST, JSON, LIMITED, SLOW, details_of, reason_of
from tests.support.routes import rest_routes

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_every_reason_is_brought_about() -> None:
    """What the reference says of the gateway's errors is what it does: none is listed that is not tried."""
    tried = [*FAST, *SLOW, *LIMITED]

    assert sorted(tried) == sorted(reason.reason for reason in read_reasons(0))


@pytest.mark.parametrize("reason", FAST)
async def test_an_error_of_the_gateway_has_the_shape_of_every_other(edge: Edge, reason: str) -> None:
    """Status, code, reason, request id, and how long to wait where that helps."""
    async with edge.client() as client:
        answer = await FAST[reason](edge, client)

    assert reason_of(answer) == reason


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        pytest.param("GET", "/resumes?size=5", None, "size", id="unknown parameter"),
        pytest.param("GET", "/resumes?page%5Fsize=5", None, "page%5Fsize", id="encoded parameter"),
        pytest.param("GET", "/resumes?page_size=five", None, "page_size", id="parameter of another type"),
        pytest.param("POST", "/interview/kim/questions", '{"fallback": "x"}', "fallback", id="value of another type"),
        pytest.param("POST", "/interview/kim/questions", '{"unique_key": "lee"}', "unique_key", id="other id"),
        pytest.param(
            "POST", "/interview/k/questions", '{"unique_key":"k","uniqueKey":"l"}', "unique_key", id="two ids"
        ),
        pytest.param(
            "POST",
            "/learning/k/learning-path/p/feedback",
            '{"learningPathId": "q"}',
            "learning_path_id",
            id="other path",
        ),
    ],
)
async def test_the_field_is_named(edge: Edge, method: str, path: str, body: str | None, field: str) -> None:
    """As the services do: one field violation with a description."""
    async with edge.client() as client:
        answer = await client.request(method, path, content=body, headers=JSON if body else {})

    (violation,) = details_of(answer)["BadRequest"]["field_violations"]
    assert answer.status_code == 400
    assert violation["field"] == field
    assert violation["description"]


ROUTES = sorted({re.sub(r"\{\w+\}", "x", route.template) for route in rest_routes()})


@pytest.mark.parametrize("slash", ["", "/"], ids=["without slash", "with slash"])
@pytest.mark.parametrize("path", ROUTES)
async def test_a_wrong_method_is_told_the_right_ones(edge: Edge, path: str, slash: str) -> None:
    """405 with `allow` on every path of the contracts."""
    taken = {route.verb for route in rest_routes() if re.sub(r"\{\w+\}", "x", route.template) == path}

    async with edge.client(base_url=edge.origin) as client:
        answers = [await client.request(verb, path + slash) for verb in {"PATCH", "GET", "PUT", "DELETE"} - taken]

    assert {reason_of(answer) for answer in answers} == {"METHOD_NOT_ALLOWED"}
    assert {answer.headers["allow"] for answer in answers} == {", ".join(sorted(taken))}


Call = Callable[[grpc.aio.Channel], Awaitable[Any]]
NATIVE: dict[str, Call] = {
    "BODY_TOO_LARGE": lambda channel: ResumeServiceStub(channel).CreateResume(
        resume_service_pb2.CreateResumeRequest(resume=resume_pb2.Resume(name="a" * 1_100_000))
    ),
    "HEADERS_TOO_LARGE": lambda channel: ResumeServiceStub(channel).GetResume(
        resume_service_pb2.GetResumeRequest(unique_key="kim"), metadata=[("x-long", "a" * 15_400)]
    ),
    "ORIGIN_NOT_ALLOWED": lambda channel: ResumeServiceStub(channel).GetResume(
        resume_service_pb2.GetResumeRequest(unique_key="kim"), metadata=[("origin", "https://evil.example")]
    ),
    "NO_SUCH_PATH": lambda channel: ErasureServiceStub(channel).EraseResumeData(EraseResumeDataRequest(unique_key="k")),
}


@pytest.mark.parametrize("reason", NATIVE)
async def test_a_grpc_client_reads_a_status_of_its_own(edge: Edge, reason: str) -> None:
    """Never UNKNOWN: the code, the message and the details of `google.rpc.Status`."""
    (expected,) = [entry for entry in read_reasons(0) if entry.reason == reason]

    async with grpc.aio.insecure_channel(f"127.0.0.1:{edge.settings.gateway_port}") as channel:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await NATIVE[reason](channel)

    trailers = dict(caught.value.trailing_metadata() or ())
    status = Status.FromString(trailers["grpc-status-details-bin"])
    info = ErrorInfo()
    assert caught.value.code() is grpc.StatusCode[expected.grpc]
    assert caught.value.details() == expected.message == status.message
    assert status.details[0].Unpack(info)
    assert info.reason == reason
    assert trailers.get("retry-after") == (str(expected.retry_after) if expected.retry_after else None)


async def test_grpc_web_reads_the_same(edge: Edge) -> None:
    """A status in headers, as of a call that never began."""
    headers = {"content-type": "application/grpc-web+proto", "x-grpc-web": "1"}

    async with edge.client(base_url=edge.origin) as client:
        path = "/career.resume.v1.ResumeService/CreateResume"
        answer = await client.post(path, content=b"\0" + b"a" * 1_100_000, headers=headers)

    assert (answer.status_code, answer.headers["grpc-status"]) == (200, "3")
    assert answer.headers["grpc-message"] == "the body is larger than 1,048,576 bytes"
    assert answer.content == b""
