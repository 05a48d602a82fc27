"""Faults and load against whole stacks: short by default, at full size with `--full` (`make chaos`).

Every test hands its figures to `promise`; the end of the run prints them, and a full one writes docs/reliability.md.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
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
    stacks: list[Stack] = []

    def start(**extra: str) -> Stack:
        folder = tmp_path / f"stack-{len(stacks)}"
        folder.mkdir()
        stack = Stack(folder, extra)
        stacks.append(stack)
        stack.start()
        return stack

    yield start
    for stack in stacks:
        stack.stop()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Prints the figures; a full run that left nothing out writes the page."""
    promises = config.stash[_PROMISES]
    if not promises:
        return
    terminalreporter.section("what was promised, and what was measured")
    terminalreporter.write_line(as_text(promises))
    is_whole = not config.option.keyword and not any("::" in each or each.endswith(".py") for each in config.args)
    if config.getoption("--full") and is_whole:
        write_page(_PAGE, promises)
