"""JSON Resume documents over REST, through the real gateway."""

from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest

from tests.e2e.conftest import Store
from tests.support.resumes import ROOT

DOCUMENT = (ROOT / "examples" / "json-resume-backend.json").read_bytes()
JSON = {"content-type": "application/json"}


@pytest.mark.parametrize("prefix", ["key", "이력서"])
def test_a_document_goes_in_and_comes_out_as_it_was(api: httpx.Client, prefix: str) -> None:
    """Under a key of the client's choice, in any script."""
    key = f"{prefix}-{uuid4().hex}"

    imported = api.post(f"/resumes/{quote(key)}:importJsonResume", content=DOCUMENT, headers=JSON)

    exported = api.get(f"/resumes/{quote(key)}:exportJsonResume")
    assert (imported.status_code, imported.json()["unique_key"]) == (200, key)
    assert (exported.status_code, exported.headers["content-type"]) == (200, "application/json")
    assert exported.content == DOCUMENT
    assert api.post(f"/interview/{quote(key)}/questions").status_code == 200


def test_without_a_key_the_service_makes_one(api: httpx.Client) -> None:
    """And what the body or the query call a key is none."""
    body = b'{"basics": {"name": "n"}, "unique_key": "mine"}'

    imported = api.post("/resumes:importJsonResume?unique_key=mine", content=body, headers=JSON)

    key = imported.json()["unique_key"]
    assert len(key) == 32
    assert api.get(f"/resumes/{key}:exportJsonResume").content == body


def test_a_replaced_resume_exports_its_new_fields(api: httpx.Client, store: Store) -> None:
    """As does one that was never imported."""
    key = store()

    before = api.get(f"/resumes/{key}:exportJsonResume").json()
    api.put(f"/resumes/{key}", json={"name": "김새로"})
    after = api.get(f"/resumes/{key}:exportJsonResume").json()

    assert before["work"][0]["startDate"] == "2022-01"
    assert "endDate" not in before["work"][0]
    assert after["basics"] == {"name": "김새로"}


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        pytest.param(DOCUMENT, {"content-type": "text/plain"}, 415, id="type"),
        pytest.param(b"", {}, 400, id="nothing"),
        pytest.param(b'{"basics": ', JSON, 400, id="unfinished"),
        pytest.param(b'{"basics": {"name": "\xff"}}', JSON, 400, id="not-utf-8"),
        pytest.param(b'{"basics": {"name": "n"}, "x": "' + b"a" * 300_000 + b'"}', JSON, 400, id="large"),
        pytest.param(b'{"basics": {"name": "n"}, "x": "' + b"a" * 1_100_000 + b'"}', JSON, 413, id="too-large"),
    ],
)
def test_what_is_no_document_is_refused(
    api: httpx.Client, content: bytes, headers: dict[str, str], status: int
) -> None:
    """By the gateway or the service, in the one shape of errors."""
    answer = api.post("/resumes:importJsonResume", content=content, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (status, 3)


def test_places_are_named_in_the_words_of_json_resume(api: httpx.Client) -> None:
    """As every refusal names its fields."""
    answer = api.post("/resumes:importJsonResume", json={"work": [{"startDate": "2024/05"}]})

    reason, fields = answer.json()["details"][:2]
    assert reason["reason"] == "INVALID_JSON_RESUME"
    assert [violation["field"] for violation in fields["field_violations"]] == ["work[0].startDate", "basics.name"]


@pytest.mark.parametrize("address", ["/resumes/kim:other", "/resumes/kim%3AexportJsonResume"])
def test_no_other_verb_is_a_key(api: httpx.Client, address: str) -> None:
    """A key holds no colon, however it is written."""
    assert api.get(address).status_code == 400
