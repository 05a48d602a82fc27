"""Answers as they arrive: one by one, withdrawn, complete, failed and stopped."""

import pytest
from playwright.sync_api import expect

from tests.page import answers
from tests.page.actions import ask, expect_items, part, paste, titles
from tests.page.conftest import OpenPage
from tests.page.scripted_gateway import STREAMS, ScriptedGateway


def test_questions_are_shown_one_by_one(open_page: OpenPage, gateway: ScriptedGateway) -> None:
    """Each question is read before the next one is sent."""
    # Given
    page, stream, questions = open_page(), gateway.streams["questions"], answers.questions()
    paste(page)
    ask(page, "questions")
    stream.send(answers.started())

    for index, question in enumerate(questions):
        # When
        stream.send(answers.arrived(index, question))

        # Then
        expect_items(page, "questions", index + 1)
        assert titles(page, "questions")[-1] == question.question
        expect(part(page, "questions", "status")).to_contain_text(f"gemini · gemini-3.5-flash · 질문 {index + 1}/5")
        expect(part(page, "questions", "arrivals").locator("p").last).to_contain_text(question.question)
    stream.send(answers.completed(answers.question_set(questions)))
    expect(part(page, "questions", "status")).to_have_text("질문 다섯 개가 모두 도착했습니다.")
    expect(part(page, "questions", "coming")).to_be_hidden()


def test_withdrawn_questions_vanish(open_page: OpenPage, gateway: ScriptedGateway) -> None:
    """Where another provider takes over, only the questions that it kept stay, and its own come after them."""
    # Given
    page, stream, questions = open_page(), gateway.streams["questions"], answers.questions()
    paste(page)
    ask(page, "questions")
    stream.send(answers.started(), *(answers.arrived(index, questions[index]) for index in range(3)))
    expect_items(page, "questions", 3)

    # When
    stream.send(answers.restarted(1))
    expect_items(page, "questions", 1)
    stream.send(answers.arrived(3, questions[4]))
    expect_items(page, "questions", 2)

    # Then
    assert titles(page, "questions") == [questions[1].question, questions[4].question]
    expect(part(page, "questions", "turn")).to_have_text("openai에서 이어 씁니다 (과부하). 1개는 그대로입니다.")
    expect(part(page, "questions", "status")).to_contain_text("openai · gpt-5-mini")


def test_the_stored_answer_alone_counts(open_page: OpenPage, gateway: ScriptedGateway) -> None:
    """An item that was replaced gives way to the stored one; what the reader has opened in another stays open."""
    # Given
    page, stream, questions = open_page(), gateway.streams["questions"], answers.questions()
    paste(page)
    ask(page, "questions")
    stream.send(answers.started(), answers.arrived(0, questions[0]), answers.arrived(1, questions[1]))
    expect_items(page, "questions", 2)
    page.locator("#questions .item:first-child summary").click()

    # When
    stored = [questions[0], *questions[2:], questions[1]]
    stored[1].question = "바뀐 질문은 어떻게 보이나요?"
    stream.send(answers.completed(answers.question_set(stored)))

    # Then
    expect_items(page, "questions", 5)
    assert titles(page, "questions") == [question.question for question in stored]
    expect(page.locator("#questions .item:first-child details").first).to_have_attribute("open", "")


def test_a_learning_path_is_a_timeline(open_page: OpenPage, gateway: ScriptedGateway) -> None:
    """Steps follow one another in weeks, with kind and priority; only addresses of the web become links."""
    # Given
    page, steps = open_page(), answers.steps()
    paste(page)

    # When
    ask(page, "path")
    gateway.streams["path"].send(*(answers.arrived(index, step) for index, step in enumerate(steps)))
    gateway.streams["path"].send(answers.completed(answers.learning_path(steps)))
    expect_items(page, "path", len(steps))
    expect(page.locator("#path .total")).to_be_visible()

    # Then
    assert titles(page, "path") == [step.title for step in steps]
    assert page.locator("#path .when strong").all_inner_texts() == [step.estimated_duration for step in steps]
    assert page.locator("#path .when .hint").all_inner_texts()[:2] == ["1–3주차", "4–7주차"]
    assert page.locator("#path .item.weakness").count() == sum(step.type == "weakness" for step in steps)
    expect(page.locator("#path .item").first.locator(".tags")).to_contain_text("강점 더하기")
    expect(page.locator("#path .analysis .weaknesses li")).to_have_count(2)
    links = page.locator("#path .item a")
    assert links.count() == 1
    assert links.get_attribute("href") == "https://redis.io/docs/"
    assert links.get_attribute("rel") == "noopener noreferrer"


def test_a_failure_says_who_failed_and_why(open_page: OpenPage, gateway: ScriptedGateway) -> None:
    """A stream that fails half-way shows the reason of every attempt, and can be asked again."""
    # Given
    page, stream = open_page(), gateway.streams["questions"]
    paste(page)
    ask(page, "questions")

    # When
    status = answers.refusal(
        answers.INTERNAL,
        "ALL_PROVIDERS_FAILED",
        "every provider failed",
        attempts="2",
        attempt_1="gemini gemini-3.5-flash OVERLOADED",
        attempt_2="openai gpt-5-mini TIMEOUT",
    )
    stream.send(answers.started(), answers.failed(status))

    # Then
    failure = part(page, "questions", "failure")
    expect(failure).to_contain_text("모든 제공자가 답하지 못했습니다")
    expect(failure.locator("li")).to_have_text(["gemini gemini-3.5-flash — 과부하", "openai gpt-5-mini — 시간 초과"])
    expect(failure).to_contain_text("req-1")
    expect(part(page, "questions", "start")).to_be_visible()


@pytest.mark.parametrize("ending", ["cut", "never begun"])
def test_a_stream_that_breaks_off_is_no_answer(ending: str, open_page: OpenPage, gateway: ScriptedGateway) -> None:
    """A response that ends before its last event says so, whatever had arrived."""
    # Given
    page, stream = open_page(), gateway.streams["questions"]
    paste(page)
    ask(page, "questions")

    # When
    if ending == "cut":
        stream.send(answers.started(), answers.arrived(0, answers.questions()[0]))
    stream.end()

    # Then
    expect(part(page, "questions", "failure")).to_contain_text("연결이 끊겼습니다")
    expect(part(page, "questions", "copy")).to_be_hidden()


def test_a_refusal_says_when_to_come_back(open_page: OpenPage, gateway: ScriptedGateway) -> None:
    """Too many requests are answered with the time to wait."""
    # Given
    page = open_page()
    paste(page)
    refusal = answers.refusal(answers.RESOURCE_EXHAUSTED, "TOO_MANY_CALLS", "too many requests", retry_seconds=12)
    gateway.answers["POST", STREAMS["questions"]] = refusal

    # When
    ask(page, "questions")

    # Then
    expect(part(page, "questions", "failure")).to_contain_text("12초 뒤에 다시 시도해 주세요.")


def test_a_gateway_without_streams_answers_in_one_piece(open_page: OpenPage, gateway: ScriptedGateway) -> None:
    """Where the stream is not implemented the plain call brings the same answer."""
    # Given
    page, questions = open_page(), answers.questions()
    paste(page)
    missing = answers.refusal(answers.UNIMPLEMENTED, "STREAMING_NOT_IMPLEMENTED", "streaming is not built yet")
    gateway.answers["POST", STREAMS["questions"]] = missing
    plain = STREAMS["questions"].removesuffix(":stream")
    gateway.answers["POST", plain] = answers.write(answers.question_set(questions))

    # When
    ask(page, "questions")

    # Then
    expect_items(page, "questions", 5)
    assert titles(page, "questions") == [question.question for question in questions]


def test_stopping_ends_the_request(open_page: OpenPage, gateway: ScriptedGateway) -> None:
    """Whoever stops keeps what has arrived, and the server hears of it."""
    # Given
    page, stream = open_page(), gateway.streams["questions"]
    paste(page)
    ask(page, "questions")
    stream.send(answers.started(), answers.arrived(0, answers.questions()[0]))
    expect_items(page, "questions", 1)

    # When
    part(page, "questions", "stop").click()

    # Then
    expect(part(page, "questions", "status")).to_have_text("멈췄습니다. 도착한 것까지만 보입니다.")
    expect(part(page, "questions", "start")).to_be_focused()
    expect_items(page, "questions", 1)
    assert stream.left.wait(5)
