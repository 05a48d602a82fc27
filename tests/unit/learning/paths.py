"""A good path for the documented resume, written by hand, and ways to spoil it."""

from dataclasses import replace
from typing import Any

from services.learning.model import Analysis, AnalysisPoint, LearningResource, LearningStep, PathContent
from shared.generation.model import Language, Subject
from shared.resume_profile.profile import build_profile

REDIS = LearningResource("Redis 공식 문서", "documentation", "https://redis.io/docs/")
BOOK = LearningResource("오브젝트 (조영호)", "book")


def subject_of(resume: dict[str, Any], language: Language = "ko") -> Subject:
    """What a generator is given."""
    return Subject(build_profile(resume), language)


def _step(type_: str, priority: str, point: str, title: str, description: str, reason: str) -> LearningStep:
    return LearningStep(type_, title, description, "기술", priority, "3주", (REDIS, BOOK), REDIS.link, reason, point)


GOOD = PathContent(
    analysis=Analysis(
        strengths=(
            AnalysisPoint(
                "Redis로 응답 속도를 개선한 경험", "‘Redis 캐싱으로 API 응답 속도 50% 개선’이라고 적었습니다."
            ),
            AnalysisPoint("실시간 채팅을 완성한 경험", "‘실시간 채팅 서비스’를 WebSocket으로 만들었습니다."),
        ),
        weaknesses=(
            AnalysisPoint("비동기 메시징 경험 부족", "메시지 브로커를 다룬 내용이 이력서에 없습니다."),
            AnalysisPoint("운영 지표를 설계한 경험 부족", "관측 도구가 이력서에 없습니다."),
        ),
    ),
    steps=(
        _step(
            "strength",
            "high",
            "Redis로 응답 속도를 개선한 경험",
            "Redis 캐시가 사라졌을 때를 대비하는 설계",
            "캐시를 통째로 비운 뒤 원본 저장소가 버티는지 실험하세요. 서비스가 멈추지 않으면 완료입니다.",
            "‘Redis 캐싱으로 API 응답 속도 50% 개선’ 성과를 안정적인 운영 경험으로 넓힐 수 있습니다.",
        ),
        _step(
            "weakness",
            "high",
            "비동기 메시징 경험 부족",
            "Kafka로 주문 이벤트의 기본 흐름 만들기",
            "동기 호출 하나를 이벤트로 바꾸고 소비자가 멈췄을 때의 동작을 확인하세요. 유실이 없으면 완료입니다.",
            "Spring Boot로 주문을 처리했지만 비동기 처리 경험은 없습니다. Kafka는 이 간격을 메우기에 알맞습니다.",
        ),
        _step(
            "strength",
            "medium",
            "실시간 채팅을 완성한 경험",
            "WebSocket 재연결과 순서 보장 다듬기",
            "연결이 끊긴 동안의 메시지를 다시 받는 규칙을 구현하세요. 끊었다 이어도 빠짐이 없으면 완료입니다.",
            "‘실시간 채팅 서비스’를 만든 경험이 있어 불안정한 연결까지 다루면 강점이 분명해집니다.",
        ),
        _step(
            "strength",
            "medium",
            "Redis로 응답 속도를 개선한 경험",
            "MySQL 느린 조회의 원인 분석",
            "가장 느린 조회의 실행 과정을 읽고 색인을 고치세요. 빨라진 이유를 설명하면 완료입니다.",
            "MySQL을 실무에서 사용했으므로 데이터가 늘었을 때의 대응까지 말할 수 있어야 합니다.",
        ),
        _step(
            "weakness",
            "low",
            "운영 지표를 설계한 경험 부족",
            "지표와 알림으로 장애 징후 알아채기",
            "응답 시간과 오류율을 모아 알림 기준을 정하세요. 흉내 낸 장애를 먼저 알아채면 완료입니다.",
            "‘커머스 플랫폼 API 개발’에서 결제를 다뤘지만 운영 상태를 지켜본 기록은 없습니다.",
        ),
    ),
    summary="Redis와 실시간 채팅 경험을 강점으로 다듬고 메시징과 관측을 보완하는 경로입니다.",
)


def with_step(index: int, **changes: Any) -> PathContent:
    """The good path with one step changed."""
    steps = list(GOOD.steps)
    steps[index] = replace(steps[index], **changes)
    return replace(GOOD, steps=tuple(steps))


def with_steps(*steps: LearningStep) -> PathContent:
    """The good path with other steps."""
    return replace(GOOD, steps=steps)
