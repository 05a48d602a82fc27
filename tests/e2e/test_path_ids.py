"""The path alone says which resume is meant: neither query nor body nor spelling can say otherwise."""

import socket
from typing import Any

import httpx
import pytest

from tests.e2e.conftest import Store
from tests.support.resumes import load_example
from tests.support.routes import Route, rest_routes
from tests.support.stack import Stack

JSON = {"content-type": "application/json"}


BOUND = [route for route in rest_routes() if route.variables]


@pytest.mark.parametrize("spelling", ["unique_key", "uniqueKey", "unique%5Fkey", "uniqueK%65y", "%75nique_key"])
@pytest.mark.parametrize("route", BOUND, ids=[route.method for route in BOUND])
def test_a_query_cannot_replace_the_id_of_a_path(api: httpx.Client, store: Store, route: Route, spelling: str) -> None:
    """On every route that names a resume, by any spelling of the parameter: it is refused or has no effect."""
    mine, theirs = store(), store()

    answer = send(api, route, mine, f"?{spelling}={theirs}", {"name": "김개발"} if route.body == "resume" else None)

    assert theirs not in answer.text
    assert_untouched(api, theirs)


BODIES = [
    pytest.param('{"unique_key": "%s"}', id="snake"),
    pytest.param('{"uniqueKey": "%s"}', id="camel"),
    pytest.param('{"unique_key": "mine", "unique_key": "%s"}', id="twice"),
    pytest.param('{"unique_key": "mine", "uniqueKey": "%s"}', id="both"),
    pytest.param('{"unique_key": "mine", "unique\\u005fkey": "%s"}', id="escaped"),
    pytest.param('{"unique_key": "mine", "unique\\_key": "%s"}', id="backslash"),
    pytest.param('{"unique_key": null, "uniqueKey": "%s"}', id="null"),
]


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("route", BOUND, ids=[route.method for route in BOUND])
def test_a_body_cannot_replace_the_id_of_a_path(api: httpx.Client, store: Store, route: Route, body: str) -> None:
    """On every route that names a resume, by any spelling of the field: it is refused or has no effect."""
    mine, theirs = store(), store()

    answer = send(api, route, mine, "", body.replace("mine", mine).replace("%s", theirs))

    assert not answer.is_success or answer.json().get("unique_key", mine) == mine
    assert_untouched(api, theirs)


@pytest.mark.parametrize("prefix", ["/%61pi/v1", "/api/v1/../v1", "//api/v1"])
def test_no_spelling_of_a_path_gets_around_the_rules(
    stack: Stack, store: Store, api: httpx.Client, prefix: str
) -> None:
    """The rules ask what a call is, not how its path is written."""
    mine, theirs = store(), store()
    body = f'{{"unique_key": "{mine}", "unique_key": "{theirs}"}}'

    with socket.create_connection(("127.0.0.1", stack.settings.gateway_port), timeout=20) as client:
        head = f"POST {prefix}/interview/{mine}/questions HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n"
        head += f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        client.sendall((head + body).encode())
        answer = client.makefile("rb").read()

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert_untouched(api, theirs)


def send(api: httpx.Client, route: Route, key: str, query: str, body: Any) -> httpx.Response:
    """Calls a route for a resume, with a body as it is or as JSON."""
    address = route.path(**dict.fromkeys(route.variables, "none") | {"unique_key": key}).removeprefix("/api/v1") + query
    if body is None or isinstance(body, str):
        return api.request(route.verb, address, content=body, headers={} if body is None else JSON)
    return api.request(route.verb, address, json=body)


def assert_untouched(api: httpx.Client, key: str) -> None:
    """The resume is there as it was stored, and nothing was derived from it."""
    assert api.get(f"/resumes/{key}").json()["summary"] == load_example()["summary"]
    assert api.get(f"/interview/{key}/questions").json()["question_sets"] == []
    assert api.get(f"/learning/{key}/learning-path").json()["learning_paths"] == []
