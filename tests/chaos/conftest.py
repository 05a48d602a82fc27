"""Faults and load against whole stacks: short by default, at full size with `--full` (`make chaos`).

Every test hands its figures to `promise`; the end of the run prints them, and a full one writes docs/reliability.md.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from tests.chaos.page import Promise, as_text, write_page
from tests.support.stack import Stack

_PROMISES = pytest.StashKey[list[Promise]]()
_PAGE = Path(__file__).resolve().parents[2] / "docs" / "reliability.md"


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

    promises: list[Promise]

    def __call__(self, fault: str, must_hold: str, measured: str, *, holds: bool) -> None:
        """Notes one promise for the page, and fails the test where it does not hold."""
        self.promises.append(Promise(fault, must_hold, measured, holds))
        assert holds, f"{fault}: {must_hold}, but measured {measured}"


@pytest.fixture
def promise(pytestconfig: pytest.Config) -> Recorder:
    """Where a test says what it measured."""
    return Recorder(pytestconfig.stash[_PROMISES])


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
    """Prints the figures; a full run that came to its end and left nothing out writes the page."""
    promises = config.stash[_PROMISES]
    if not promises:
        return
    terminalreporter.section("what was promised, and what was measured")
    terminalreporter.write_line(as_text(promises))
    if config.getoption("--full") and _is_whole(terminalreporter, exitstatus, config):
        broken = [each.nodeid for kind in ("failed", "error") for each in terminalreporter.stats.get(kind, [])]
        write_page(_PAGE, promises, broken)


def _is_whole(terminalreporter: pytest.TerminalReporter, exitstatus: pytest.ExitCode, config: pytest.Config) -> bool:
    """Whether every test was run: no part was asked for, nothing was left out, and nobody stopped it half-way."""
    named = any("::" in each or each.endswith(".py") for each in config.args)
    left_out = any(terminalreporter.stats.get(kind) for kind in ("deselected", "skipped"))
    return (
        exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
        and not named
        and not left_out
        and not config.option.maxfail
    )
