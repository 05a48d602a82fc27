"""Reading what models write."""

from typing import Any

import pytest

from shared.generation.reading import (
    MAX_CHARACTERS,
    read_category,
    read_json_object,
    read_object,
    read_objects,
    read_text,
    read_texts,
)
from shared.llm.errors import AnswerMalformed


@pytest.mark.parametrize(
    "text",
    [
        '{"a": {"b": "값 } {"}}',
        '```json\n{"a": {"b": "값 } {"}}\n```',
        '다음은 결과입니다 {요약}:\n{"a": {"b": "값 } {"}}\n감사합니다.',
        '<think>{"draft": 1}</think>{"a": {"b": "값 } {"}}',
        '\ufeff  {"a": {"b": "값 } {"}}',
    ],
    ids=["plain", "fenced", "remarks", "thinking", "byte order mark"],
)
def test_the_object_is_found_in_what_stands_around_it(text: str) -> None:
    """Fences, remarks and thinking do not hide the answer."""
    answer = text

    value = read_json_object(answer)

    assert value == {"a": {"b": "값 } {"}}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "죄송합니다. 도와드릴 수 없습니다.",
        '{"a": 1',
        "[1, 2]",
        '[{"a": 1}]',
        '{"a": NaN}',
        '{"a": ' + "9" * 5000 + "}",
        '{"a":' * 100_00,
        '{"a":' + "[" * 5000 + "]" * 5000 + "}",
        "{" * 1000,
        '{"a": "' + "x" * MAX_CHARACTERS + '"}',
        r'{"a": ["\ud800"]}',
    ],
    ids=[
        "empty",
        "refusal",
        "cut",
        "list",
        "list of objects",
        "nan",
        "number",
        "deep",
        "deep list",
        "braces",
        "huge",
        "half a character",
    ],
)
def test_anything_else_is_malformed(text: str) -> None:
    """No answer makes the reader fail in a way of its own."""
    answer = text

    with pytest.raises(AnswerMalformed):
        read_json_object(answer)


@pytest.mark.parametrize(
    ("word", "category"),
    [
        ("tech", "기술"),
        ("Technical", "기술"),
        (" 문제 해결 ", "문제해결"),
        ("personality", "인성"),
        ("기타", "기타"),
        ("", ""),
    ],
)
def test_words_for_categories_are_mapped(word: str, category: str) -> None:
    """English and lower-case words mean ours; what means none stays, for the check to name."""
    given = word

    read = read_category(given)

    assert read == category


def test_fields_are_read_by_their_shape() -> None:
    """Texts are trimmed, numbers become text, missing is empty, one text is a list of one."""
    item: dict[str, Any] = {
        "a": " x ",
        "b": 3,
        "c": None,
        "list": ["x", " ", "y "],
        "one": "z",
        "objects": [{}],
        "o": {"k": 1},
    }

    texts = [read_text(item, key) for key in ("a", "b", "c", "missing")]

    assert texts == ["x", "3", "", ""]
    assert read_texts(item, "list") == ("x", "y")
    assert read_texts(item, "one") == ("z",)
    assert read_texts(item, "missing") == ()
    assert read_objects(item, "objects") == ({},)
    assert read_object(item, "o") == {"k": 1}


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (read_text, []),
        (read_text, True),
        (read_texts, {"a": 1}),
        (read_texts, ["a", 1]),
        (read_objects, None),
        (read_objects, [1]),
        (read_objects, {}),
        (read_object, None),
        (read_object, []),
    ],
)
def test_fields_of_another_shape_are_malformed(read: Any, value: Any) -> None:
    """A field that is something else is a malformed answer, not a crash."""
    item = {"key": value}

    with pytest.raises(AnswerMalformed):
        read(item, "key")
