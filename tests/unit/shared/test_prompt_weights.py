"""Which prompt versions are active, by settings."""

import pytest

from services.interview.adapters.mongo import mongo_question_sets
from services.interview.local_writer import write_questions
from services.interview.task import load_tasks
from services.interview.use_cases import assemble_set
from shared.config import SettingsInvalid, load_settings
from shared.generation.composition import Parts, choose_tasks

TASKS = load_tasks()
PARTS = Parts("interview", TASKS, assemble_set, mongo_question_sets, lambda _set: 5, write_questions)


@pytest.mark.parametrize(
    ("text", "shares"),
    [
        pytest.param("", {max(TASKS): 1.0}, id="unset-is-the-newest"),
        pytest.param("questions/1=1,questions/2=3", {"questions/1": 0.25, "questions/2": 0.75}, id="two"),
        pytest.param(" questions/1 = 0.5 , questions/2 = 0.5 ,", {"questions/1": 0.5, "questions/2": 0.5}, id="blanks"),
        pytest.param("questions/1", {"questions/1": 1.0}, id="one-without-weight"),
        pytest.param("questions/1=0,questions/2", {"questions/2": 1.0}, id="one-resting"),
    ],
)
def test_the_settings_choose_the_versions(text: str, shares: dict[str, float]) -> None:
    """With their weights; without any the newest version writes everything."""
    chosen = choose_tasks(load_settings({"INTERVIEW_PROMPTS": text}), PARTS)

    assert chosen.shares() == shares


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("questions/1=-1", "INTERVIEW_PROMPTS.*greater than or equal to 0", id="negative"),
        pytest.param("questions/1=much", "INTERVIEW_PROMPTS.*valid number", id="no-number"),
        pytest.param("questions/1=nan", "INTERVIEW_PROMPTS", id="not-a-number"),
        pytest.param("questions/1=0", "INTERVIEW_PROMPTS: .*one of them above", id="nobody-left"),
        pytest.param(
            "questions/99", "INTERVIEW_PROMPTS: there is no version questions/99; there are questions/1", id="unknown"
        ),
    ],
)
def test_a_mistake_names_the_variable(text: str, words: str) -> None:
    """A service does not start with versions that it does not have, or weights that are none."""
    with pytest.raises(SettingsInvalid, match=words):
        choose_tasks(load_settings({"INTERVIEW_PROMPTS": text}), PARTS)
