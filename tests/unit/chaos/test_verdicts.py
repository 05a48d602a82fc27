"""What chaos tests say in the end: what counts as lost, changed and too much, and the page that is written."""

from pathlib import Path

import pytest

from tests.chaos.operations import PATH, QUESTIONS, RESUME, Item
from tests.chaos.page import Promise, renew, write_page
from tests.chaos.stored import compare


@pytest.mark.parametrize(
    ("stored", "wrong"),
    [
        pytest.param([{"unique_key": "a", "name": "n"}], (0, 0, 0), id="as it was acknowledged"),
        pytest.param([], (1, 0, 0), id="lost"),
        pytest.param([{"unique_key": "a", "name": "other"}], (0, 1, 0), id="with other contents"),
        pytest.param([{"unique_key": "a", "name": "n"}] * 2, (0, 0, 1), id="twice"),
        pytest.param([{"unique_key": key, "name": "n"} for key in "ab"], (0, 0, 1), id="one that nobody asked for"),
    ],
)
def test_what_is_stored_is_held_against_what_was_acknowledged(stored: list[Item], wrong: tuple[int, int, int]) -> None:
    """Ids and contents are compared, and each must be there once."""
    acknowledged: dict[str, dict[str, Item]] = {
        RESUME: {"a": {"unique_key": "a", "name": "n"}},
        QUESTIONS: {},
        PATH: {},
    }

    found = compare(acknowledged, {RESUME: stored, QUESTIONS: [], PATH: []})

    assert (len(found.lost), len(found.changed), len(found.surplus)) == wrong


def test_the_page_names_tests_that_failed(tmp_path: Path) -> None:
    """A test that broke off before its promises does not just leave them out; cells hold whatever was measured."""
    file = tmp_path / "page.md"

    write_page(
        file,
        [Promise("test_kills.py::test_it", "a | b", "holds", "two\nlines", holds=False)],
        ["tests/chaos/test_kills.py::test_it"],
    )

    lines = file.read_text(encoding="utf-8").splitlines()
    assert "| a \\| b | holds | two lines | ✗ |" in lines
    assert lines[-1] == "- `tests/chaos/test_kills.py::test_it`"


def test_a_run_of_some_tests_renews_their_figures_alone(tmp_path: Path) -> None:
    """What others measured stays, and what a test measured before goes, also where it measures nothing any more."""
    file = tmp_path / "figures.json"
    old = [Promise(f"test_{name}.py::test", "fault", "holds", "before", holds=True) for name in ("a", "b", "c")]
    renew(file, old, {each.test for each in old})
    new = Promise("test_b.py::test", "fault", "holds", "now", holds=False)

    together = renew(file, [new], {"test_b.py::test", "test_c.py::test"})

    assert together == [old[0], new]
    assert renew(file, [], set()) == together
