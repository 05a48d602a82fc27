"""The prompt for a question set and how its answer is taken."""

import json
import random
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # ships no types

from services.interview.local_writer import write_questions
from services.interview.model import DIFFICULTIES, TYPES
from services.interview.task import load_task
from shared.generation.model import CATEGORIES, Subject
from shared.resume_profile.profile import build_profile
from tests.support.resumes import load_example


def subject_of(language: Any) -> Subject:
    """The documented backend resume."""
    return Subject(build_profile(load_example()), language)


@pytest.mark.parametrize(("language", "name"), [("ko", "한국어"), ("en", "English")])
def test_the_prompt_says_what_is_wanted_and_holds_no_personal_data(language: str, name: str) -> None:
    """Counts, language, strategy and the masked resume are in it; name, mail and phone are not."""
    task = load_task()

    prompt = task.prompt(subject_of(language))

    assert "초급 1개, 중급 3개, 고급 1개" in prompt.user
    assert f"작성 언어: {name}" in prompt.user
    assert "Redis 캐싱으로 API 응답 속도 50% 개선" in prompt.user
    assert all(word in prompt.system for word in (*TYPES, *CATEGORIES, *DIFFICULTIES))
    assert not any(secret in prompt.system + prompt.user for secret in ("김개발", "kim.dev", "010-1234-5678", "kimdev"))
    assert prompt.version == "questions/1"


def test_the_schema_is_strict_and_describes_what_is_written() -> None:
    """Every property is required and nothing else allowed; a set of the local writer is valid by it and is accepted."""
    task, subject = load_task(), subject_of("ko")
    schema = task.prompt(subject).schema

    answer = write_questions(subject, random.Random(3))

    Draft202012Validator.check_schema(schema)
    assert list(Draft202012Validator(schema).iter_errors(answer)) == []
    item = schema["properties"]["questions"]["items"]
    assert item["required"] == list(item["properties"])
    assert (item["properties"]["type"]["enum"], item["properties"]["category"]["enum"]) == (
        list(TYPES),
        list(CATEGORIES),
    )
    assert list(answer["questions"][0]) == item["required"]
    assert task.check(task.read(json.dumps(answer)), subject) == ()
