"""The page against what it is made for: Envoy, the three services, the database, `local` and a vendor's SDK."""

import asyncio
import json
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.page.actions import ask, expect_items, part, paste, titles
from tests.page.conftest import OpenPage, opened_pages
from tests.support.model_answers import load_answers
from tests.support.stack import Stack, running_stack
from tests.support.vendors import FakeOpenAI
from tests.support.vendors.behaviours import Cut, End

PATIENCE = 10


@dataclass(frozen=True)
class Vendor:
    """A fake vendor that writes a part of its answer and then goes silent, in a loop of its own."""

    fake: FakeOpenAI
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        """Runs something in the loop, to its end."""
        asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(PATIENCE)

    @contextmanager
    def running(self) -> Iterator["Vendor"]:
        """Answers until the end of the block."""
        thread = threading.Thread(target=self._loop.run_forever)
        thread.start()
        try:
            self.run(self.fake.start())
            yield self
            self.run(self.fake.stop())
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            thread.join()
            self._loop.close()


@pytest.fixture(scope="module")
def vendor() -> Iterator[Vendor]:
    """Sends two or three of five questions, and no more."""
    answer = load_answers("questions")["backend-36m ko 1"].answer
    text = json.dumps(answer, ensure_ascii=False)
    with Vendor(FakeOpenAI(default=Cut(text, End.STALLED))).running() as vendor:
        yield vendor


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, vendor: Vendor) -> Iterator[Stack]:
    """A running stack that asks the vendor, and `local` where it is asked for by name."""
    keys = {"OPENAI_API_KEY": "key-of-an-operator", "OPENAI_BASE_URL": vendor.fake.base_url}
    with running_stack(tmp_path_factory.mktemp("stack"), keys) as stack:
        yield stack


@pytest.fixture
def open_stack(browser: Browser, stack: Stack) -> Iterator[OpenPage]:
    """Opens the page that the gateway serves."""
    with opened_pages(browser, stack.base_url) as open_page:
        yield open_page


def stored_key(page: Page) -> str:
    """The key of the resume that the page has stored."""
    key: str = page.evaluate("sessionStorage.getItem('resume-key')")
    return key


def test_a_job_seeker_comes_and_goes(open_stack: OpenPage, stack: Stack) -> None:
    """A pasted resume brings five questions and a path, which can be rated; deleting it leaves nothing behind."""
    # Given
    page = open_stack()
    page.get_by_role("button", name="예시 불러오기").click()
    expect(page.locator("#resume-text")).not_to_have_value("")
    page.locator("[name=provider]").select_option("local")

    # When
    with page.expect_response(lambda response: response.url.partition("?")[0].endswith(":stream")) as answered:
        ask(page, "questions")
    assert answered.value.headers["content-type"] == "text/event-stream"
    expect(part(page, "questions", "status")).to_have_text("질문 다섯 개가 모두 도착했습니다.", timeout=30_000)
    ask(page, "path")
    expect(part(page, "path", "status")).to_have_text("학습 경로가 완성됐습니다.", timeout=30_000)
    feedback = page.locator("#path .item").first.locator(".feedback")
    feedback.locator("summary").click()
    feedback.get_by_label("5").check()
    feedback.get_by_role("button").click()
    expect(feedback).to_contain_text("5점을 보냈습니다.")

    # Then
    key = stored_key(page)
    [stored] = httpx.get(stack.url("interview", f"{key}/questions")).json()["question_sets"]
    assert titles(page, "questions") == [question["question"] for question in stored["questions"]]
    expect(page.locator("#questions .provenance")).to_contain_text("local · rules-1 · 1번 시도 · $0")
    assert 5 <= len(titles(page, "path")) <= 8
    page.get_by_role("button", name="지우기", exact=True).click()
    page.get_by_role("button", name="모두 지우기").click()
    expect(page.locator("#resume-faults")).to_contain_text("모든 것을 지웠습니다. (2개)")
    assert httpx.get(stack.url("resume", key)).status_code == 404


def test_questions_are_shown_while_the_vendor_still_writes(open_stack: OpenPage, vendor: Vendor) -> None:
    """What has come whole is on the page before the answer is; stopping reaches the vendor through every process."""
    # Given
    page = open_stack()
    paste(page)
    written = load_answers("questions")["backend-36m ko 1"].answer["questions"]

    # When
    ask(page, "questions")
    expect(page.locator("#questions .item").nth(1)).to_be_visible()

    # Then
    shown = titles(page, "questions")
    assert shown == [question["question"] for question in written][: len(shown)]
    assert len(shown) < len(written)
    expect(part(page, "questions", "status")).to_contain_text("openai")
    part(page, "questions", "stop").click()
    vendor.run(asyncio.wait_for(vendor.fake.abandoned.wait(), PATIENCE))


def test_the_service_names_the_fields_that_it_refuses(open_stack: OpenPage) -> None:
    """Each refused field stands on the page, in Korean as in English."""
    # Given
    page = open_stack()
    paste(
        page,
        '{"contact_info": {"email": "nobody"}, "total_experience_months": 9000, "work_experiences": [{"company": 7}]}',
    )
    page.get_by_role("button", name="이력서 저장").click()
    faults = page.locator("#resume-faults")
    expect(faults).to_contain_text("work_experiences")

    # When
    paste(page, '{"contact_info": {"email": "nobody"}, "total_experience_months": 9000}')
    page.get_by_role("button", name="이력서 저장").click()

    # Then
    said = [
        "name 꼭 있어야 합니다",
        "contact_info.email name@example.com 같은 메일 주소여야 합니다",
        "total_experience_months 0에서 720 사이여야 합니다",
    ]
    expect(faults.locator("li")).to_have_text(said)


def test_answers_in_english(open_stack: OpenPage, stack: Stack) -> None:
    """An English page gets English answers from the provider that was chosen."""
    # Given
    page = open_stack(locale="en-US")
    paste(page)
    page.locator("[name=provider]").select_option("local")

    # When
    ask(page, "questions")
    expect_items(page, "questions", 5)

    # Then
    expect(part(page, "questions", "status")).to_have_text("All five questions are here.", timeout=30_000)
    [stored] = httpx.get(stack.url("interview", f"{stored_key(page)}/questions")).json()["question_sets"]
    assert (stored["language"], stored["provider"]) == ("en", "local")


def test_the_gateway_allows_the_page_nothing_else(stack: Stack) -> None:
    """The page comes with a policy that lets it run its own files alone, and no other site may frame it."""
    answer = httpx.get(f"{stack.base_url}/")

    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["content-type"].startswith("text/html")
