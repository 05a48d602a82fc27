"""The page of typed clients: the code that it shows is the code that is run."""

import re

import pytest

from tests.support.resumes import ROOT

PAGE = (ROOT / "docs" / "clients.md").read_text("utf-8")
PROGRAMS = {"python": "examples/ask_over_grpc.py", "typescript": "examples/typescript/src/ask.ts"}


@pytest.mark.parametrize("language", PROGRAMS)
def test_what_is_shown_stands_in_the_program(language: str) -> None:
    """Word for word."""
    program = (ROOT / PROGRAMS[language]).read_text("utf-8")

    shown = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.M | re.S)

    assert len(shown) == 2
    assert [part for part in shown if part not in program] == []
