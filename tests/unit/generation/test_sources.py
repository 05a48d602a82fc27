"""What of a resume a text names, with tables of what does and does not."""

from typing import Any

import pytest

from shared.generation.text_checks import names_evidence, sources_named
from shared.resume_profile.model import ResumeProfile
from shared.resume_profile.profile import build_profile


@pytest.mark.parametrize(
    ("text", "sources"),
    [
        ("Redis와 레디스 캐시", {"skill:Redis"}),
        ("커머스 플랫폼 API에서", {"project:work_experiences[0]"}),
        (
            "API 응답 속도를 50% 개선한 Redis 캐싱",
            {"skill:Redis", "achievement:work_experiences[0].achievements[1]"},
        ),
        ("How did you get 1000 users?", {"achievement:personal_projects[0].key_achievements[0]"}),
        ("How did you get to 1,000 in the first place?", {"achievement:personal_projects[0].key_achievements[0]"}),
        ("주문/결제 시스템은 매출과 이어집니다.", {"achievement:work_experiences[0].achievements[0]"}),
        ("시스템 설계와 구현 과정은 어땠나요?", set()),
        ("팀에서 갈등을 어떻게 푸시나요?", set()),
        ("MongoDB는 어떤가요?", set()),
    ],
)
def test_sources_are_named_by_skill_title_or_result(text: str, sources: set[str], profile: ResumeProfile) -> None:
    """A term, a run of a title, or the number of a result names its source."""
    given = text

    named = sources_named(given, profile)

    assert named == sources
    assert names_evidence(given, profile) is bool(sources)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("장터에서 이웃과 알림을 나눌 때 무엇이 어려웠나요?", True),
        ("장터에서 알림은 어떻게 보내셨나요?", False),
        ("장터에서 무엇이 어려웠나요?", False),
    ],
)
def test_a_title_is_named_by_most_of_its_words_in_any_order(text: str, named: bool) -> None:
    """Particles may follow them; two of four are too few."""
    profile = build_profile({"personal_projects": [{"name": "동네 이웃 장터 알림"}]})

    sources = sources_named(text, profile)

    assert sources == ({"project:personal_projects[0]"} if named else set())


@pytest.mark.parametrize(
    ("resume", "text", "named"),
    [
        ({"summary": "제과점을 운영하며 직원 12명을 관리"}, "제과점을 운영하며 배운 점은 무엇인가요?", True),
        ({"summary": "제과점을 운영하며 직원 12명을 관리"}, "팀워크를 어떻게 보시나요?", False),
        ({"education": [{"major": "사회복지학"}]}, "사회복지학에서 무엇을 배우셨나요?", True),
        ({}, "가장 공들인 일은 무엇인가요?", True),
        (
            {
                "technical_skills": {"tools": ["Figma"]},
                "sections": [{"title": "일하는 방식", "text": "접근성 체크리스트로 화면을 직접 확인했습니다."}],
            },
            "접근성 체크리스트를 만든 이유는 무엇인가요?",
            True,
        ),
        (
            {"technical_skills": {"tools": ["Excel"]}, "activities": [{"name": "병원 QI 경진대회 우수상"}]},
            "병원 QI 경진대회에서 무엇을 맡으셨나요?",
            True,
        ),
        (
            {"technical_skills": {"tools": ["Figma"]}, "sections": [{"title": "일하는 방식", "text": "함께 합니다."}]},
            "일하는 방식은 어떠신가요?",
            False,
        ),
    ],
    ids=[
        "a statement",
        "nothing of it",
        "a short text",
        "only a name",
        "a section beside skills",
        "an activity beside skills",
        "a heading",
    ],
)
def test_other_texts_are_evidence_too(resume: dict[str, Any], text: str, named: bool) -> None:
    """Without skills, projects and results any text counts; beside them what tells of work; a name asks for nothing."""
    profile = build_profile({"name": "김철수", **resume})

    evidence = names_evidence(text, profile)

    assert evidence is named
