"""Documents are held against the published schema, whose words the refusals use."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.resume.errors import InvalidJsonResume
from services.resume.json_resume.document import MAX_DEPTH, MAX_DOCUMENT_BYTES, check_text, read_document
from services.resume.json_resume.form import check_form
from services.resume.json_resume.intake import take_over
from tests.unit.resume.json_resumes import ANYTHING, DATES, EXAMPLE, documents, is_valid

_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


def encode(document: Any) -> bytes:
    """A document as a client sends it."""
    return json.dumps(document, ensure_ascii=False).encode()


def faults_of(document: Any) -> dict[str, str]:
    """Places that a document is refused for, each with the rule."""
    _, violations = take_over(read_document(encode(document)))
    return {violation.field: violation.description for violation in violations}


def replace_at(value: Any, path: list[Any], other: Any) -> Any:
    """A document with another value at a place."""
    if not path:
        return other
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replace_at(copy[path[0]], path[1:], other)
    return copy


def places_in(value: Any) -> list[list[Any]]:
    """Paths of all values below the whole."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [[step, *rest] for step, inner in items for rest in ([], *places_in(inner))]


PLACES = places_in(json.loads(EXAMPLE.read_text("utf-8")))


@pytest.mark.parametrize("version", ["1.0.0", "1.3.1"])
def test_what_the_schema_allows_has_the_form(version: str) -> None:
    """No document that is valid under a published schema is refused for its form."""

    @settings(max_examples=40, deadline=None, suppress_health_check=_SLOW)
    @given(documents(version))
    def allowed(document: dict[str, Any]) -> None:
        assert is_valid(document, version)
        assert list(check_form(read_document(encode(document)))) == []

    allowed()


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(PLACES), ANYTHING | DATES)
def test_the_form_is_the_schema(place: list[Any], other: Any) -> None:
    """With anything in the place of anything, a document is refused exactly when neither schema allows it."""
    document = replace_at(json.loads(EXAMPLE.read_text("utf-8")), place, other)

    refused = any(check_form(read_document(encode(document))))

    assert refused is not (is_valid(document, "1.0.0") or is_valid(document, "1.3.1"))


@pytest.mark.parametrize(
    ("data", "description"),
    [
        pytest.param(b"", "is required", id="empty"),
        pytest.param(b" \n", "is required", id="blank"),
        pytest.param(b'{"basics": ', "must be JSON; it is not at line 1, column 12", id="unfinished"),
        pytest.param(b'{"a": 1,}', "must be JSON; it is not at line 1, column 9", id="trailing-comma"),
        pytest.param(b'{"a": 1} x', "must be JSON; it is not at line 1, column 10", id="more-behind"),
        pytest.param(b'{"a": "\n"}', "must be JSON; it is not at line 1, column 8", id="raw-line-feed"),
        pytest.param(b"[]", "must be a JSON object", id="list"),
        pytest.param(b"null", "must be a JSON object", id="null"),
        pytest.param(b'"text"', "must be a JSON object", id="text"),
        pytest.param(b'{"a": NaN}', "must be JSON, which has neither NaN nor Infinity", id="nan"),
        pytest.param(b'{"a": [-Infinity]}', "must be JSON, which has neither NaN nor Infinity", id="infinity"),
        pytest.param(b'{"a": "\xff"}', "must be encoded in UTF-8", id="latin-1"),
        pytest.param('{"a": 1}'.encode("utf-16"), "must be encoded in UTF-8", id="utf-16"),
        pytest.param(b"[" * 90_000, f"must be at most {MAX_DEPTH} levels deep", id="endless-depth"),
        pytest.param(b" " * MAX_DOCUMENT_BYTES + b"{}", f"must have at most {MAX_DOCUMENT_BYTES} bytes", id="large"),
    ],
)
def test_what_is_no_document_is_refused(data: bytes, description: str) -> None:
    """With what is wrong and where, and never with what stands there."""
    with pytest.raises(InvalidJsonResume) as caught:
        read_document(data)

    (violation,) = caught.value.violations
    assert (violation.field, violation.description) == ("document", description)


def test_the_largest_document_and_a_byte_order_mark_are_read() -> None:
    """The limit belongs to what is allowed; the mark is left out of what is kept."""
    data = b"\xef\xbb\xbf" + b"{}".ljust(MAX_DOCUMENT_BYTES - 3)

    document = read_document(data)

    assert (document.text, document.members) == (data[3:].decode(), {})


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        pytest.param('{"a": 1, "a": 2}', {"a": "must be given once"}, id="top"),
        pytest.param('{"work": [{}, {"name": "", "name": ""}]}', {"work[1].name": "must be given once"}, id="entry"),
        pytest.param('{"x": {"y": [{"z": 1, "z": 1}]}}', {"x.y[0].z": "must be given once"}, id="unknown"),
        pytest.param('{"김 010-1234-5678": 1, "김 010-1234-5678": 1}', {"…": "must be given once"}, id="private-name"),
        pytest.param(r'{"a": "\ud83d"}', {"a": "must not hold half of a surrogate pair"}, id="half-pair"),
        pytest.param(r'{"\ude00": 1}', {"…": "must have a name without half of a surrogate pair"}, id="half-name"),
        pytest.param(r'{"a": ["", "x\u0000"]}', {"a[1]": "must not hold control characters"}, id="nul"),
        pytest.param(
            r'{"work": [{"summary": "\u202egnp.exe"}]}',
            {"work[0].summary": "must not hold bidirectional control characters (U+202A to U+202E, U+2066 to U+2069)"},
            id="override",
        ),
        pytest.param(r'{"a": "\ud83d\ude00 a\tb\r\n\u200e\u061c"}', {}, id="pair-and-marks"),
        pytest.param('{"a": ' + "9" * 6_000 + ', "b": 1e999, "c": -0.10}', {}, id="any-number"),
        pytest.param('{"a": ' + "[" * 99 + "]" * 99 + "}", {}, id="deepest"),
        pytest.param(
            '{"a": ' + "[" * 101 + "]" * 101 + "}", {f"a{'[0]' * 7}…": "must be at most 100 levels deep"}, id="too-deep"
        ),
    ],
)
def test_text_is_checked_wherever_it_stands(text: str, faults: dict[str, str]) -> None:
    """In members of the schema and in any other, in names and in values."""
    document = read_document(text.encode())

    violations = check_text(document)

    assert {violation.field: violation.description for violation in violations} == faults


DATE_RULE = "must be a date such as 2024, 2024-05 or 2024-05-31"


def test_everything_wrong_is_named_at_once_in_the_words_of_json_resume() -> None:
    """Form, limits and addresses of places are the document's; what is wrong is said once of a place."""
    document = {
        "basics": {"email": None, "summary": "가" * 5_001, "total_experience_months": 721},
        "work": [
            {"highlights": ["ok", "가" * 1_001]},
            {"startDate": "2024-5", "endDate": 2024, "highlights": "one"},
            {"startDate": "2024/05", "summary": "나" * 3_000, "description": "나" * 3_000},
        ],
        "skills": {"name": "Java"},
        "awards": [{"title": "가" * 501}],
        "volunteer": [{"position": "나" * 501}],
        "references": [{"name": 5}],
    }

    faults = faults_of(document)

    assert faults == {
        "basics.email": "must be text",
        "work[1].startDate": DATE_RULE,
        "work[1].endDate": DATE_RULE,
        "work[1].highlights": "must be a list",
        "work[2].startDate": DATE_RULE,
        "skills": "must be a list",
        "references[0].name": "must be text",
        "basics.name": "is required",
        "basics.summary": "must have at most 5000 characters",
        "work[0].highlights[1]": "must have at most 1000 characters",
        "work[2].description, work[2].summary": "must have at most 5000 characters",
        "basics.total_experience_months": "must be 0 to 720",
        "volunteer[0].position": "must have at most 500 characters",
        "awards[0].title": "must have at most 500 characters",
    }


@pytest.mark.parametrize(
    ("name", "description"),
    [
        pytest.param(5, "must be text", id="number"),
        pytest.param("a\x00", "must not hold control characters", id="nul"),
        pytest.param(" ", "is required", id="blank"),
    ],
)
def test_a_place_is_named_once(name: object, description: str) -> None:
    """By the first rule that it breaks: the form, then what no text may hold, then the limits of the field."""
    _, violations = take_over(read_document(json.dumps({"basics": {"name": name}}).encode()))

    assert [(violation.field, violation.description) for violation in violations] == [("basics.name", description)]


@pytest.mark.parametrize(
    ("members", "place", "description"),
    [
        pytest.param({"work": [{}] * 51}, "work", "must have at most 50 entries", id="work"),
        pytest.param(
            {"volunteer": [{}] * 30, "awards": [{}] * 21},
            "volunteer, awards",
            "must have at most 50 entries",
            id="both",
        ),
        pytest.param(
            {"skills": [{"name": "a", "keywords": ["b"] * 100}]}, "skills", "must have at most 100 entries", id="skills"
        ),
        pytest.param(
            {"skills": [{"name": "Tools", "keywords": ["a", "b" * 101]}]},
            "skills[0].keywords[1]",
            "must have at most 100 characters",
            id="skill",
        ),
        pytest.param(
            {"basics": {"profiles": [{"url": f"https://a.kr/{n}"} for n in range(51)], "name": "n"}},
            "basics.profiles",
            "must have at most 50 entries",
            id="profiles",
        ),
        pytest.param(
            {"basics": {"location": {"address": "a" * 400, "city": "b" * 100}, "name": "n"}},
            "basics.location.address, basics.location.city",
            "must have at most 500 characters",
            id="address",
        ),
        pytest.param({"skills": [{}] * 1_001}, "skills", "must have at most 1000 entries", id="empty-skills"),
        pytest.param(
            {"basics": {"profiles": [{}] * 1_001, "name": "n"}},
            "basics.profiles",
            "must have at most 1000 entries",
            id="empty-profiles",
        ),
        pytest.param({"work": [{}] * 60_000}, "work", "must have at most 50 entries", id="endless-work"),
        pytest.param(
            {"work": [{"highlights": [""] * 60_000}]},
            "work[0].highlights",
            "must have at most 50 entries",
            id="endless-highlights",
        ),
        pytest.param(
            {"projects": [{}, {"type": "activity"}, {"url": "https://a.kr/" + "a" * 2_048}]},
            "projects[2].url",
            "must have at most 2048 characters",
            id="url",
        ),
        pytest.param(
            {"certificates": [{"score": "a" * 101}]},
            "certificates[0].score",
            "must have at most 100 characters",
            id="further-member",
        ),
    ],
)
def test_limits_of_a_resume_hold(members: dict[str, Any], place: str, description: str) -> None:
    """What a field takes over keeps the limits of that field."""
    faults = faults_of({"basics": {"name": "n"}} | members)

    assert faults == {place: description}
