"""What is whole of a JSON object that was cut or damaged."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.llm.partial_json import MAX_CHARACTERS, MAX_DEPTH, read_partial_object

NUMBERS = st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False)
SCALARS = st.none() | st.booleans() | NUMBERS | st.text(max_size=12)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)
OBJECTS = st.dictionaries(st.text(max_size=5), VALUES, max_size=5)
AROUND = st.sampled_from(["", "```json\n", "결과 {요약}:\n", '<think>{"draft": }</think> '])


def is_there(value: object, text: str, room: int) -> bool:
    """Whether the first `room` characters hold the value; a number ends only where another character follows."""
    open_ended = isinstance(value, int | float) and not isinstance(value, bool)
    return len(text) + open_ended <= room


def whole_entries(entries: list[Any], room: int, *, ascii_only: bool) -> list[Any]:
    """The entries of a list of whose text there are `room` characters."""
    whole, at = [], 1
    for entry in entries:
        text = json.dumps(entry, ensure_ascii=ascii_only)
        if not is_there(entry, text, room - at):
            break
        whole.append(entry)
        at += len(text) + 2
    return whole


def whole_members(members: dict[str, Any], room: int, *, ascii_only: bool) -> dict[str, Any]:
    """The members of an object of whose text there are `room` characters, and what is whole within the last."""
    whole: dict[str, Any] = {}
    at = 1
    for name, value in members.items():
        at += len(json.dumps(name, ensure_ascii=ascii_only)) + 2
        text = json.dumps(value, ensure_ascii=ascii_only)
        if not is_there(value, text, room - at):
            inner: Any = None
            if isinstance(value, dict):
                inner = whole_members(value, room - at, ascii_only=ascii_only)
            elif isinstance(value, list):
                inner = whole_entries(value, room - at, ascii_only=ascii_only)
            return whole | ({name: inner} if inner else {})
        whole[name] = value
        at += len(text) + 2
    return whole


@given(members=OBJECTS, share=st.floats(0, 1), ascii_only=st.booleans(), before=AROUND)
def test_a_cut_loses_nothing_that_was_whole_and_changes_nothing(
    members: dict[str, Any], share: float, ascii_only: bool, before: str
) -> None:
    """Wherever an object is cut, exactly its complete members and entries are there, each as it was."""
    text = json.dumps(members, ensure_ascii=ascii_only)
    room = round(share * len(text))

    found = read_partial_object(before + text[:room])

    expected = whole_members(members, room, ascii_only=ascii_only)
    assert (found or {}) == expected
    assert json.dumps(found or {}) == json.dumps(expected)


@given(
    values=st.lists(SCALARS, max_size=5), share=st.floats(0, 1), damage=st.text('"{}[],:\\ x1', min_size=1, max_size=3)
)
def test_damage_takes_nothing_from_the_entries_before_it(values: list[Any], share: float, damage: str) -> None:
    """The entries of a list stay what they were when something is put in behind them."""
    whole = {"list": [[value] for value in values]}
    text = json.dumps(whole)
    place = round(share * len(text))

    found = read_partial_object(text[:place] + damage + text[place:]) or {}

    before = whole_members(whole, place, ascii_only=True).get("list", [])
    assert not before or found["list"][: len(before)] == before


@given(text=st.text() | st.text('"{}[],:\\ tfn1-.eu'))
def test_any_text_can_be_read(text: str) -> None:
    """Nothing makes the reader raise, and what it finds is JSON."""
    found = read_partial_object(text)

    assert found is None or json.loads(json.dumps(found, allow_nan=False)) == found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1, "b": 12', {"a": 1}),
        ('{"a": 1, "b": 12 ', {"a": 1, "b": 12}),
        ('{"a": 1, "b": 12.', {"a": 1}),
        ('{"a": 1, "b": 1e', {"a": 1}),
        ('{"a": 1, "b": tru', {"a": 1}),
        ('{"a": 1, "b": true', {"a": 1, "b": True}),
        ('{"a": 1, "b": "x\\', {"a": 1}),
        ('{"a": 1, "b": "\\ud83d\\ude', {"a": 1}),
        ('{"a": 1, "b": "\\ud83d"}', {"a": 1}),
        ('{"a": 1, "b": "가\ud83d', {"a": 1}),
        ('{"a": [1, 2, 3], "b": {"c": [{"d": 1}, {"d": 2, "e": "', {"a": [1, 2, 3], "b": {"c": [{"d": 1}]}}),
        ('{"a": {"b": {}, "c": [', {"a": {"b": {}}}),
        ('{"list": ["one", "two"', {"list": ["one", "two"]}),
    ],
    ids=[
        "a number at the very end",
        "a number before a blank",
        "a point",
        "an exponent",
        "a part of a word",
        "a word",
        "in an escape",
        "in a pair of escapes",
        "half a character",
        "half a character as it is",
        "in a list of a member",
        "nothing whole in a list",
        "behind a text",
    ],
)
def test_a_value_that_may_not_be_whole_is_left_out(text: str, expected: dict[str, Any]) -> None:
    """No value is guessed or shortened at the place where a text ends."""
    found = read_partial_object(text)

    assert found == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"list": [{"a": 1}, oops {"a": 2}], "b": 1}', {"list": [{"a": 1}]}),
        ('{"list": [{"a": 1} {"a": 2}]}', {"list": [{"a": 1}]}),
        ('{"list": [{"a": 1}, {"a": 2,}, {"a": 3}]}', {"list": [{"a": 1}]}),
        ('{"list": [{"a": 1}, {"a": 2},], "b": 1,}', {"list": [{"a": 1}, {"a": 2}], "b": 1}),
        ('{"a": 1, "b": "He said "yes", and left", "c": 1}', {"a": 1}),
        ('{"a": 1, "b": "He said ", and left", "c": 1}', {"a": 1}),
        ('{"list": ["one", "He said ", and left"]}', {"list": ["one"]}),
        ('{"a": 1, "b": NaN}', {"a": 1}),
        ('{"a": 1, "b": 1e999}', {"a": 1}),
        ('{"a": 1, "b": ' + "9" * 5000 + "}", {"a": 1}),
        ('{"a": 1, "b": ' + "[" * 5000 + "]" * 5000 + "}", {"a": 1}),
        ('{"a": 1, "b": ' + '{"b": ' * 5000, {"a": 1}),
        ('{"list": [{"a": 1}, ' + '{"a": ' * MAX_DEPTH + "1" + "}" * MAX_DEPTH + "]}", {"list": [{"a": 1}]}),
        ('{"a": 1, "b": "' + "x" * MAX_CHARACTERS + '"}', {"a": 1}),
    ],
    ids=[
        "a remark",
        "no comma",
        "a bad entry",
        "commas at the end",
        "quotation marks",
        "a quotation mark",
        "a quotation mark in a list",
        "not a number",
        "infinite",
        "digits",
        "deep list",
        "deep object",
        "deep entry",
        "long",
    ],
)
def test_what_stood_whole_before_a_damage_is_there(text: str, expected: dict[str, Any]) -> None:
    """Nothing is read behind it; a text that it may have shortened is not taken for whole."""
    found = read_partial_object(text)

    assert found == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", None),
        ("죄송합니다. 도와드릴 수 없습니다.", None),
        ("{", {}),
        ('{"questions": [{"topic": "a", "quest', {}),
        ('{ 한 번에 {"a": 1, "b": "x', {"a": 1}),
        ('<think>{"list": [{"a": 1, ...}]}</think>\n{"list": [{"a": 2}, {"a', {"list": [{"a": 2}]}),
        ('<think>{"draft": 1}</think>{"list": [{"a": 2}, {"a', {"list": [{"a": 2}]}),
        ('```json\n{"a": 1}\n```\n끝 {', {"a": 1}),
        ("{" * 1000, None),
    ],
    ids=["empty", "refusal", "brace", "open entry", "remark", "sketch", "draft", "fence", "braces"],
)
def test_the_object_is_found_in_what_stands_around_it(text: str, expected: dict[str, Any] | None) -> None:
    """Remarks and drafts do not hide the answer, and a part of an entry is not taken for one."""
    found = read_partial_object(text)

    assert found == expected
