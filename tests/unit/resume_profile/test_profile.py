"""What is read out of a resume: months, level, role, skills, projects, texts."""

from datetime import date
from typing import Any

import pytest

from shared.resume_profile.duration import read_months
from shared.resume_profile.evidence import texts_under
from shared.resume_profile.model import Level
from shared.resume_profile.profile import build_profile, level_of
from tests.support.resumes import example

TODAY = date(2025, 6, 15)


@pytest.mark.parametrize(
    ("name", "level", "role", "hard", "skills", "projects", "achievements"),
    [
        ("backend-36m", Level.MIDDLE, "backend", False, 14, ["커머스 플랫폼 API 개발", "실시간 채팅 서비스"], 4),
        ("junior-0m", Level.ENTRY, "backend", False, 4, ["할 일 관리 API"], 1),
        ("marketer-48m", Level.MIDDLE, "marketing", False, 7, ["신규 고객 획득 캠페인"], 2),
        ("senior-100m", Level.SENIOR, "devops", True, 17, ["결제 이벤트 파이프라인", "배송 추적 시스템"], 3),
    ],
)
def test_examples_are_read(
    name: str, level: Level, role: str, hard: bool, skills: int, projects: list[str], achievements: int
) -> None:
    """Each documented example gives its level, role, skills, projects and achievements."""
    resume = example(name)

    profile = build_profile(resume, today=TODAY)

    assert (profile.level, profile.role, profile.hard_to_run) == (level, role, hard)
    assert [project.title.text for project in profile.projects if project.title] == projects
    assert (len(profile.skills), len(profile.achievements)) == (skills, achievements)
    assert resume["name"] in profile.personal
    assert all(resume["name"] not in place.text for place in profile.texts)


def test_every_place_of_a_profile_stands_in_its_resume() -> None:
    """Texts, places of skills and achievements are found again by their paths."""
    profile = build_profile(example("backend-36m"), today=TODAY)

    places = [*profile.texts, *profile.achievements, *(place for skill in profile.skills for place in skill.places)]

    assert len(places) > 60
    assert all(texts_under(profile.resume, place.path) == (place.text,) for place in places)


@pytest.mark.parametrize(
    ("months", "level"),
    [
        (0, Level.ENTRY),
        (24, Level.ENTRY),
        (25, Level.MIDDLE),
        (59, Level.MIDDLE),
        (60, Level.SENIOR),
        (720, Level.SENIOR),
    ],
)
def test_levels_change_at_the_bounds_of_the_table(months: int, level: Level) -> None:
    """0 to 24 months, 25 to 59, 60 and more."""
    resume = {"name": "가", "total_experience_months": months}

    profile = build_profile(resume, today=TODAY)

    assert profile.level is level is level_of(months)
    assert profile.months == months


@pytest.mark.parametrize(
    ("durations", "months"),
    [
        (["2022.01 ~ 현재"], 42),
        (["2021-05 – 2025-04"], 48),
        (["2021.05 ~ 2025.04", "2025.01 ~ 2025.06"], 50),
        (["2020년 3월 - 2020년 5월"], 3),
        (["2020.03.01 ~ 2020.05.31"], 3),
        (["Jan 2020 - Mar 2021"], 15),
        (["2020 - 2021"], 24),
        (["2020-2021"], 24),
        (["2024.07 ~"], 12),
        (["3년 2개월"], 38),
        (["2 years 3 months", "6개월"], 33),
        (["2030.01 ~ 현재", "2024.05 ~ 2023.01"], 0),
        (["예전에 잠깐", "", "~", "2022.13 ~"], 0),
        (["1900.01 ~ 현재"], 720),
        ([], 0),
    ],
)
def test_periods_are_added_up(durations: list[str], months: int) -> None:
    """Overlaps count once, the last month counts, lengths are added, and what cannot be read is nothing."""
    today = TODAY

    read = read_months(durations, today)

    assert read == months


def test_months_are_read_from_work_where_the_resume_does_not_say() -> None:
    """Absent is not zero: periods of work are read, those of education are not."""
    resume = {
        "name": "가",
        "work_experiences": [{"duration": "2024.01 ~ 2024.12"}, "broken", {"duration": 7}],
        "education": [{"duration": "2010.03 ~ 2014.02"}],
    }

    profile = build_profile(resume, today=TODAY)

    assert profile.months == 12


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("work_experiences[0].achievements[1]", ("Redis 캐싱으로 API 응답 속도 50% 개선",)),
        ("technical_skills.databases[0]", ("MySQL",)),
        ("technical_skills.databases", ("MySQL", "PostgreSQL", "Redis")),
        ("technical_skills.cloud_platforms", ("AWS EC2", "AWS RDS")),
        ("name", ("[이름]",)),
        ("work_experiences[1].company", ()),
        ("work_experiences[0].achievements[99999]", ()),
        ("contact_info.email", ()),
        ("name.first", ()),
        ("a..b", ()),
        ("[", ()),
        ("", ()),
        ("x" * 1000, ()),
    ],
)
def test_texts_are_looked_up_by_path(path: str, expected: tuple[str, ...]) -> None:
    """A path gives the text at it or those of the list there, and none for anything that is no place of a text."""
    resume = build_profile(example("backend-36m"), today=TODAY).resume

    texts = texts_under(resume, path)

    assert texts == expected


@pytest.mark.parametrize(
    ("resume", "role"),
    [
        ({"target_position": "프로덕트 디자이너", "work_experiences": [{"position": "백엔드 개발자"}]}, "design"),
        ({"work_experiences": [{"position": "Senior Front-end Engineer"}]}, "frontend"),
        ({"summary": "10년 차 브랜드 마케팅팀 팀장"}, "marketing"),
        ({"technical_skills": {"databases": ["MySQL", "Redis"], "devops_tools": ["Docker"]}}, "backend"),
        ({"work_experiences": [{"position": "간호사"}]}, "general"),
        ({"work_experiences": [{"position": "간호사"}], "technical_skills": {"others": ["Excel"]}}, "general"),
        ({"summary": "COMPOSER and POET"}, "general"),
        ({}, "general"),
    ],
)
def test_the_role_is_read_from_titles_then_from_skills(resume: dict[str, Any], role: str) -> None:
    """The position aimed at counts most, then those held, then the introduction, then the tools."""
    given = {"name": "가", **resume}

    profile = build_profile(given, today=TODAY)

    assert profile.role == role


@pytest.mark.parametrize(
    "resume",
    [
        {"name": "김"},
        {"name": "김", "work_experiences": None, "technical_skills": [], "sections": "text"},
        {"name": "김", "work_experiences": [None, [], {"tech_stack": "Java", "achievements": [None, " ", 3]}]},
        {"name": "김", "sections": [{"title": "t" * 200, "text": "가나다라 Redis " * 700}] * 20},
    ],
    ids=["only a name", "wrong sections", "wrong entries", "huge"],
)
def test_any_shape_gives_a_profile(resume: dict[str, Any]) -> None:
    """Whatever a resume lacks, a profile comes out of it."""
    given = resume

    profile = build_profile(given, today=TODAY)

    assert profile.level is Level.ENTRY
    assert any(place.path == "name" for place in profile.texts)


def test_skills_are_one_by_term_and_keep_the_spelling_and_places() -> None:
    """Two spellings of a term are one skill; an entry with several terms gives each; unknown words are kept."""
    resume = {
        "name": "가",
        "technical_skills": {"frameworks": ["스프링 부트", "Java 17/Kotlin", "전화 영업"]},
        "work_experiences": [{"project_name": "정산", "tech_stack": ["Spring Boot"], "description": "Kafka를 도입"}],
    }

    profile = build_profile(resume, today=TODAY)

    assert [(skill.name, skill.term.name if skill.term else None, len(skill.places)) for skill in profile.skills] == [
        ("스프링 부트", "Spring Boot", 2),
        ("Java", "Java", 1),
        ("Kotlin", "Kotlin", 1),
        ("전화 영업", None, 1),
        ("Kafka", "Kafka", 1),
    ]
    assert profile.projects[0].skills == ("스프링 부트", "Kafka")
