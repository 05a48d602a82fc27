"""What a job seeker does on the page."""

from playwright.sync_api import Locator, Page, expect

from tests.support.resumes import DOCUMENTED

ITEMS = {"questions": "#questions .item", "path": "#path .item"}


def paste(page: Page, text: str = "") -> None:
    """Puts a resume into the editor, the documented one by default."""
    page.locator("#resume-text").fill(text or DOCUMENTED.read_text(encoding="utf-8"))


def ask(page: Page, kind: str) -> None:
    """Asks for `questions` or for a `path`."""
    part(page, kind, "start").click()


def part(page: Page, kind: str, name: str) -> Locator:
    """A part of the section of one kind."""
    return page.locator(f"#{kind} [data-part={name}]")


def titles(page: Page, kind: str) -> list[str]:
    """What has arrived, in the order in which it is shown."""
    return page.locator(f"{ITEMS[kind]} h3").all_inner_texts()


def expect_items(page: Page, kind: str, count: int) -> None:
    """Waits until so many items are shown."""
    expect(page.locator(ITEMS[kind])).to_have_count(count)
