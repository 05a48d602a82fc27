"""The arithmetic behind the page of a soak: what counts as lost, as too much, and as growth."""

import pytest

from tests.soak.__main__ import read_options
from tests.soak.books import Kept, Verdict, note_summary
from tests.soak.figures import Sample, Series


@pytest.mark.parametrize(
    ("found", "maybe", "lost", "surplus"),
    [
        pytest.param(["a", "b"], 0, 0, 0, id="as it was acknowledged"),
        pytest.param(["a"], 0, 1, 0, id="one is lost"),
        pytest.param(["a"], 5, 1, 0, id="one is lost, and what may be there is not"),
        pytest.param(["a", "b", "b"], 0, 0, 1, id="one is there twice"),
        pytest.param(["a", "b", "c"], 0, 0, 1, id="one that nobody asked for"),
        pytest.param(["a", "b", "c"], 1, 0, 0, id="one whose client had left"),
        pytest.param(["a", "b", "c", "d"], 1, 0, 2, id="two where one client had left"),
    ],
)
def test_what_is_stored_is_held_against_what_was_acknowledged(
    found: list[str], maybe: int, lost: int, surplus: int
) -> None:
    """What is missing is lost; what is too much is counted unless a client left that may have asked for it."""
    verdict = Verdict()

    verdict.compare("set", {"a", "b"}, found, maybe)

    assert (len(verdict.lost), len(verdict.surplus)) == (lost, surplus)


@pytest.mark.parametrize(
    ("resume", "lost"),
    [
        pytest.param({"summary": "new"}, 0, id="as it was written"),
        pytest.param({"summary": "old"}, 1, id="an update is lost"),
        pytest.param(None, 1, id="gone"),
    ],
)
def test_a_resume_says_what_was_written_last(resume: dict[str, str] | None, lost: int) -> None:
    """An acknowledged update that is not there any more is lost like a resume."""
    verdict = Verdict()

    note_summary(verdict, Kept("k", "new"), resume)

    assert len(verdict.lost) == lost


def test_growth_is_that_of_the_longest_life() -> None:
    """A restart is no gain, and one sample out of the line no leak."""
    lives = [(1, 0, 50.0), (1, 1000, 60.0), *((2, 1000 * number, 40.0 + number / 2) for number in range(2, 9))]
    samples = [Sample(pid, requests, megabytes, 10, 5) for pid, requests, megabytes in lives]
    samples.append(Sample(2, 9000, 400.0, 10, 5))

    slope = Series(samples).slope()

    assert slope == pytest.approx(5.0)


@pytest.mark.parametrize("arguments", [["--minutes", "0"], ["--people", "-1"], ["--minutes", "much"], ["--seed", "x"]])
def test_a_wrong_option_is_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """With its name, before anything is started."""
    with pytest.raises(SystemExit):
        read_options(arguments)

    assert arguments[0] in capsys.readouterr().err
