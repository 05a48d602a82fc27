"""The three documented calls, and what they leave behind."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.conftest import Store
from tests.support.resumes import EXAMPLES, load_example

SECTIONS = [
    pytest.param("interview", "questions", "question_set_id", "question_sets", id="questions"),
    pytest.param("learning", "learning-path", "learning_path_id", "learning_paths", id="learning-path"),
]


@pytest.mark.parametrize("example", EXAMPLES, ids=[path.stem for path in EXAMPLES])
def test_every_example_gets_questions_and_a_path(api: httpx.Client, store: Store, example: Path) -> None:
    """Five questions and a path of five to eight steps, with no provider configured."""
    key = store(example)

    questions = api.post(f"/interview/{key}/questions")
    path = api.post(f"/learning/{key}/learning-path")

    assert (questions.status_code, path.status_code) == (200, 200), questions.text + path.text
    assert len(questions.json()["questions"]) == 5
    assert 5 <= len(path.json()["learning_paths"]) <= 8
    assert {questions.json()["provider"], path.json()["provider"]} == {"local"}
    assert {questions.json()["unique_key"], path.json()["unique_key"]} == {key}


def without_empty(value: Any) -> Any:
    """What is left of a JSON value when texts and lists that hold nothing are taken out."""
    if isinstance(value, dict):
        return {name: without_empty(item) for name, item in value.items() if item not in ("", [])}
    return [without_empty(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("example", EXAMPLES, ids=[path.stem for path in EXAMPLES])
def test_a_resume_comes_back_as_it_was_sent(api: httpx.Client, store: Store, example: Path) -> None:
    """All of it is kept; only the key, two times and what is computed are added."""
    key = store(example)

    stored = without_empty(api.get(f"/resumes/{key}").raise_for_status().json())

    for name in ("computed_experience_months", "warnings"):
        stored.pop(name, None)
    assert {"created_at", "updated_at"} <= set(stored)
    added = {"unique_key": key, "created_at": stored["created_at"], "updated_at": stored["updated_at"]}
    assert stored == without_empty(load_example(example)) | added


@pytest.mark.parametrize(("prefix", "name", "id_field", "items"), SECTIONS)
def test_what_was_written_can_be_read_again(
    api: httpx.Client, store: Store, prefix: str, name: str, id_field: str, items: str
) -> None:
    """Each call writes another one; the list has both, newest first; each is read by its id, word for word."""
    address = f"/{prefix}/{store()}/{name}"

    first, second = (api.post(address).raise_for_status().json() for _ in range(2))

    assert first[id_field] != second[id_field]
    assert api.get(address).json() == {items: [second, first], "next_page_token": ""}
    assert api.get(f"{address}/{first[id_field]}").json() == first


@pytest.mark.parametrize(("prefix", "name", "id_field", "items"), SECTIONS)
def test_lists_come_in_pages(
    api: httpx.Client, store: Store, prefix: str, name: str, id_field: str, items: str
) -> None:
    """A token leads to the rest, and the last page has none."""
    address = f"/{prefix}/{store()}/{name}"
    written = [api.post(address).raise_for_status().json()[id_field] for _ in range(3)]

    first = api.get(address, params={"page_size": 2}).json()
    last = api.get(address, params={"page_size": 2, "page_token": first["next_page_token"]}).json()

    assert [item[id_field] for item in (*first[items], *last[items])] == written[::-1]
    assert last["next_page_token"] == ""


@pytest.mark.parametrize(("prefix", "name", "id_field", "items"), SECTIONS)
def test_english_is_written_on_request(
    api: httpx.Client, store: Store, prefix: str, name: str, id_field: str, items: str
) -> None:
    """Language and provider may come in the query or in the body."""
    address = f"/{prefix}/{store()}/{name}"

    by_query = api.post(address, params={"language": "en", "provider": "local"}).raise_for_status().json()
    by_body = api.post(address, json={"language": "en", "provider": "local"}).raise_for_status().json()

    assert (by_query["language"], by_body["language"]) == ("en", "en")
    assert by_query[id_field] != by_body[id_field], items


def test_deleting_a_resume_erases_what_was_derived_from_it(api: httpx.Client, store: Store) -> None:
    """Questions and path are gone with the resume, and those of another resume stay."""
    key, other = store(), store()
    for owner in (key, other):
        api.post(f"/interview/{owner}/questions").raise_for_status()
        api.post(f"/learning/{owner}/learning-path").raise_for_status()

    answer = api.delete(f"/resumes/{key}").raise_for_status().json()

    assert answer == {"unique_key": key, "erased_documents": 2}
    assert api.get(f"/resumes/{key}").status_code == 404
    assert api.get(f"/interview/{key}/questions").json()["question_sets"] == []
    assert api.get(f"/learning/{key}/learning-path").json()["learning_paths"] == []
    assert len(api.get(f"/interview/{other}/questions").json()["question_sets"]) == 1


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("POST", "/interview/nobody/questions"),
        ("POST", "/learning/nobody/learning-path"),
        ("GET", "/interview/nobody/questions/0"),
        ("GET", "/learning/nobody/learning-path/0"),
    ],
)
def test_an_unknown_resume_is_not_found(api: httpx.Client, method: str, address: str) -> None:
    """404 with a reason that programs can read."""
    answer = api.request(method, address)

    assert (answer.status_code, answer.json()["code"]) == (404, 5)
    assert answer.json()["details"][0]["reason"].endswith("_NOT_FOUND")
