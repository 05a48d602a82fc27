"""A complete answer: asked for as wished, with its making beside it, rated, copied, and never taken for markup."""

import json

from playwright.sync_api import expect

from tests.page import answers
from tests.page.actions import ITEMS, ask, expect_items, part, paste, titles
from tests.page.conftest import OpenPage
from tests.page.scripted_gateway import STREAMS, ScriptedGateway


def test_provider_and_language_are_asked_for(open_page: OpenPage, gateway: ScriptedGateway) -> None:
    """The providers are those of the service, one that rests is marked, and the wishes go into the request."""
    # Given
    page = open_page()
    paste(page)
    options = page.locator("[name=provider] option")
    expect(options).to_have_text(
        ["정해진 순서대로", "gemini · gemini-3.5-flash (쉬는 중)", "openai · gpt-5-mini", "local · rules-1"]
    )

    # When
    page.locator("[name=provider]").select_option("local")
    page.locator("[name=wishes] [name=language]").select_option("en")
    ask(page, "questions")
    gateway.streams["questions"].send(answers.started())
    expect(part(page, "questions", "status")).to_contain_text("gemini")

    # Then
    [call] = gateway.sent("POST", STREAMS["questions"])
    assert call.query == {"provider": "local", "language": "en"}
    assert call.body is None


def test_an_answer_tells_how_it_came_to_be(open_page: OpenPage, gateway: ScriptedGateway) -> None:
    """Attempts, tokens, cost and warnings stand beside the answer; an unknown cost is not zero."""
    # Given
    page = open_page()
    paste(page)

    # When
    stored = answers.question_set(answers.questions(), warnings=["INSTRUCTIONS_IN_RESUME", "NEWER_THAN_THE_PAGE"])
    ask(page, "questions")
    gateway.streams["questions"].send(answers.completed(stored))
    ask(page, "path")
    gateway.streams["path"].send(answers.completed(answers.learning_path(answers.steps())))

    # Then
    made = page.locator("#questions .provenance")
    made.locator("summary").click()
    expect(made.locator("summary")).to_contain_text("openai · gpt-5-mini · 2번 시도 · $0.00312")
    expect(made.locator("li").first).to_contain_text("gemini · gemini-3.5-flash — 과부하")
    expect(made.locator("li").last).to_contain_text("입력 2431 · 출력 1204")
    expect(page.locator("#questions .notice").first).to_contain_text("지시가 아니라 자료로만")
    expect(page.locator("#questions .notice").nth(1)).to_have_text("newer than the page")
    expect(page.locator("#path .provenance summary")).to_contain_text("비용 모름")


def test_a_question_is_rated(open_page: OpenPage, gateway: ScriptedGateway) -> None:
    """A rating goes out once, with the index of its question, and is thanked for."""
    # Given
    page = open_page()
    paste(page)
    ask(page, "questions")
    gateway.streams["questions"].send(answers.completed(answers.question_set(answers.questions())))
    feedback = page.locator(ITEMS["questions"]).nth(2).locator(".feedback")
    feedback.locator("summary").click()

    # When
    feedback.get_by_label("4").check()
    feedback.get_by_role("button").click()

    # Then
    expect(feedback).to_contain_text("고맙습니다. 4점을 보냈습니다.")
    expect(feedback.get_by_role("button")).to_have_count(0)
    path = f"/api/v1/interview/{answers.KEY}/questions/{answers.SET_ID}/feedback"
    assert [call.body for call in gateway.sent("POST", path)] == [{"rating": 4, "item": 2}]


def test_answers_are_copied_as_markdown(open_page: OpenPage, gateway: ScriptedGateway) -> None:
    """The clipboard has every question and step as Markdown; what an answer holds of Markdown is escaped."""
    # Given
    page, questions, steps = (
        open_page(permissions=["clipboard-read", "clipboard-write"]),
        answers.questions(),
        answers.steps(),
    )
    questions[0].question = "`SELECT *`를 <b>왜</b> 피해야 하며 [대안](javascript:alert(1))은 무엇인가요?"
    paste(page)
    ask(page, "questions")
    gateway.streams["questions"].send(answers.completed(answers.question_set(questions)))
    ask(page, "path")
    gateway.streams["path"].send(answers.completed(answers.learning_path(steps)))

    copied = {}
    for kind in ("questions", "path"):
        # When
        part(page, kind, "copy").click()
        expect(part(page, kind, "status")).to_have_text("복사했습니다.")
        copied[kind] = page.evaluate("navigator.clipboard.readText()")

    # Then
    assert copied["questions"].startswith(
        "# 면접 질문\n\n## 1. \\`SELECT \\*\\`를 \\<b\\>왜\\</b\\> 피해야 하며 \\[대안\\]("
    )
    assert all(f"\n## {index}. " in copied["questions"] for index in range(1, 6))
    assert f"> {questions[1].evidence.quote} (`{questions[1].evidence.path}`)" in copied["questions"]
    assert copied["path"].startswith("# 학습 경로\n\n")
    assert "- [Redis Documentation](<https://redis.io/docs/>)" in copied["path"]
    assert "- No web address" in copied["path"]


def test_text_of_the_api_stays_text(open_page: OpenPage, gateway: ScriptedGateway) -> None:
    """Markup in a resume or in an answer is shown, not run."""
    # Given
    page, questions, markup = open_page(), answers.questions(), "<img src=x onerror=alert(1)>"
    for name in ("question", "topic", "reason"):
        setattr(questions[0], name, markup)
    questions[0].evidence.quote = markup
    paste(page, json.dumps({"name": markup}))

    # When
    ask(page, "questions")
    gateway.streams["questions"].send(answers.completed(answers.question_set(questions)))
    expect_items(page, "questions", 5)

    # Then
    assert titles(page, "questions")[0] == markup
    expect(page.locator("#stored-name")).to_have_text(markup)
    assert page.locator("main img").count() == 0
