"""A real Chromium, and pages that must not complain while a test uses them."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

from tests.page.scripted_gateway import ScriptedGateway

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
PHONE, DESKTOP = (360, 800), (1280, 900)

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def gateway() -> Iterator[ScriptedGateway]:
    """A gateway that answers as the test says."""
    with ScriptedGateway().serving() as gateway:
        yield gateway


@pytest.fixture
def open_page(browser: Browser, gateway: ScriptedGateway) -> Iterator[OpenPage]:
    """Opens the page in a fresh browser; see `opened_pages`."""
    with opened_pages(browser, gateway.base_url) as open_page:
        yield open_page


class opened_pages:  # noqa: N801 - used as a function is
    """Opens pages of one site. At the end none of them may have failed, broken its policy or asked another host."""

    def __init__(self, browser: Browser, base_url: str) -> None:
        self._browser = browser
        self._base_url = base_url
        self._complaints: list[str] = []
        self._contexts = ExitStack()

    def __enter__(self) -> OpenPage:
        return self._open

    def __exit__(self, kind: object, *_: object) -> None:
        self._contexts.close()
        if kind is None:
            assert self._complaints == []

    def _open(self, size: tuple[int, int] = DESKTOP, locale: str = "ko-KR", **options: Any) -> Page:
        width, height = size
        viewport = {"width": width, "height": height}
        context = self._browser.new_context(viewport=viewport, locale=locale, reduced_motion="reduce", **options)  # type: ignore[arg-type]
        self._contexts.callback(context.close)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: self._complaints.append(f"threw {error.message}"))
        page.on("console", self._hear)
        page.on("request", self._watch)
        page.goto(f"{self._base_url}/")
        return page

    def _hear(self, message: ConsoleMessage) -> None:
        # Chromium itself tells of every answer of the API that is an error.
        is_answer = message.text.startswith("Failed to load resource") and "/api/v1/" in message.location["url"]
        if message.type in ("error", "warning") and not is_answer:
            self._complaints.append(f"{message.type}: {message.text}")

    def _watch(self, request: Request) -> None:
        if not request.url.startswith(f"{self._base_url}/"):
            self._complaints.append(f"asked {request.url}")
