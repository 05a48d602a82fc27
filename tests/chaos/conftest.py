"""Faults and load against whole stacks: short by default, at full size with `--full` (`make chaos`).

Every test hands its figures to `promise`; the end of the run prints them, and a full one, be it of some tests, renews
theirs in docs/reliability.md.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from tests.chaos.page import Promise, as_text, renew, write_page
from tests.support.stack import Stack

_PROMISES = pytest.StashKey[list[Promise]]()
_FIGURES = Path(__file__).resolve().parents[2] / "docs" / "reliability.json"
_PAGE = _FIGURES.with_suffix(".md")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--full`: the sizes that the page shows, half an hour in all."""
    parser.addoption("--full", action="store_true", help="full size, and write docs/reliability.md")


def pytest_configure(config: pytest.Config) -> None:
    """A place for what is measured."""
    config.stash[_PROMISES] = []


@pytest.fixture
def full(pytestconfig: pytest.Config) -> bool:
    """Whether this is a run at full size."""
    return bool(pytestconfig.getoption("--full"))


@dataclass(frozen=True, slots=True)
class Recorder:
    """Takes down what is promised under a fault and what was measured."""

    test: str
    promises: list[Promise]

    def __call__(self, fault: str, must_hold: str, measured: str, *, holds: bool) -> None:
        """Notes one promise for the page. One that does not hold fails the test, after it has measured the rest."""
        self.promises.append(Promise(self.test, fault, must_hold, measured, holds))


@pytest.fixture
def promise(pytestconfig: pytest.Config, request: pytest.FixtureRequest) -> Iterator[Recorder]:
    """Where a test says what it measured."""
    recorder = Recorder(_name_of(request.node.nodeid), [])
    yield recorder
    pytestconfig.stash[_PROMISES] += recorder.promises
    broken = [f"{each.fault}: {each.must_hold}, but {each.measured}" for each in recorder.promises if not each.holds]
    if broken:
        pytest.fail("\n".join(broken), pytrace=False)


@pytest.fixture
def start_stack(tmp_path: Path) -> Iterator[Callable[..., Stack]]:
    """Starts stacks with further variables, each in a folder of its own; all are stopped at the end."""
    numbers = count()
    with ExitStack() as stacks:

        def start(**extra: str) -> Stack:
            folder = tmp_path / f"stack-{next(numbers)}"
            folder.mkdir()
            stack = Stack(folder, extra)
            stacks.callback(stack.stop)
            stack.start()
            return stack

        yield start


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, exitstatus: pytest.ExitCode, config: pytest.Config
) -> None:
    """Prints the figures; a full run that nobody stopped half-way renews those of its tests on the page."""
    promises = config.stash[_PROMISES]
    if not promises:
        return
    terminalreporter.section("what was promised, and what was measured")
    terminalreporter.write_line(as_text(promises))
    ended = exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) and not config.option.maxfail
    if config.getoption("--full") and ended:
        unkept = {each.test for each in promises if not each.holds}
        failed = {
            _name_of(each.nodeid) for kind in ("failed", "error") for each in terminalreporter.stats.get(kind, [])
        }
        write_page(_PAGE, renew(_FIGURES, promises, {each.test for each in promises} | failed), sorted(failed - unkept))


def _name_of(nodeid: str) -> str:
    return nodeid.rpartition("/")[2]
