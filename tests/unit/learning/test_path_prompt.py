"""The prompt for learning paths."""

from pathlib import Path
from typing import Any

import pytest

import services.learning
from services.learning.model import PRIORITIES, RESOURCE_KINDS, STEP_TYPES
from services.learning.task import TEMPLATE as CURRENT
from services.learning.task import load_task
from shared.generation.model import CATEGORIES, Language, Subject
from shared.generation.prompts import load_template
from shared.llm.messages import Prompt
from tests.support.resumes import example
from tests.unit.learning.paths import subject_of

PROMPTS = Path(services.learning.__path__[0]) / "prompts"
TEMPLATE = load_template(CURRENT)


def _prompt(language: Language = "ko", weekly_hours: int | None = None) -> Prompt:
    profile = subject_of(example("backend-36m")).profile
    return load_task().prompt(Subject(profile, language, weekly_hours=weekly_hours))


def _objects(schema: Any) -> list[dict[str, Any]]:
    """Every object of a schema, nested ones included."""
    if not isinstance(schema, dict):
        return []
    own = [schema] if schema.get("type") == "object" else []
    return own + [found for part in schema.values() for found in _objects(part)]


def test_a_prompt_holds_the_resume_and_what_to_choose_from() -> None:
    """The user text has the masked resume, the level and titles of the catalogue; nothing is left unfilled."""
    prompt = _prompt()

    assert all(part in prompt.user for part in ("Redis 캐싱으로 API 응답 속도 50% 개선", "36개월", "Redis 공식 문서"))
    assert "${" not in prompt.system + prompt.user
    assert prompt.version == "learning_path/2"


@pytest.mark.parametrize("leak", ["김개발", "kim.dev@example.com", "010-1234-5678", "github.com/kimdev"])
def test_a_prompt_holds_no_personal_data(leak: str) -> None:
    """What identifies the candidate never reaches a vendor."""
    prompt = _prompt()

    assert leak not in prompt.system + prompt.user


@pytest.mark.parametrize(("language", "named"), [("ko", "한국어"), ("en", "English")], ids=["ko", "en"])
def test_a_prompt_names_the_language_of_the_answer(language: Language, named: str) -> None:
    """Both texts say in which language to write."""
    prompt = _prompt(language)

    assert f"summary는 {named}로" in prompt.system
    assert f"답의 언어: {named}" in prompt.user


def test_the_schema_is_of_the_subset_that_all_vendors_take() -> None:
    """Every object requires all of its properties and allows no others."""
    objects = _objects(dict(TEMPLATE.schema))

    assert len(objects) == 6
    assert all(part["required"] == list(part["properties"]) for part in objects)
    assert all(part["additionalProperties"] is False for part in objects)


def test_the_schema_has_our_closed_lists() -> None:
    """A model chooses from the very words that the checks know."""
    step = TEMPLATE.schema["properties"]["learning_paths"]["items"]["properties"]

    assert tuple(step["type"]["enum"]) == STEP_TYPES
    assert tuple(step["category"]["enum"]) == CATEGORIES
    assert tuple(step["priority"]["enum"]) == PRIORITIES
    assert tuple(step["resources"]["items"]["properties"]["kind"]["enum"]) == RESOURCE_KINDS


@pytest.mark.parametrize(
    ("weekly_hours", "told"),
    [(None, "하루에서 26주 사이입니다."), (10, "일주일에 10시간입니다."), (1, "일주일에 1시간입니다.")],
    ids=str,
)
def test_a_prompt_says_how_much_time_there_is(weekly_hours: int | None, told: str) -> None:
    """The hours of a week stand beside the rule for durations; without them, only the bounds of every path."""
    prompt = _prompt(weekly_hours=weekly_hours)

    (rule,) = (line for line in prompt.system.splitlines() if line.lstrip().startswith("- estimated_duration"))
    assert told in rule
    assert ("일주일" in rule) == (weekly_hours is not None)


def test_every_version_says_which_it_is() -> None:
    """A file is named by its version, so that a stored path leads to the prompt that wrote it."""
    versions = {file.name: load_template(file).version for file in PROMPTS.glob("*.yaml")}

    assert versions == {"learning_path.v1.yaml": "learning_path/1", "learning_path.v2.yaml": "learning_path/2"}
