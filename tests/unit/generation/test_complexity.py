"""How much a resume asks of the model that reads it."""

from typing import Any

import pytest

from shared.generation.complexity import complexity_of
from shared.llm.messages import Complexity
from shared.resume_profile.profile import build_profile
from tests.support.resumes import DOCUMENTED, load_example


@pytest.mark.parametrize(
    ("resume", "complexity"),
    [
        (load_example(DOCUMENTED.with_name("resume-junior-0m.json")), "simple"),
        (load_example(), "ordinary"),
        (load_example(DOCUMENTED.with_name("resume-marketer-48m.json")), "ordinary"),
        (load_example(DOCUMENTED.with_name("resume-senior-100m.json")), "hard"),
        ({"name": "김"}, "simple"),
    ],
    ids=["junior", "backend", "marketer", "senior", "a name alone"],
)
def test_complexity(resume: dict[str, Any], complexity: Complexity) -> None:
    """A beginner's resume is simple, a rich one hard, what lies between ordinary."""
    assert complexity_of(build_profile(resume)) == complexity
