"""A resume: pasted, picked, dropped, refused, stored, edited and erased."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.page import answers
from tests.page.actions import ask, expect_items, paste
from tests.page.conftest import OpenPage
from tests.page.scripted_gateway import ScriptedGateway
from tests.support.resumes import DOCUMENTED, load_example

RESUMES, RESUME = "/api/v1/resumes", f"/api/v1/resumes/{answers.KEY}"
DROP = """([name, text]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([text], name));
  return transfer;
}"""


def load_by_example_button(page: Page) -> None:
    """Loads the documented example."""
    page.get_by_role("button", name="예시 불러오기").click()


def load_by_file_picker(page: Page) -> None:
    """Chooses a file."""
    page.locator("#resume-file").set_input_files(DOCUMENTED)


def load_by_drop(page: Page) -> None:
    """Drops a file beside the text area, where the browser itself would show it instead of the page."""
    transfer = page.evaluate_handle(DROP, ["resume.json", DOCUMENTED.read_text(encoding="utf-8")])
    page.locator("h1").dispatch_event("dragover", {"dataTransfer": transfer})
    page.locator("h1").dispatch_event("drop", {"dataTransfer": transfer})


def load_by_pasting(page: Page) -> None:
    """Pastes the text."""
    paste(page)


@pytest.mark.parametrize("load", [load_by_pasting, load_by_example_button, load_by_file_picker, load_by_drop])
def test_a_resume_is_loaded_and_stored(load: Any, open_page: OpenPage, gateway: ScriptedGateway) -> None:
    """Whichever way a resume comes to the page, it is stored as it is."""
    # Given
    page = open_page()

    # When
    load(page)
    expect(page.locator("#resume-text")).to_have_value(DOCUMENTED.read_text(encoding="utf-8"))
    page.get_by_role("button", name="이력서 저장").click()

    # Then
    expect(page.locator("#stored-name")).to_have_text("김개발")
    expect(page.locator("#stored-name")).to_be_focused()
    expect(page.locator("#stored-facts")).to_contain_text("36개월")
    assert [call.body for call in gateway.sent("POST", RESUMES)] == [load_example()]


def test_errors_are_told_field_by_field(open_page: OpenPage, gateway: ScriptedGateway) -> None:
    """Every offending field is named in the reader's language; what the page has no words for, as the API says it."""
    # Given
    page = open_page()
    gateway.answers["POST", RESUMES] = answers.field_refusal(
        name="is required",
        contact_info__email="must be a mail address such as name@example.com",
        total_experience_months="must be 0 to 720",
        summary="must rhyme",
    )

    # When
    paste(page)
    ask(page, "questions")

    # Then
    faults = page.locator("#resume-faults li")
    said = [
        "name 꼭 있어야 합니다",
        "contact_info.email name@example.com 같은 메일 주소여야 합니다",
        "total_experience_months 0에서 720 사이여야 합니다",
        "summary must rhyme",
    ]
    expect(faults).to_have_text(said)
    expect(page.locator("#resume-text")).to_be_focused()
    page.get_by_role("radio", name="English").check()
    expect(faults.nth(2)).to_have_text("total_experience_months must be 0 to 720")
    expect_items(page, "questions", 0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(" ", "먼저 이력서를 붙여 넣어 주세요.", id="nothing"),
        pytest.param('{\n  "name": "김",\n  oops\n}', "3번째 줄에서 JSON으로 읽을 수 없습니다.", id="no JSON"),
        pytest.param('{\n  "name": "김"', "2번째 줄에서 JSON으로 읽을 수 없습니다.", id="cut"),
    ],
)
def test_what_cannot_be_a_resume_is_not_sent(
    text: str, said: str, open_page: OpenPage, gateway: ScriptedGateway
) -> None:
    """The page says where the text stops being JSON, without asking the API."""
    # Given
    page = open_page()

    # When
    paste(page, text)
    page.get_by_role("button", name="이력서 저장").click()

    # Then
    expect(page.locator("#resume-faults")).to_have_text(said)
    assert gateway.sent("POST", RESUMES) == []


def test_a_file_that_is_no_text_is_refused(open_page: OpenPage) -> None:
    """A file that is not UTF-8 leaves the editor as it was."""
    # Given
    page = open_page()
    paste(page, "{}")

    # When
    picture = {"name": "resume.png", "mimeType": "image/png", "buffer": b"\x89PNG\xff"}
    page.locator("#resume-file").set_input_files(picture)  # type: ignore[arg-type]

    # Then
    expect(page.locator("#resume-faults")).to_contain_text("UTF-8")
    expect(page.locator("#resume-text")).to_have_value("{}")


def test_an_edited_resume_replaces_the_stored_one(open_page: OpenPage, gateway: ScriptedGateway) -> None:
    """Asking while the editor is open stores the change first, under the same key."""
    # Given
    page = open_page()
    paste(page)
    page.get_by_role("button", name="이력서 저장").click()

    # When
    page.get_by_role("button", name="고치기").click()
    paste(page, json.dumps({"name": "이개발"}))
    ask(page, "questions")
    gateway.streams["questions"].send(answers.completed(answers.question_set(answers.questions())))
    expect_items(page, "questions", 5)

    # Then
    assert [call.body for call in gateway.sent("PUT", RESUME)] == [{"name": "이개발"}]
    assert len(gateway.sent("POST", RESUMES)) == 1
    expect(page.locator("#stored-name")).to_have_text("이개발")


def test_a_resume_is_erased_with_all_that_came_of_it(open_page: OpenPage, gateway: ScriptedGateway) -> None:
    """Deleting asks first, ends what is being written, and leaves nothing on the page or in the browser."""
    # Given
    page = open_page()
    paste(page)
    ask(page, "questions")
    gateway.streams["questions"].send(answers.completed(answers.question_set(answers.questions())))
    expect_items(page, "questions", 5)
    ask(page, "path")
    gateway.streams["path"].send(answers.arrived(0, answers.steps()[0]))
    expect_items(page, "path", 1)

    # When
    page.get_by_role("button", name="지우기", exact=True).click()
    page.get_by_role("button", name="그만두기").click()
    assert gateway.sent("DELETE", RESUME) == []
    page.get_by_role("button", name="지우기", exact=True).click()
    page.get_by_role("button", name="모두 지우기").click()

    # Then
    expect(page.locator("#resume-faults")).to_contain_text("모든 것을 지웠습니다. (2개)")
    expect(page.locator("#resume-text")).to_have_value("")
    expect_items(page, "questions", 0)
    expect_items(page, "path", 0)
    assert gateway.streams["path"].left.wait(5)
    assert len(gateway.sent("DELETE", RESUME)) == 1
    assert "김개발" not in page.content()
    assert page.evaluate("Object.keys(sessionStorage)") == []


def test_an_erasure_that_is_not_complete_can_be_repeated(open_page: OpenPage, gateway: ScriptedGateway) -> None:
    """Where a service did not confirm, the page says so and keeps the key; the next try completes it."""
    # Given
    page = open_page()
    paste(page)
    page.get_by_role("button", name="이력서 저장").click()
    incomplete = answers.refusal(
        answers.UNAVAILABLE, "ERASURE_INCOMPLETE", "a service did not confirm", retry_seconds=1
    )
    erased = gateway.answers["DELETE", RESUME]
    gateway.answers["DELETE", RESUME] = incomplete

    # When
    page.get_by_role("button", name="지우기", exact=True).click()
    page.get_by_role("button", name="모두 지우기").click()
    expect(page.locator("#stored-facts .failure")).to_contain_text("아직 다 지우지 못했습니다")
    gateway.answers["DELETE", RESUME] = erased
    page.get_by_role("button", name="지우기", exact=True).click()
    page.get_by_role("button", name="모두 지우기").click()

    # Then
    expect(page.locator("#resume-faults")).to_contain_text("모든 것을 지웠습니다.")
    assert len(gateway.sent("DELETE", RESUME)) == 2


def test_the_browser_keeps_next_to_nothing(open_page: OpenPage, gateway: ScriptedGateway) -> None:
    """Of a resume only the key stays, and only while the tab is open: whoever reloads can still delete it."""
    # Given
    page = open_page()
    paste(page)
    page.get_by_role("button", name="이력서 저장").click()
    expect(page.locator("#stored-name")).to_have_text("김개발")
    page.get_by_role("radio", name="English").check()
    stored = load_example() | {"unique_key": answers.KEY, "updated_at": "2026-11-21T11:40:00Z"}
    gateway.answers["GET", RESUME] = stored

    # When
    page.reload()

    # Then
    expect(page.locator("#stored-name")).to_have_text("김개발")
    expect(page.get_by_role("button", name="Delete", exact=True)).to_be_visible()
    assert page.evaluate("({...localStorage})") == {"language": "en"}
    assert page.evaluate("({...sessionStorage})") == {"resume-key": answers.KEY}
