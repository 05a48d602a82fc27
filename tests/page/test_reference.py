"""The reference of the API as people see it: Swagger UI in a real browser, served by the gateway."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page, Request

from tests.support.resumes import load_example
from tests.support.stack import Stack, running_stack

DOCUMENTS = ["resumes", "interview", "learning", "all"]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A running stack; `local` writes."""
    with running_stack(tmp_path_factory.mktemp("stack")) as stack:
        yield stack


@pytest.fixture
def api(stack: Stack) -> Iterator[httpx.Client]:
    """A REST client of the gateway."""
    with httpx.Client(base_url=f"{stack.base_url}/api/v1", timeout=30, trust_env=False) as client:
        yield client


@pytest.fixture
def page(browser: Browser, stack: Stack) -> Iterator[Page]:
    """A page that reaches this stack alone."""
    page = browser.new_page(base_url=stack.base_url)
    yield page
    page.close()


def open_docs(page: Page, service: str) -> None:
    """Opens the reference of a service and waits until it is drawn."""
    page.goto(f"/api/v1/{service}/docs")
    page.wait_for_selector(".opblock")


def operations_of(api: httpx.Client, address: str) -> set[str]:
    """Ids of the operations of a document."""
    document = api.get(address).raise_for_status().json()
    return {found["operationId"] for item in document["paths"].values() for found in item.values()}


def test_a_page_shows_every_operation_of_each_document(api: httpx.Client, stack: Stack, page: Page) -> None:
    """A page opens with its service, and a switch leads to the others and to all at once.

    The browser complains of nothing, and asks no other host.
    """
    complaints: list[str] = []
    requests: list[Request] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: requests.append(request))

    open_docs(page, "resumes")
    for name in DOCUMENTS:
        page.select_option("select#select", label=name)
        expected = operations_of(api, "/openapi.json" if name == "all" else f"/{name}/openapi.json")
        page.wait_for_function("count => document.querySelectorAll('.opblock').length === count", arg=len(expected))
        ids = page.eval_on_selector_all(".opblock", "blocks => blocks.map(block => block.id)")
        assert {str(found).split("-", 2)[2] for found in ids} == expected

    assert page.locator("select#select option").all_inner_texts() == DOCUMENTS
    assert complaints == []
    assert {urlsplit(request.url).netloc for request in requests} == {urlsplit(stack.base_url).netloc}


def test_a_call_can_be_tried_out(page: Page, api: httpx.Client) -> None:
    """`Try it out` sends the request that the form says, and shows the answer."""
    key = api.post("/resumes", json=load_example()).raise_for_status().json()["unique_key"]
    open_docs(page, "interview")
    block = page.locator("#operations-interview-interview_GenerateQuestions")
    block.locator(".opblock-summary-control").click()
    block.get_by_role("button", name="Try it out").click()
    block.get_by_placeholder("unique_key").fill(key)

    with page.expect_response("**/questions?*") as answer:
        block.get_by_role("button", name="Execute").click()
    status = block.locator(".live-responses-table tbody .response-col_status").first.inner_text()

    request = answer.value.request
    assert (request.method, urlsplit(request.url).path) == ("POST", f"/api/v1/interview/{key}/questions")
    assert parse_qs(urlsplit(request.url).query)["provider"] == ["local"]
    assert request.post_data_json == {"language": "ko"}
    assert "idempotency-key" not in request.headers
    assert (answer.value.status, answer.value.json()["unique_key"]) == (200, key)
    assert status.startswith("200")
