"""What of a document becomes which field, and what of our fields which member."""

import json
from datetime import UTC, datetime
from typing import Any, get_args, get_origin, get_type_hints

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.resume.json_resume.document import read_document
from services.resume.json_resume.intake import take_over
from services.resume.json_resume.rendition import write_document
from services.resume.model import Count, Range, Resume, ResumeContent, Text
from services.resume.rules import check_content
from tests.support.resumes import EXAMPLES, load_example
from tests.unit.resume.json_resumes import EXAMPLE, TEXTS, documents, is_valid

MOMENT = datetime(2026, 11, 20, 9, 30, 15, tzinfo=UTC)


def plain(content: ResumeContent) -> dict[str, Any]:
    """Our fields as JSON."""
    values: dict[str, Any] = json.loads(msgspec.json.encode(content))
    return values


def content_of(document: Any) -> dict[str, Any]:
    """What our fields take over of a document, which must be good."""
    content, violations = take_over(read_document(json.dumps(document).encode()))
    assert violations == []
    return plain(content)


def document_of(content: ResumeContent) -> dict[str, Any]:
    """A document made of our fields alone."""
    document: dict[str, Any] = json.loads(write_document(Resume("1", "k", content, MOMENT, MOMENT)))
    return document


def test_every_section_of_a_document_reaches_its_fields() -> None:
    """Work, projects, skills, education, certificates, languages, volunteering, awards and publications."""
    document = json.loads(EXAMPLE.read_text("utf-8"))

    content = content_of(document)

    assert content["contact_info"] == {
        "email": "lee.server@example.com",
        "phone": "010-9876-5432",
        "address": "서울, 마포구, KR",
        "github": "https://github.com/leeserver",
        "blog": "https://velog.io/@leeserver",
        "website": "https://lee.example.com",
    }
    assert (content["name"], content["target_position"]) == ("이서버", "백엔드 개발자")
    assert [work["duration"] for work in content["work_experiences"]] == ["2023-04 ~ 현재", "2021-06-14 ~ 2023-03-31"]
    assert content["work_experiences"][1]["description"] == "간편 결제 서비스\n결제 승인 API의 기능 개발과 운영"
    assert content["technical_skills"] == {
        "programming_languages": ["Java", "Kotlin"],
        "databases": ["PostgreSQL", "Redis"],
        "devops_tools": ["Docker", "GitHub Actions"],
        "others": ["Spring Boot", "Spring Security", "Spring Batch"],
    }
    assert [(a.get("name"), a["organization"], a["duration"]) for a in content["activities"]] == [
        (None, "동네코딩", "2024 ~ 현재"),
        ("사내 해커톤 대상", "모아커머스", "2024-11-08"),
        ("정산 배치를 다시 쓰며", "사내 기술 블로그", "2025-02-10"),
    ]
    assert content["education"][0]["description"] == "운영체제\n데이터베이스"
    assert content["certifications"][0]["date"] == "2020-11-27"
    assert content["languages"][1] == {"name": "영어", "level": "업무 회화"}
    project = content["personal_projects"][0]
    assert (project["role"], project["tech_stack"]) == ("설계, 개발", ["Kotlin", "Kafka"])


def test_what_is_about_others_or_of_no_use_reaches_no_field() -> None:
    """The picture, interests, references and further members are for the export alone."""
    document = {
        "basics": {"name": "n", "image": "MARK", "mood": "MARK", "profiles": [{"network": "X", "username": "MARK"}]},
        "work": [{"name": "w", "url": "https://MARK.kr", "boss": {"name": "MARK"}}],
        "interests": [{"name": "MARK", "keywords": ["MARK"]}],
        "references": [{"name": "MARK", "reference": "MARK"}],
        "skills": [{"name": "Java", "level": "MARK"}],
        "meta": {"canonical": "MARK"},
        "further": ["MARK"],
    }

    content = content_of(document)

    assert "MARK" not in json.dumps(content)
    assert "MARK" in json.dumps(document)


@pytest.mark.parametrize(
    ("profile", "contact"),
    [
        pytest.param({"network": "GitHub", "url": "https://a.kr/k"}, {"github": "https://a.kr/k"}, id="github"),
        pytest.param({"network": " linkedIN "}, {}, id="no-page"),
        pytest.param({"network": "GitHub", "username": "kim"}, {"github": "https://github.com/kim"}, id="username"),
        pytest.param({"network": "GitHub", "username": "k i/m"}, {}, id="no-username"),
        pytest.param({"network": "Twitter", "url": "https://x.kr/k"}, {"links": ["https://x.kr/k"]}, id="other"),
        pytest.param({"url": "https://x.kr/k"}, {"links": ["https://x.kr/k"]}, id="no-network"),
        pytest.param({"network": "GitHub", "url": "mailto:kim@a.kr"}, {}, id="no-address-of-a-page"),
        pytest.param({"network": "GitHub", "url": ""}, {}, id="empty"),
    ],
)
def test_profiles_become_contacts(profile: dict[str, str], contact: dict[str, Any]) -> None:
    """By the name of the network; what names no page stays out."""
    content = content_of({"basics": {"name": "n", "profiles": [profile]}})

    assert content.get("contact_info", {}) == contact


def test_a_second_page_of_a_network_is_a_link() -> None:
    """None is lost, and the first keeps its place."""
    pages = [{"network": "Blog", "url": f"https://a.kr/{number}"} for number in range(3)]

    content = content_of({"basics": {"name": "n", "profiles": pages}})

    assert content["contact_info"] == {"blog": "https://a.kr/0", "links": ["https://a.kr/1", "https://a.kr/2"]}


@pytest.mark.parametrize("member", ["email", "url"])
def test_what_the_schema_allows_and_no_field_takes_is_no_fault(member: str) -> None:
    """An address may be empty or of another scheme: the document keeps it, our fields do not."""
    for value in ("", "nobody at home", "ftp://a.kr"):
        content = content_of({"basics": {"name": "n", member: value}})

        assert content == {"name": "n"}


@pytest.mark.parametrize(
    ("members", "duration"),
    [
        pytest.param({"startDate": "2022-01"}, "2022-01 ~ 현재", id="lasts"),
        pytest.param({"startDate": "2022", "endDate": "2023-02-03"}, "2022 ~ 2023-02-03", id="precisions"),
        pytest.param({"endDate": "2023"}, "~ 2023", id="end-alone"),
        pytest.param({"startDate": "2022-19", "endDate": "2023-00"}, "2022-19 ~ 2023-00", id="no-such-month"),
        pytest.param({"duration": "2년 남짓"}, "2년 남짓", id="written"),
        pytest.param(
            {"startDate": "2022-01", "endDate": "2023-02", "duration": "2022.1 - 2023.2 (14개월)"},
            "2022.1 - 2023.2 (14개월)",
            id="written-the-same",
        ),
        pytest.param(
            {"startDate": "2022-01", "endDate": "2024-02", "duration": "2022.1 - 2023.2"},
            "2022-01 ~ 2024-02",
            id="dates-changed-since",
        ),
        pytest.param({"startDate": "2022-01", "duration": 24}, "2022-01 ~ 현재", id="no-text"),
        pytest.param({}, None, id="none"),
    ],
)
def test_two_dates_become_a_duration(members: dict[str, Any], duration: str | None) -> None:
    """What was written counts while the dates still say the same."""
    content = content_of({"basics": {"name": "n"}, "work": [members]})

    assert content["work_experiences"][0].get("duration") == duration


@pytest.mark.parametrize(
    ("duration", "members"),
    [
        pytest.param("2022-01 ~ 현재", {"startDate": "2022-01"}, id="ours"),
        pytest.param("2022.01 ~ 현재", {"startDate": "2022-01", "duration": "2022.01 ~ 현재"}, id="lasts"),
        pytest.param(
            "2019년 3월~2020년 2월",
            {"startDate": "2019-03", "endDate": "2020-02", "duration": "2019년 3월~2020년 2월"},
            id="korean",
        ),
        pytest.param("2021년 봄학기", {"duration": "2021년 봄학기"}, id="words"),
        pytest.param("2021.10", {"startDate": "2021-10", "endDate": "2021-10", "duration": "2021.10"}, id="moment"),
        pytest.param("", {}, id="none"),
    ],
)
def test_a_duration_becomes_two_dates(duration: str, members: dict[str, str]) -> None:
    """Ongoing work has no `endDate`; what the dates alone would not give back stays beside them."""
    content = msgspec.convert({"name": "n", "work_experiences": [{"duration": duration}]}, ResumeContent)

    document = document_of(content)

    assert document.get("work", [{}]) == [members]


@pytest.mark.parametrize(
    ("date", "members"),
    [
        pytest.param("2020-11-27", {"date": "2020-11-27"}, id="ours"),
        pytest.param("2020.11.27", {"date": "2020-11-27", "written_date": "2020.11.27"}, id="day"),
        pytest.param("2020.11", {"written_date": "2020.11"}, id="month"),
        pytest.param("작년 봄", {"written_date": "작년 봄"}, id="words"),
    ],
)
def test_dates_of_certificates_are_whole_dates(date: str, members: dict[str, str]) -> None:
    """Schema v1.0.0 knows no other; anything else stands beside it."""
    content = msgspec.convert({"name": "n", "certifications": [{"date": date}]}, ResumeContent)

    document = document_of(content)

    assert document["certificates"] == [members]


@pytest.mark.parametrize(
    ("url", "uri"),
    [
        pytest.param("https://a.kr/b?c=%20#d", "https://a.kr/b?c=%20#d", id="as-it-is"),
        pytest.param(
            "http://localhost:3000/한글?q=가", "http://localhost:3000/%ED%95%9C%EA%B8%80?q=%EA%B0%80", id="hangul"
        ),
        pytest.param("HTTPS://한국.한국/", "HTTPS://%ED%95%9C%EA%B5%AD.%ED%95%9C%EA%B5%AD/", id="host"),
        pytest.param("https://a.kr/100%/[1]/{x}|#a#b", "https://a.kr/100%25/%5B1%5D/%7Bx%7D%7C#a%23b", id="signs"),
        pytest.param("http://[::1]:80/", "http://[::1]:80/", id="number"),
    ],
)
def test_addresses_are_uris(url: str, uri: str) -> None:
    """What RFC 3986 does not allow is encoded, and nothing else."""
    content = msgspec.convert({"name": "n", "contact_info": {"website": url}}, ResumeContent)

    document = document_of(content)

    assert document["basics"]["url"] == uri
    assert is_valid(document, "1.0.0", formats=True)


def test_our_fields_stand_where_other_programs_look() -> None:
    """Headings of skills, networks of pages, activities as projects of their type, and months that are zero."""
    values = {
        "name": "n",
        "contact_info": {"github": "https://a.kr/g", "links": ["https://a.kr/l"], "address": "서울"},
        "technical_skills": {"programming_languages": ["Java"], "tools": ["Jira"]},
        "activities": [{"name": "모임", "organization": "단체", "role": "발표"}],
        "total_experience_months": 0,
    }

    document = document_of(msgspec.convert(values, ResumeContent))

    assert document["basics"] == {
        "name": "n",
        "location": {"address": "서울"},
        "profiles": [{"network": "GitHub", "url": "https://a.kr/g"}, {"url": "https://a.kr/l"}],
        "total_experience_months": 0,
    }
    assert document["skills"] == [
        {"name": "Programming Languages", "keywords": ["Java"]},
        {"name": "Tools", "keywords": ["Jira"]},
    ]
    assert document["projects"] == [{"name": "모임", "roles": ["발표"], "entity": "단체", "type": "activity"}]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_come_back_from_a_document(path: Any) -> None:
    """A resume that was never imported gives a valid document, which gives the resume back."""
    content = msgspec.convert(load_example(path), ResumeContent)

    document = document_of(content)

    assert (is_valid(document, "1.0.0", formats=True), is_valid(document, "1.3.1", formats=True)) == (True, True)
    assert content_of(document) == plain(content)
    assert document["meta"] == {"version": "v1.0.0", "lastModified": "2026-11-20T09:30:15"}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents(name=TEXTS.filter(lambda text: bool(text.strip()))))
def test_what_was_taken_over_of_any_document_gives_a_valid_one(document: dict[str, Any]) -> None:
    """Also of senseless dates and addresses, after the document itself is gone."""
    content, violations = take_over(read_document(json.dumps(document).encode()))

    made = document_of(content)

    assert violations == []
    assert (is_valid(made, "1.0.0", formats=True), is_valid(made, "1.3.1", formats=True)) == (True, True)


def values_of(hint: Any) -> st.SearchStrategy[Any]:
    """Values that keep the rule of a field; a part or list may be missing, and is never empty."""
    if hint is type(None):
        return st.none()
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        fields = {name: values_of(inner) for name, inner in get_type_hints(hint, include_extras=True).items()}
        return st.fixed_dictionaries({"name": fields.pop("name")} if hint is ResumeContent else {}, optional=fields)
    if not hasattr(hint, "__metadata__"):
        return st.one_of(*(values_of(choice) for choice in get_args(hint) if choice is not type(None)))
    inner, rule = get_args(hint)
    if isinstance(rule, Range):
        return st.integers(rule.low, rule.high)
    if isinstance(rule, Count):
        assert get_origin(inner) is tuple
        return st.lists(values_of(get_args(inner)[0]), min_size=1, max_size=2)
    return _texts_of(rule)


def _texts_of(rule: Text) -> st.SearchStrategy[str]:
    if rule.form == "mail":
        return st.sampled_from(["kim@example.com", "김@한국.한국"])
    if rule.form == "url":
        return st.sampled_from(["https://a.kr", "http://b.kr/x?y=1#z", "HTTPS://c.kr/%20"])
    written = st.sampled_from(
        ["2022.01 ~ 현재", "2020-01 ~ 2021-02", "2020-02-03", "봄", "~ 2020", "Tools", "GitHub", "a, b"]
    )
    texts = (TEXTS | written).filter(lambda text: bool(text.strip()))
    return texts.map(lambda text: text[: rule.limit])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(values_of(ResumeContent))
def test_no_field_of_ours_is_lost_in_a_document(values: dict[str, Any]) -> None:
    """Any resume comes back from the document that is made of it, and that document is valid."""
    content = msgspec.convert(values, ResumeContent)

    document = document_of(content)

    expected = {name: value for name, value in plain(content).items() if value not in ({}, [], None)}
    assert check_content(content) == []
    assert content_of(document) == expected
    assert (is_valid(document, "1.0.0", formats=True), is_valid(document, "1.3.1", formats=True)) == (True, True)
