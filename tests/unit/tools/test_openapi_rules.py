"""Holds the rules of the OpenAPI documents against the comments of the contracts and the code that enforces them."""

import re
import unicodedata
from typing import Any

import msgspec
import pytest
from google.protobuf.descriptor_pb2 import FieldDescriptorProto

from career.interview.v1 import interview_service_pb2 as interview
from services.learning.durations import parse_duration
from services.resume.model import ContactInfo, ResumeContent
from services.resume.rules import check_content
from shared.generation.errors import InvalidRequest
from shared.generation.mapping import read_day, read_generation_request
from shared.resume_key import check_key
from tools.openapi import rules
from tools.openapi.contracts import Field, load_contracts
from tools.openapi.schemas import Schemas, walk_fields

FIELDS = {field.full_name: field for field in walk_fields(load_contracts())}
TEXTS = {name: field for name, field in FIELDS.items() if field.proto.type == FieldDescriptorProto.TYPE_STRING}

_SUCH_AS = re.compile(r"such as `[^`]+`(?:(?:, | or | and )`[^`]+`)*")
# Fields whose comments quote words that are no values: a form, other fields, what one value of many means.
_NOT_CLOSED = {
    "Attempt.failed_checks",
    "GetUsageRequest.day",
    "GetUsageResponse.day",
    "ImportJsonResumeRequest.unique_key",
    "LearningStep.analysis_point",
    "ListFeedbackRequest.page_token",
    "PromptStats.prompt_version",
    "QuestionSet.prompt_version",
    "LearningPath.prompt_version",
    "Resume.unique_key",
}
_OF_PAGES = re.compile(r"page_token$|\.url$")


def quoted(field: Field) -> list[str]:
    """Words that a comment quotes, without those that are examples or names of fields."""
    words = re.findall(r"`([^`]+)`", _SUCH_AS.sub("", field.comment))
    names = {known.rpartition(".")[2] for known in FIELDS}
    return [word for word in words if word not in names and word != "Attempt.outcome"]


def lists_them(field: Field) -> bool:
    """Whether a comment names every value, and does not point to another field or to nothing."""
    return bool(quoted(field)) and "see `" not in field.comment


def schema_of(full_name: str, *, is_request: bool = True) -> dict[str, Any]:
    """The schema of a field in a request, or in an answer."""
    return Schemas(load_contracts()).of_field(FIELDS[full_name], is_request=is_request)


def numbers(text: str) -> list[int]:
    """Numbers of a text, thousands separated by commas."""
    return [int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*", text)]


def test_every_rule_is_of_a_field() -> None:
    """No rule has outlived its field, and none is misspelt."""
    known = {*rules.VOCABULARIES, *rules.LIMITS, *rules.ALWAYS_SET, *rules.resume_rules()}

    assert known - set(FIELDS) == set()


@pytest.mark.parametrize("name", sorted(rules.VOCABULARIES))
def test_contract_and_code_name_the_same_words(name: str) -> None:
    """Where a comment lists the values of a field, they are those of the code."""
    words = quoted(FIELDS[name])

    values = set(rules.VOCABULARIES[name]) - {""}

    assert values
    assert set(words) == values or (set(words) < values and not lists_them(FIELDS[name]))


def test_every_closed_vocabulary_has_its_enum() -> None:
    """A text whose comment lists its values has them as an enum in requests and answers."""
    closed = {
        name
        for name, field in TEXTS.items()
        if quoted(field) and ".".join(name.split(".")[-2:]) not in _NOT_CLOSED and not _OF_PAGES.search(name)
    }

    without = {name for name in closed if "enum" not in schema_of(name).get("items", schema_of(name))}

    assert "career.interview.v1.Question.category" in closed
    assert without == set()


def test_lengths_in_comments_are_those_of_the_schemas() -> None:
    """`at most N characters` and `N to M characters` of a field's own comment are its limits."""
    checked = 0
    for name, field in TEXTS.items():
        schema = schema_of(name).get("items", schema_of(name))
        if found := re.search(r"([\d,]+) to ([\d,]+) characters", field.comment):
            checked += 1
            assert [schema["minLength"], schema["maxLength"]] == numbers(found[0]), name
        elif found := re.search(r"at most ([\d,]+) characters", field.comment):
            checked += 1
            assert [schema["maxLength"]] == numbers(found[0]), name

    assert checked > 20


def test_ranges_in_comments_are_those_of_the_schemas() -> None:
    """Numbers that a comment allows, such as `1 to 80` or `From 1 ... to 5`, are the bounds of the schema."""
    checked = 0
    for name, field in FIELDS.items():
        if field.proto.type in (FieldDescriptorProto.TYPE_INT32, FieldDescriptorProto.TYPE_DOUBLE):
            found = re.search(r"(?:^|, )(?:[Ff]rom )?(\d+)(?: \([^)]*\))? to (\d+)(?=[ ,.])", field.comment)
            if found:
                checked += 1
                schema = schema_of(name, is_request=False)
                assert [schema["minimum"], schema["maximum"]] == [int(found[1]), int(found[2])], name

    assert checked >= 8


@pytest.mark.parametrize("struct_field", sorted(ResumeContent.__struct_fields__))
def test_every_part_of_a_resume_has_its_rule(struct_field: str) -> None:
    """Each text, number and list of the resume's model has its limit in the documents; parts have it in theirs."""
    full_name = f"career.resume.v1.Resume.{struct_field}"

    schema = schema_of(full_name)

    assert {"maxLength", "maximum", "maxItems", "$ref"} & set(schema)


@pytest.mark.parametrize(
    "character", [chr(code) for code in range(0x80)], ids=lambda character: f"{ord(character):02x}"
)
def test_keys_of_ascii_are_allowed_alike(character: str) -> None:
    """The pattern of keys allows exactly the characters that the service does; beyond ASCII it allows them all."""
    assert bool(re.search(rules.KEY_PATTERN, f"a{character}b")) == (check_key(f"a{character}b") == [])


@pytest.mark.parametrize(
    "key", ["docs", "health", "openapi.json", "usage", "prompt-stats", ".", "..", "", "김-1", "docs1"]
)
def test_reserved_keys_are_refused_alike(key: str) -> None:
    """The pattern refuses what the service reserves, and no more."""
    assert bool(re.search(rules.KEY_PATTERN, key)) == (check_key(key) == [])


@pytest.mark.parametrize("name", ["", "a", "Gemini", "my_llm-2", "x" * 32, "x" * 33, "a b", "é", "a.b"])
def test_names_of_providers_are_allowed_alike(name: str) -> None:
    """The pattern of providers is what the services read."""
    allowed = True
    try:
        read_generation_request(interview.GenerateQuestionsRequest(unique_key="kim", provider=name))
    except InvalidRequest:
        allowed = False

    assert bool(re.search(rules.PROVIDER_PATTERN, name)) == allowed


@pytest.mark.parametrize("text", ["10일", "3주", "2개월", "26주", "0일", "1년", "3", "약 3주", "03주"])
def test_durations_are_allowed_alike(text: str) -> None:
    """The pattern of durations is the closed form."""
    assert bool(re.search(rules.DURATION_PATTERN, text)) == (parse_duration(text) is not None)


@pytest.mark.parametrize("text", ["", "2026-11-20", "20261120", "2026-W47-5", "today"])
def test_days_are_allowed_alike(text: str) -> None:
    """The pattern of days has the form that the services read."""
    allowed = True
    try:
        read_day(text)
    except InvalidRequest:
        allowed = False

    assert bool(re.search(rules.DAY_PATTERN, text)) == allowed


@pytest.mark.parametrize(
    ("field", "value"),
    [
        pytest.param("email", "kim.dev@example.com", id="mail"),
        pytest.param("email", "김@예시.한국", id="a mail address in Hangul"),
        pytest.param("email", "no mail", id="no mail"),
        pytest.param("email", "a@b", id="a mail address without a dot"),
        pytest.param("website", "HTTPS://예시.한국/경로?a=b#c", id="an address in Hangul"),
        pytest.param("website", "http://localhost:8080", id="an address with a port"),
        pytest.param("website", "ftp://example.com", id="another scheme"),
        pytest.param("website", "https://", id="no host"),
        pytest.param("website", "", id="nothing"),
    ],
)
def test_mail_and_addresses_are_allowed_alike(field: str, value: str) -> None:
    """The patterns of mail and of addresses of pages allow what the service allows."""
    content = ResumeContent(name="김", contact_info=msgspec.convert({field: value}, ContactInfo))
    pattern = schema_of(f"career.resume.v1.ContactInfo.{field}")["pattern"]

    assert bool(re.search(pattern, value)) == (check_content(content) == [])


@pytest.mark.parametrize(
    "pattern", [rules.KEY_PATTERN, rules.PROVIDER_PATTERN, rules.DAY_PATTERN, rules.DURATION_PATTERN]
)
def test_patterns_mean_the_same_to_every_engine(pattern: str) -> None:
    """No shorthand that one engine reads as ASCII and another as Unicode."""
    assert not re.search(r"\\[wWdDbB]|\\p\{", pattern)
    assert unicodedata.is_normalized("NFC", pattern)
