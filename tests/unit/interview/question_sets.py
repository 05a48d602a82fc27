"""A good set of questions for the documented resume, written by hand, and ways to spoil it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from services.interview.model import Question, QuestionEvidence
from shared.generation.model import Subject
from shared.resume_profile.profile import build_profile
from tests.support.resumes import example

Change = Callable[[list[Question]], Sequence[Question]]

GOOD = (
    Question(
        question=(
            "‘커머스 플랫폼 API 개발’에서 주문 데이터를 담은 MySQL 테이블의 키와 제약 조건은 어떤 기준으로 정하셨나요?"
        ),
        category="기술",
        difficulty="초급",
        type="Implementation",
        topic="MySQL 테이블 설계",
        reason="MySQL 활용 경험이 이력서에 있어, 데이터 모델을 스스로 설계하고 검증했는지 확인합니다.",
        evidence=QuestionEvidence("work_experiences[0].tech_stack[2]", "MySQL"),
        what_good_answers_cover=("기본 키를 고른 이유", "제약 조건으로 막은 잘못된 데이터"),
    ),
    Question(
        question=(
            "Redis 캐싱으로 API 응답 속도를 50% 개선하셨는데, 개선 폭은 무엇을 어떻게 측정한 결과인지 설명해 주세요."
        ),
        category="경험",
        difficulty="중급",
        type="Performance",
        topic="응답 속도 측정",
        reason="‘Redis 캐싱으로 API 응답 속도 50% 개선’이 측정에 근거한 성과인지, 원인을 나누어 보았는지 알아봅니다.",
        evidence=QuestionEvidence("work_experiences[0].achievements[1]", "API 응답 속도 50% 개선"),
        what_good_answers_cover=("측정 조건", "다른 조치의 기여를 나눈 방법"),
    ),
    Question(
        question=(
            "실시간 채팅 서비스의 WebSocket 서버 한 대가 갑자기 멈춘다면, 접속해 있던 사용자와 전송 "
            "중이던 메시지는 어떻게 되나요?"
        ),
        category="문제해결",
        difficulty="중급",
        type="Reliability",
        topic="연결 장애 대응",
        reason="WebSocket을 직접 다룬 사람이라면 끊김과 유실에 대한 대비까지 생각했을 것이므로 그 깊이를 봅니다.",
        evidence=QuestionEvidence("personal_projects[0].tech_stack[1]", "WebSocket"),
        what_good_answers_cover=("재연결", "메시지 유실 방지"),
    ),
    Question(
        question=(
            "Docker 컨테이너화로 배포를 자동화하는 과정에서 동료와 의견이 달랐던 점은 무엇이었고, "
            "어떤 근거로 합의하셨나요?"
        ),
        category="인성",
        difficulty="중급",
        type="Collaboration",
        topic="배포 방식 합의",
        reason=(
            "‘Docker 컨테이너화로 배포 자동화’는 함께 쓰는 사람의 동의가 필요한 일이므로 설득하는 방식을 살펴봅니다."
        ),
        evidence=QuestionEvidence("personal_projects[0].key_achievements[1]", "Docker 컨테이너화로 배포 자동화"),
        what_good_answers_cover=("상대의 우려를 확인한 방법", "합의한 뒤의 협력"),
    ),
    Question(
        question=(
            "주문이 평소의 10배로 몰린다면 MSA 기반 주문/결제 시스템에서 가장 먼저 한계에 닿는 곳은 "
            "어디이며, 그렇게 보는 이유는 무엇인가요?"
        ),
        category="기술",
        difficulty="고급",
        type="Scalability",
        topic="주문 폭주 대응",
        reason=(
            "‘MSA 기반 주문/결제 시스템 설계 및 구현’을 맡았으므로 규모가 커졌을 때의 한계를 예측할 수 있는지 봅니다."
        ),
        evidence=QuestionEvidence("work_experiences[0].achievements[0]", "MSA 기반 주문/결제 시스템 설계 및 구현"),
        what_good_answers_cover=("병목이 되는 자원", "단계별 대응 순서"),
    ),
)


def subject_of(name: str = "backend-36m", language: Any = "ko") -> Subject:
    """The subject of a documented example."""
    return Subject(build_profile(example(name)), language)


def changed(index: int, **fields: Any) -> Change:
    """A set of which one question differs."""

    def change(questions: list[Question]) -> Sequence[Question]:
        questions[index] = replace(questions[index], **fields)
        return questions

    return change


def text(index: int, old: str, new: str) -> Change:
    """A set in which a part of one question's text differs."""
    assert old in GOOD[index].question
    return changed(index, question=GOOD[index].question.replace(old, new))


def asked_of_redis_alone(questions: list[Question]) -> Sequence[Question]:
    """All five about one and the same technology, with different words."""
    texts = (
        "Redis 키 이름을 짓는 규칙과 만료 시간은 어떤 기준으로 정하셨나요?",
        "Redis 적중률이 떨어질 때 확인하는 지표와 순서를 설명해 주세요.",
        "Redis 서버가 멈춘다면 서비스를 지키기 위해 무엇부터 하시겠어요?",
        "Redis 도입을 망설이던 동료를 어떤 근거로 설득하셨는지 들려주세요.",
        "Redis 메모리가 가득 차는 상황이라면 어떤 데이터를 먼저 버리시겠어요?",
    )
    reason = "Redis 활용 경험이 이력서에 있어, 운영까지 고려한 판단을 했는지 깊이 있게 확인합니다."
    evidence = QuestionEvidence("technical_skills.databases[2]", "Redis")
    return [
        replace(question, question=words, reason=reason, evidence=evidence, topic="Redis")
        for question, words in zip(questions, texts, strict=True)
    ]


def same_angle(questions: list[Question]) -> Sequence[Question]:
    """Two questions of one type about one technology of one project, in different words."""
    questions[0] = replace(
        questions[0], type="Scalability", question="MySQL 테이블이 커질 때 먼저 버거워지는 작업은 무엇인가요?"
    )
    questions[4] = replace(
        questions[4],
        question=(
            "주문이 10배로 몰린다면 MySQL 기반 주문/결제 시스템은 어떤 순서로 대응해야 하며 그 근거는 무엇인가요?"
        ),
        reason="MySQL 기반 주문/결제 시스템을 맡았으므로 규모가 커졌을 때의 한계를 예측할 수 있는지 봅니다.",
    )
    return questions
