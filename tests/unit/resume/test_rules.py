"""Rules of a resume: each field by its own, all at once."""

from typing import Any

import msgspec
import pytest

from services.resume.model import ResumeContent
from services.resume.rules import check_content
from tests.support.resumes import EXAMPLES, load_example


def fields_of(**values: Any) -> list[str]:
    """Paths that a resume with these values is refused for."""
    content = msgspec.convert({"name": "김개발", **values}, ResumeContent)
    return [violation.field for violation in check_content(content)]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_are_good(path: Any) -> None:
    """The documented resumes are accepted as they are."""
    assert check_content(msgspec.convert(load_example(path), ResumeContent)) == []


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        pytest.param({"name": ""}, ["name"], id="no name"),
        pytest.param({"name": " \t"}, ["name"], id="blank name"),
        pytest.param({"name": "가" * 101}, ["name"], id="long name"),
        pytest.param({"summary": "a\x00b"}, ["summary"], id="NUL"),
        pytest.param({"summary": "a\x9bb"}, ["summary"], id="C1 control"),
        *(
            pytest.param({"summary": f"a{chr(code)}b"}, ["summary"], id=f"U+{code:04X}")
            for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xD800)
        ),
        pytest.param({"technical_skills": {"others": ["ok", "\u2066x"]}}, ["technical_skills.others[1]"], id="isolate"),
        pytest.param({"contact_info": {"blog": "https://a.kr/\u202e"}}, ["contact_info.blog"], id="override in url"),
        pytest.param({"total_experience_months": -1}, ["total_experience_months"], id="negative months"),
        pytest.param({"total_experience_months": 721}, ["total_experience_months"], id="721 months"),
        pytest.param({"contact_info": {"email": "kim"}}, ["contact_info.email"], id="mail without host"),
        pytest.param({"contact_info": {"email": "kim@host"}}, ["contact_info.email"], id="mail without domain"),
        pytest.param({"contact_info": {"email": "a b@c.kr"}}, ["contact_info.email"], id="mail with space"),
        pytest.param({"contact_info": {"github": "github.com/kim"}}, ["contact_info.github"], id="url without scheme"),
        pytest.param({"contact_info": {"links": ["https://a.kr", "ftp://b"]}}, ["contact_info.links[1]"], id="ftp"),
        pytest.param({"contact_info": {"blog": "https://"}}, ["contact_info.blog"], id="url without host"),
        pytest.param({"contact_info": {"blog": "https://a.kr:x/"}}, ["contact_info.blog"], id="url with bad port"),
        pytest.param({"contact_info": {"blog": "javascript:alert(1)"}}, ["contact_info.blog"], id="script"),
        pytest.param({"work_experiences": [{}] * 51}, ["work_experiences"], id="too many jobs"),
        pytest.param(
            {"work_experiences": [{}, {"achievements": ["ok", "가" * 1001]}]},
            ["work_experiences[1].achievements[1]"],
            id="long achievement",
        ),
        pytest.param(
            {"technical_skills": {"others": ["x"] * 101}}, ["technical_skills.others"], id="too many skills of a kind"
        ),
        pytest.param({"sections": [{"title": "가" * 201}]}, ["sections[0].title"], id="long title"),
    ],
)
def test_bad_field_is_named(values: dict[str, Any], fields: list[str]) -> None:
    """What breaks a rule is refused by its path."""
    assert fields_of(**values) == fields


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"total_experience_months": 0}, id="no experience"),
        pytest.param({"total_experience_months": 720}, id="sixty years"),
        pytest.param({"contact_info": {"email": "kim.dev+jobs@sub.example.co.kr"}}, id="long mail"),
        pytest.param({"contact_info": {"email": "김@한국.한국"}}, id="international mail"),
        pytest.param({"contact_info": {"blog": "http://localhost:3000/한글?q=1"}}, id="url with port and Korean"),
        pytest.param({"summary": "한 줄\n두 줄\t표"}, id="line feed and tab"),
        pytest.param({"summary": "\u200eabc\u200f \u061c مرحبا"}, id="marks of direction"),
        pytest.param({"name": "가" * 100}, id="longest name"),
        pytest.param({"contact_info": {}}, id="empty contact"),
    ],
)
def test_good_field_passes(values: dict[str, Any]) -> None:
    """What people write is accepted up to the limit."""
    assert fields_of(**values) == []


def test_everything_wrong_is_named_at_once() -> None:
    """All offending fields come back together, in the order of the contract."""
    fields = fields_of(name="", total_experience_months=721, contact_info={"email": "x", "github": "y"})

    assert fields == ["name", "contact_info.email", "contact_info.github", "total_experience_months"]
