"""What the gateway itself promises to REST callers."""

import re
import socket
from typing import Any

import httpx
import pytest

from tests.e2e.conftest import Store
from tests.support.resumes import load_example
from tests.support.stack import Stack

JSON = {"content-type": "application/json"}


def refusal(answer: httpx.Response) -> tuple[int, int]:
    """HTTP status and gRPC code of an error, whose shape is checked on the way."""
    body = answer.json()
    assert answer.headers["content-type"] == "application/json"
    assert set(body) == {"code", "message", "details"}
    assert body["message"]
    return answer.status_code, body["code"]


@pytest.mark.parametrize(
    ("method", "address"),
    [
        pytest.param("GET", "/nothing", id="path"),
        pytest.param("POST", "/../../career.erasure.v1.ErasureService/EraseResumeData", id="erasure"),
        pytest.param("POST", "/../../career.resume.v1.ResumeService/GetResume", id="grpc-path"),
        pytest.param("GET", "/erasure/kim", id="guess"),
    ],
)
def test_what_is_not_in_the_contract_is_not_found(api: httpx.Client, method: str, address: str) -> None:
    """404 in JSON; the erasure of derived data is among it."""
    answer = api.request(method, address)

    assert refusal(answer) == (404, 5)


@pytest.mark.parametrize(
    ("headers", "content"),
    [
        pytest.param({"content-type": "application/x-www-form-urlencoded"}, '{"name": "a"}', id="form"),
        pytest.param({"content-type": "text/plain"}, '{"name": "a"}', id="text"),
        pytest.param({"content-type": "application/jsonp"}, '{"name": "a"}', id="alike"),
        pytest.param({"content-type": ""}, '{"name": "a"}', id="empty"),
        pytest.param({}, b'{"name": "a"}', id="absent"),
        pytest.param({}, iter([b'{"name"', b': "a"}']), id="absent-chunked"),
    ],
)
def test_a_body_that_is_not_declared_as_json_is_refused(api: httpx.Client, headers: Any, content: Any) -> None:
    """415: a form on another site's page can send these, and nothing is stored."""
    answer = api.post("/resumes", content=content, headers=headers)

    assert refusal(answer) == (415, 3)


@pytest.mark.parametrize("headers", [{}, {"content-type": "application/x-www-form-urlencoded"}], ids=["none", "form"])
def test_no_body_needs_no_type(api: httpx.Client, store: Store, headers: dict[str, str]) -> None:
    """`curl -X POST` sends none, `curl -d ''` that of a form."""
    answer = api.post(f"/interview/{store()}/questions", content=b"", headers=headers)

    assert answer.status_code == 200


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_reading_and_deleting_take_no_body(api: httpx.Client, store: Store, method: str) -> None:
    """A body could only say something else than the path."""
    key = store()

    answer = api.request(method, f"/resumes/{key}", json={})

    assert refusal(answer) == (400, 3)
    assert api.get(f"/resumes/{key}").status_code == 200


def test_a_charset_beside_json_is_fine(api: httpx.Client) -> None:
    """Many libraries send one."""
    answer = api.post("/resumes", json=load_example(), headers={"content-type": "application/json; charset=utf-8"})

    assert answer.status_code == 200


def test_a_large_body_is_refused(api: httpx.Client) -> None:
    """413 beyond 1 MiB; below it the service says what it thinks of the size."""
    too_large, large = (api.post("/resumes", json={"name": "a" * size}) for size in (1_048_576, 1_000_000))

    assert refusal(too_large) == (413, 3)
    assert refusal(large) == (400, 3)


def test_large_headers_are_refused(api: httpx.Client) -> None:
    """431 beyond 15 KiB."""
    answer = api.get("/resumes", headers={"x-long": "a" * 16_000})

    assert refusal(answer) == (431, 3)


def test_headers_below_the_limit_reach_the_service(api: httpx.Client) -> None:
    """The lower limit of gRPC itself does not show."""
    answer = api.get("/resumes/nobody", headers={f"x-{number}": "a" * 140 for number in range(85)})

    assert refusal(answer) == (404, 5)


UNREADABLE = [
    ("grpc-timeout", "banana"),
    ("grpc-timeout", "-1S"),
    ("grpc-encoding", "evil"),
    ("grpc-status", "x"),
    ("grpc-previous-rpc-attempts", "x"),
    ("order-bin", "!"),
]


@pytest.mark.parametrize(("name", "value"), UNREADABLE)
def test_what_grpc_cannot_read_harms_nobody(api: httpx.Client, name: str, value: str) -> None:
    """Neither the call with such a header nor those after it, which share its connection to the service."""
    odd = [api.get("/resumes/nobody", headers={name: value}) for _ in range(4)]

    after = [api.get("/resumes/nobody") for _ in range(8)]

    assert {refusal(answer) for answer in (*odd, *after)} == {(404, 5)}


@pytest.mark.parametrize(
    ("target", "host"),
    [
        pytest.param("/api/v1/resumes/a%00b", "host: localhost\r\n", id="nul"),
        pytest.param("/api/v1/resumes/a#b", "host: localhost\r\n", id="fragment"),
        pytest.param("/api/v1/resumes/a", "", id="no-host"),
    ],
)
def test_every_refusal_says_why(stack: Stack, target: str, host: str) -> None:
    """Also where Envoy itself would say nothing."""
    with socket.create_connection(("127.0.0.1", stack.settings.gateway_port), timeout=20) as client:
        client.sendall(f"GET {target} HTTP/1.1\r\n{host}connection: close\r\n\r\n".encode())
        answer = client.makefile("rb").read()

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert re.search(rb'"message":"the (request|path) must ', answer)


@pytest.mark.parametrize("host", ["localhost", "api.localhost", "127.0.0.1", "[::1]", "localhost:8080"])
def test_names_of_this_machine_are_served(api: httpx.Client, host: str) -> None:
    """With any port."""
    assert api.get("/resumes/health", headers={"host": host}).status_code == 200


def test_other_names_are_refused(api: httpx.Client, store: Store) -> None:
    """421: a page cannot point a name of its own at this machine and read resumes."""
    answer = api.get(f"/resumes/{store()}", headers={"host": "evil.example"})

    assert refusal(answer) == (421, 3)


@pytest.mark.parametrize("origin", ["http://evil.example", "null"])
@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_pages_of_other_sites_cannot_write(
    api: httpx.Client, store: Store, stack: Stack, method: str, origin: str
) -> None:
    """403 for their origin, nothing happens, and the API's own pages may."""
    key = store()
    address = f"/resumes/{key}" if method == "DELETE" else f"/interview/{key}/questions"

    answer = api.request(method, address, headers={"origin": origin})

    assert refusal(answer) == (403, 7)
    assert api.get(f"/interview/{key}/questions").json()["question_sets"] == []
    assert api.request(method, address, headers={"origin": stack.base_url}).status_code == 200


def test_an_answer_carries_nothing_of_grpc(api: httpx.Client, store: Store) -> None:
    """Neither successes nor errors show metadata, and the server does not say what it is made of."""
    answers = [api.get(f"/resumes/{store()}"), api.get("/resumes/nobody"), api.get("/nothing")]

    names = [{name for name in answer.headers if name != "transfer-encoding"} for answer in answers]

    own = {"cache-control", "content-security-policy", "referrer-policy", "x-content-type-options"}
    # A large answer is compressed for who takes that.
    encoded = {"content-encoding", "vary"}
    assert [answered - encoded - {"content-length"} for answered in names] == [
        {"content-type", "date", "server", "x-request-id"} | own
    ] * 3
    assert {answer.headers["server"] for answer in answers} == {"career-coach"}


@pytest.mark.parametrize("given", ["order-4711", "a" * 128, "trace:1/2+3=4"])
def test_a_sane_request_id_is_kept(api: httpx.Client, given: str) -> None:
    """The caller's id comes back, and stands in the error's details."""
    answer = api.get("/resumes/nobody", headers={"x-request-id": given})

    assert answer.headers["x-request-id"] == given
    assert {"@type": "type.googleapis.com/google.rpc.RequestInfo", "request_id": given, "serving_data": ""} in (
        answer.json()["details"]
    )


@pytest.mark.parametrize("given", [None, "a" * 129, 'x" injected="1', "한글".encode()])
def test_any_other_request_id_is_replaced(api: httpx.Client, given: Any) -> None:
    """By one of the gateway's own, which the service uses, too."""
    answer = api.get("/resumes/nobody", headers={} if given is None else {"x-request-id": given})

    own = answer.headers["x-request-id"]
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", own)
    assert own in answer.text


def test_a_client_cannot_command_the_gateway(api: httpx.Client) -> None:
    """Envoy's own request headers are not believed when they come from outside."""
    headers = {"x-envoy-upstream-rq-timeout-ms": "1", "x-envoy-max-retries": "50", "x-envoy-original-path": "/x"}

    answer = api.get("/resumes", headers=headers)

    assert answer.status_code == 200


def test_the_access_log_names_methods_and_no_keys(api: httpx.Client, store: Store, stack: Stack) -> None:
    """Who was asked for is nobody's business."""
    key = store()
    api.get(f"/resumes/{key}", headers={"x-request-id": f"seen-{key[4:]}"}).raise_for_status()
    api.get(f"/nothing/{key}")

    log = stack.read_log("gateway")

    assert "/career.resume.v1.ResumeService/" in log
    assert key not in log
