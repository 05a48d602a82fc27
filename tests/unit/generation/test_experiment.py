"""Which resume is given to which version of a prompt."""

import pytest

from shared.generation.experiment import Experiment, newest

KEYS = [f"resume-{number}" for number in range(4000)]


def experiment(**weights: float) -> Experiment[str]:
    """Variants named like their versions."""
    return Experiment({name: name for name in ("a", "b", "c")}, weights)


def test_each_resume_keeps_its_version() -> None:
    """The choice depends on nothing but key and weights: another process makes the same one."""
    first = [experiment(a=1, b=1).choose(key) for key in KEYS[:100]]
    again = [experiment(b=1, a=1).choose(key) for key in KEYS[:100]]

    assert first == again
    assert set(first) == {"a", "b"}


def test_resumes_are_given_in_proportion_to_the_weights() -> None:
    """One of four goes to the lighter version, within four standard deviations."""
    chosen = [experiment(a=1, b=3).choose(key) for key in KEYS]

    assert chosen.count("a") == pytest.approx(1000, abs=4 * (4000 * 0.25 * 0.75) ** 0.5)


def test_a_change_of_weights_moves_only_who_must_move() -> None:
    """A resume that changes its version goes to one that gained."""
    before, after = experiment(a=1, b=1), experiment(a=1, b=1, c=2)

    moved = {(before.choose(key), after.choose(key)) for key in KEYS}

    assert moved == {("a", "a"), ("b", "b"), ("a", "c"), ("b", "c")}


def test_a_version_without_weight_writes_nothing() -> None:
    """It has no share either."""
    asked = experiment(a=0, b=2)

    assert {asked.choose(key) for key in KEYS[:200]} == {"b"}
    assert asked.shares() == {"b": 1.0}


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        pytest.param({}, "one of them above", id="none"),
        pytest.param({"a": 0.0}, "one of them above", id="all-zero"),
        pytest.param({"a": -1.0, "b": 1.0}, "from 0", id="negative"),
        pytest.param({"a": float("nan")}, "from 0", id="no-number"),
        pytest.param({"a": 1.0, "d": 1.0}, "no version d; there are a, b, c", id="unknown"),
    ],
)
def test_weights_that_make_no_sense(weights: dict[str, float], words: str) -> None:
    """They are refused with what is wrong."""
    with pytest.raises(ValueError, match=words):
        experiment(**weights)


def test_the_newest_version_is_the_one_with_the_greatest_number() -> None:
    """By number, not by letters."""
    assert newest({"questions/2": 0, "questions/10": 0, "questions/9": 0}) == "questions/10"
