"""Resumes over REST: keys, pages, replacement, and refusals."""

from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.e2e.conftest import Store
from tests.support.refusals import reason_of
from tests.support.resumes import STRANGE_KEYS, load_example


def violations(answer: httpx.Response) -> dict[str, str]:
    """Fields that an answer names as wrong."""
    details = answer.json()["details"]
    kind = "type.googleapis.com/google.rpc.BadRequest"
    return {
        violation["field"]: violation["description"]
        for detail in details
        if detail["@type"] == kind
        for violation in detail["field_violations"]
    }


@pytest.mark.parametrize("key", STRANGE_KEYS)
def test_any_allowed_key_names_its_resume(api: httpx.Client, store: Store, key: str) -> None:
    """Korean, dates and numbers alike, with and without a slash at the end."""
    store(key=key)

    plain, slashed = api.get(f"/resumes/{quote(key)}"), api.get(f"/resumes/{quote(key)}/")

    assert (plain.status_code, slashed.status_code) == (200, 200)
    assert plain.json()["unique_key"] == slashed.json()["unique_key"] == key


def test_a_slash_at_the_end_changes_nothing(api: httpx.Client, store: Store) -> None:
    """On any path."""
    key = store()

    statuses = [
        api.get("/resumes/").status_code,
        api.post("/resumes/", json=load_example()).status_code,
        api.post(f"/interview/{key}/questions/").status_code,
        api.get(f"/interview/{key}/questions/").status_code,
        api.post(f"/learning/{key}/learning-path/").status_code,
        api.get("/learning/health/").status_code,
    ]

    assert statuses == [200] * 6


def test_korean_is_written_as_it_is(api: httpx.Client, store: Store) -> None:
    """Readable in a terminal: no escapes."""
    answer = api.get(f"/resumes/{store()}")

    assert "김개발" in answer.text
    assert "\\u" not in answer.text


def test_lists_of_resumes_come_in_pages(api: httpx.Client, store: Store) -> None:
    """Newest first, each once."""
    keys = [store() for _ in range(3)]

    first = api.get("/resumes", params={"page_size": 2}).json()
    second = api.get("/resumes", params={"page_size": 2, "page_token": first["next_page_token"]}).json()

    assert [entry["unique_key"] for entry in (*first["resumes"], *second["resumes"])][:3] == keys[::-1]


def test_a_replacement_leaves_nothing_of_the_old_one(api: httpx.Client, store: Store) -> None:
    """PUT replaces the resume as a whole and keeps its birthday."""
    key = store()
    before = api.get(f"/resumes/{key}").json()

    answer = api.put(f"/resumes/{key}", json={"name": "김새로"})

    assert answer.status_code == 200
    after = api.get(f"/resumes/{key}").json()
    assert (after["name"], after["summary"], after["work_experiences"]) == ("김새로", "", [])
    assert after["created_at"] == before["created_at"]


def test_a_taken_key_is_a_conflict(api: httpx.Client, store: Store) -> None:
    """409, and the resume that is there stays."""
    key = store()

    answer = api.post("/resumes", json={"unique_key": key, "name": "다른 사람"})

    assert answer.status_code == 409
    assert api.get(f"/resumes/{key}").json()["name"] == "김개발"


def test_every_offending_field_is_named_at_once(api: httpx.Client) -> None:
    """A form can mark all of them after one call."""
    resume = {"total_experience_months": 721, "contact_info": {"email": "김@", "github": "github.com/kim"}}

    answer = api.post("/resumes", json=resume)

    assert (answer.status_code, answer.json()["code"]) == (400, 3)
    assert set(violations(answer)) == {
        "name",
        "total_experience_months",
        "contact_info.email",
        "contact_info.github",
    }


@pytest.mark.parametrize(
    ("method", "address", "body"),
    [
        pytest.param("POST", "/resumes", '{"name": ', id="unfinished"),
        pytest.param("POST", "/resumes", "[]", id="list"),
        pytest.param("POST", "/resumes", '{"name": 5}', id="wrong-type"),
        pytest.param("POST", "/resumes", b'{"name": "\xff"}', id="not-utf-8"),
        pytest.param("PUT", "/resumes/kim", '{"name": ', id="replacement"),
        pytest.param("POST", "/interview/kim/questions", '{"provider": ', id="questions"),
    ],
)
def test_malformed_json_is_refused(api: httpx.Client, method: str, address: str, body: Any) -> None:
    """400 in the usual shape."""
    answer = api.request(method, address, content=body, headers={"content-type": "application/json"})

    assert (answer.status_code, answer.json()["code"]) == (400, 3)
    assert reason_of(answer) == "MALFORMED_REQUEST"


@pytest.mark.parametrize("parameter", ["page_size=-1", "page_token=x", "page_size=many", "size=3"])
def test_a_senseless_page_is_refused(api: httpx.Client, parameter: str) -> None:
    """Rules of ours and of the gateway give the same status."""
    answer = api.get(f"/resumes?{parameter}")

    assert (answer.status_code, answer.json()["code"]) == (400, 3)


@pytest.mark.parametrize("key", ["usage", "a%2Fb", "%20", "x" * 65])
def test_what_is_no_key_is_refused(api: httpx.Client, key: str) -> None:
    """400, whatever a path can spell."""
    answer = api.get(f"/resumes/{key}")

    assert (answer.status_code, answer.json()["code"]) == (400, 3)
