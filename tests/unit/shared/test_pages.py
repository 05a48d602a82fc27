"""Paging: what a caller may ask for, and tokens that lead back to where they came from."""

import pytest

from shared.pages import DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE, InvalidPage, Page, page_request


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        pytest.param(0, DEFAULT_PAGE_SIZE, id="zero is the default"),
        pytest.param(1, 1, id="smallest"),
        pytest.param(MAX_PAGE_SIZE, MAX_PAGE_SIZE, id="largest"),
        pytest.param(MAX_PAGE_SIZE + 1, MAX_PAGE_SIZE, id="too large is clamped"),
    ],
)
def test_page_size(asked: int, given: int) -> None:
    """A page has a size within bounds, whatever is asked."""
    assert page_request(asked, "").size == given


@pytest.mark.parametrize("key", ["00ff", "김-1/019a", "a:b", ""], ids=["id", "korean", "colon", "empty"])
def test_token_leads_back(key: str) -> None:
    """A token names the last entry, in any script."""
    token = Page(["x"], key).next_page_token

    assert page_request(0, token).after == key


def test_last_page_has_no_token() -> None:
    """Nothing follows the last page."""
    assert Page(["x"]).next_page_token == ""


TOKEN = Page(["x"], "019a8f6e").next_page_token


@pytest.mark.parametrize(
    "token",
    ["!", "abc", "eA", "/w", "MjphYg", "MTphYg", TOKEN[:-2], f"{TOKEN}YQ", TOKEN.replace("M", "N", 1)],
    ids=["symbol", "odd", "short", "byte", "version", "no checksum", "cut", "longer", "mistyped"],
)
def test_strange_token_is_refused(token: str) -> None:
    """A token that is not ours is refused by the name of its field."""
    with pytest.raises(InvalidPage) as caught:
        page_request(0, token)

    assert [violation.field for violation in caught.value.violations] == ["page_token"]


def test_all_that_is_wrong_is_named() -> None:
    """Size and token are refused together."""
    with pytest.raises(InvalidPage) as caught:
        page_request(-1, "!")

    assert [violation.field for violation in caught.value.violations] == ["page_size", "page_token"]
