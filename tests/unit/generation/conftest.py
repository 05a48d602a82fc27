"""What the checks of one text are held against."""

import pytest

from shared.resume_profile.model import ResumeProfile
from shared.resume_profile.profile import build_profile
from tests.support.resumes import load_example


@pytest.fixture(scope="module")
def profile() -> ResumeProfile:
    """The profile of the documented backend resume."""
    return build_profile(load_example())
