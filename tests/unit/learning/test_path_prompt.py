"""The prompt for learning paths."""

from pathlib import Path
from typing import Any

import pytest

import services.learning
from services.learning.model import PRIORITIES, RESOURCE_KINDS, STEP_TYPES
from services.learning.suggestions import suggest_titles
from shared.generation.model import CATEGORIES, Language
from shared.generation.prompts import fence_json, load_template
from shared.llm.messages import Prompt
from tests.support.resumes import example
from tests.unit.learning.paths import subject_of

TEMPLATE = load_template(Path(services.learning.__path__[0]) / "prompts" / "learning_path.v1.yaml")


def _prompt(language: Language = "ko") -> Prompt:
    subject = subject_of(example("backend-36m"), language)
    return TEMPLATE.render(subject, catalogue=fence_json(suggest_titles(subject)))


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
    assert prompt.version == "learning_path/1"


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
