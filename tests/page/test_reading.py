"""The page for every reader: two languages, the keyboard alone, a phone, enough contrast, a name for every control."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.page import answers
from tests.page.actions import ask, expect_items, part, paste
from tests.page.conftest import DESKTOP, PHONE, OpenPage
from tests.page.scripted_gateway import ScriptedGateway
from tests.support.resumes import DOCUMENTED

# Every control that can be seen, with the name that a screen reader would say.
NAMELESS = """() => [...document.querySelectorAll("a, button, input, select, textarea, summary, dialog, section")]
  .filter((node) => {
    const ids = (node.getAttribute("aria-labelledby") ?? "").split(" ");
    const by = ids.map((id) => document.getElementById(id)?.textContent);
    const labels = [...(node.labels ?? [])].map((label) => label.textContent);
    const own = ["INPUT", "SELECT", "TEXTAREA", "SECTION"].includes(node.tagName) ? "" : node.textContent;
    return ![...by, ...labels, own, node.getAttribute("aria-label")].some((name) => name?.trim());
  })
  .map((node) => node.outerHTML)"""
TWICE = """() => {
  const ids = [...document.querySelectorAll("[id]")].map((node) => node.id);
  return ids.filter((id, index) => ids.indexOf(id) !== index);
}"""
# Texts whose contrast with the nearest background is lower than WCAG AA asks for.
FAINT = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const read = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
  const behind = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const colour = read(getComputedStyle(at).backgroundColor);
      if (colour[3] === 255) return colour;
    }
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !node.checkVisibility() || node.closest("template, noscript")) continue;
    const style = getComputedStyle(node);
    const [a, b] = [light(read(style.color)), light(behind(node))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    const isLarge = parseFloat(style.fontSize) >= 24;
    if (ratio < (isLarge ? 3 : 4.5)) found.push(`${node.outerHTML} ${ratio.toFixed(2)}`);
  }
  return found;
}"""


def fill_with_everything(page: Page, gateway: ScriptedGateway) -> None:
    """Brings every part of the page to sight: a refusal, questions, a path, opened details."""
    faults = answers.field_refusal(name="is required")
    gateway.answers["POST", "/api/v1/resumes"] = faults
    paste(page)
    ask(page, "questions")
    expect(page.locator("#resume-faults li")).to_have_count(1)
    del gateway.answers["POST", "/api/v1/resumes"]
    stored = answers.question_set(answers.questions(), warnings=["INSTRUCTIONS_IN_RESUME"])
    ask(page, "questions")
    gateway.streams["questions"].send(answers.completed(stored))
    expect_items(page, "questions", 5)
    ask(page, "path")
    gateway.streams["path"].send(answers.completed(answers.learning_path(answers.steps())))
    expect(page.locator("#path .provenance")).to_be_visible()
    page.evaluate("document.querySelectorAll('details').forEach((node) => { node.open = true; })")


@pytest.mark.parametrize(
    ("size", "scheme", "locale"),
    [
        pytest.param(PHONE, "light", "ko-KR", id="Korean on a phone"),
        pytest.param(PHONE, "dark", "en-US", id="English on a phone, dark"),
        pytest.param(DESKTOP, "dark", "ko-KR", id="Korean on a desktop, dark"),
        pytest.param(DESKTOP, "light", "en-US", id="English on a desktop"),
    ],
)
def test_everything_can_be_read(
    size: tuple[int, int], scheme: Any, locale: str, open_page: OpenPage, gateway: ScriptedGateway
) -> None:
    """Nothing runs out of the screen, every control has a name, every text stands out from its background."""
    # Given
    page = open_page(size, locale, color_scheme=scheme)

    # When
    fill_with_everything(page, gateway)

    # Then
    assert page.evaluate("document.documentElement.scrollWidth") == size[0]
    assert page.evaluate(NAMELESS) == []
    assert page.evaluate(TWICE) == []
    assert page.evaluate(FAINT) == []
    assert page.evaluate("getComputedStyle(document.body).wordBreak") == "keep-all"


def test_the_colours_follow_the_device(open_page: OpenPage) -> None:
    """The page is dark where the device is."""
    # Given
    background = "getComputedStyle(document.body).backgroundColor"

    # When
    light, dark = (open_page(color_scheme=scheme).evaluate(background) for scheme in ("light", "dark"))

    # Then
    assert (light, dark) == ("rgb(250, 249, 246)", "rgb(22, 21, 20)")


def test_the_language_changes_in_place(open_page: OpenPage, gateway: ScriptedGateway) -> None:
    """All words change at once, answers stay as they were written, opened parts stay open, the choice is remembered."""
    # Given
    page, questions = open_page(), answers.questions()
    paste(page)
    ask(page, "questions")
    gateway.streams["questions"].send(answers.completed(answers.question_set(questions)))
    expect_items(page, "questions", 5)
    first = page.locator("#questions .item").first
    first.locator("summary").first.click()
    expect(page.get_by_role("heading", name="면접 질문", exact=True)).to_be_visible()

    # When
    page.get_by_role("radio", name="English").check()

    # Then
    expect(page.get_by_role("heading", name="Interview questions", exact=True)).to_be_visible()
    expect(first.locator("summary").first).to_have_text("A good answer covers")
    expect(first.locator("details").first).to_have_attribute("open", "")
    expect(first.locator("h3")).to_have_text(questions[0].question)
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("[name=wishes] [name=language]")).to_have_value("en")
    page.reload()
    expect(page.get_by_role("button", name="Get questions")).to_be_visible()


def test_the_keyboard_is_enough(open_page: OpenPage, gateway: ScriptedGateway) -> None:
    """From the first key to a rating no mouse is needed, and the focus is always seen and never lost."""
    # Given
    page = open_page()

    # When
    walk_to(page, "#resume-text")
    page.keyboard.insert_text(DOCUMENTED.read_text(encoding="utf-8"))
    walk_to(page, "#resume-store")
    page.keyboard.press("Enter")
    expect(page.locator("#stored-name")).to_be_focused()
    walk_to(page, "#questions [data-part=start]")
    page.keyboard.press("Enter")
    expect(part(page, "questions", "stop")).to_be_focused()
    gateway.streams["questions"].send(answers.completed(answers.question_set(answers.questions())))
    expect(part(page, "questions", "start")).to_be_focused()
    walk_to(page, "#questions .item:first-child .feedback summary")
    page.keyboard.press("Enter")
    walk_to(page, "#questions .item:first-child [name=rating]")
    page.keyboard.press("ArrowRight")
    walk_to(page, "#questions .item:first-child form button")
    page.keyboard.press("Enter")

    # Then
    expect(page.locator("#questions .item").first.locator(".feedback")).to_contain_text("고맙습니다")
    path = f"/api/v1/interview/{answers.KEY}/questions/{answers.SET_ID}/feedback"
    assert [call.body for call in gateway.sent("POST", path)] == [{"rating": 2, "item": 0}]


def walk_to(page: Page, selector: str) -> None:
    """Presses Tab until an element has the focus; every stop on the way must show it."""
    is_there = f"document.activeElement.matches({selector!r})"
    shows_focus = """() => [document.activeElement, ...document.querySelectorAll(":focus + *")]
      .some((node) => getComputedStyle(node).outlineStyle !== "none")"""
    for _ in range(40):
        page.keyboard.press("Tab")
        assert page.evaluate(shows_focus), page.evaluate("document.activeElement.outerHTML")
        if page.evaluate(is_there):
            return
    raise AssertionError(f"Tab does not reach {selector}")
