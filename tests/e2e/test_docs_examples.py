"""The examples of the reference, sent as they stand there."""

import json
from typing import Any

import httpx
import pytest

from tests.e2e.conftest import Store
from tools.openapi.documents import ALL

DOCUMENT = json.loads(ALL.read_text(encoding="utf-8"))
BODIES = [
    pytest.param(path, verb, example["value"], id=f"{found['operationId']}: {name}")
    for path, item in DOCUMENT["paths"].items()
    for verb, found in item.items()
    if "requestBody" in found
    for name, example in found["requestBody"]["content"]["application/json"]["examples"].items()
]
# Examples name providers; here none of them has a key.
NO_KEY = "PROVIDER_NOT_AVAILABLE"


@pytest.fixture(scope="module")
def ids() -> dict[str, str]:
    """What the paths name, once it is there."""
    return {}


@pytest.fixture
def existing(api: httpx.Client, store: Store, ids: dict[str, str]) -> dict[str, str]:
    """A resume with a question set and a learning path."""
    if not ids:
        key = store()
        ids["unique_key"] = key
        ids["question_set_id"] = api.post(f"/interview/{key}/questions").json()["question_set_id"]
        ids["learning_path_id"] = api.post(f"/learning/{key}/learning-path").json()["learning_path_id"]
    return ids


@pytest.mark.parametrize(("path", "verb", "body"), BODIES)
def test_an_example_works(api: httpx.Client, existing: dict[str, str], path: str, verb: str, body: Any) -> None:
    """Each example of a body is taken, but for a provider that has no key."""
    # A key of a path that makes a resume must be new.
    ids = existing | ({"unique_key": "kim-of-the-reference"} if "importJsonResume" in path else {})

    answer = api.request(verb, path.format(**ids).removeprefix("/api/v1"), json=body)

    if answer.status_code != 200:
        reason = next(detail["reason"] for detail in answer.json()["details"] if "reason" in detail)
        assert (reason, body.get("provider")) == (NO_KEY, "gemini"), answer.text
