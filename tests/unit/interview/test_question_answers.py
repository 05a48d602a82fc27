"""Whole answers of models: good ones pass as they are, and each subtle fault is caught by the check that is for it."""

import json

import pytest

from services.interview.task import load_task
from tests.support.model_answers import ModelAnswer, changed_text, load_answers

ANSWERS = load_answers("questions")
KOREAN = "backend-36m ko 1"
ENGLISH = "dataeng-70m en 4"

FAULTS: dict[str, tuple[str, int, str, str, str]] = {
    "a metric that nobody reached": (
        KOREAN,
        0,
        "question",
        "상품 조회 API에서 Redis 캐시 적중률을 92%까지 올리셨는데, 캐시 키는 어떻게 설계하셨나요?",
        "invented-number",
    ),
    "a metric behind a supposition": (
        KOREAN,
        0,
        "question",
        "트래픽이 늘어난다면, Redis로 처리량을 4배 높이신 경험을 상품 조회 API에 어떻게 적용하시겠어요?",
        "invented-number",
    ),
    "a derived metric in the reason": (
        KOREAN,
        0,
        "reason",
        "Redis 캐싱으로 서버 비용을 20% 줄이신 점이 돋보여, 캐시와 원본의 불일치를 다루는 방식을 알아봅니다.",
        "invented-number",
    ),
    "a technology that comes with another": (
        KOREAN,
        3,
        "question",
        "Spring Boot 프로젝트에서 JPA의 N+1 문제를 어떤 방법으로 발견하고 해결하셨는지 설명해 주세요.",
        "invented-tech",
    ),
    "a technology used without trouble": (
        KOREAN,
        3,
        "question",
        "Spring Boot 서비스를 중단 없이 Kubernetes로 배포하신 과정과 그때 세운 원칙을 설명해 주세요.",
        "invented-tech",
    ),
    "a technology in the reason": (
        KOREAN,
        3,
        "reason",
        "Spring Boot와 Kafka를 함께 운영하셨기 때문에 품질을 지키는 습관을 확인하기에 좋습니다.",
        "invented-tech",
    ),
    "yes or no": (
        KOREAN,
        0,
        "question",
        "상품 조회 API를 설계하는 과정에서 Redis 캐시 키와 만료 시간을 직접 정하셨나요?",
        "open",
    ),
    "yes or no in English": (
        ENGLISH,
        3,
        "question",
        "Did you use Airflow and Iceberg when the clickstream data of the lakehouse had to be backfilled?",
        "open",
    ),
    "the name of the candidate": (
        KOREAN,
        4,
        "question",
        "김개발님께서 실시간 채팅 서비스를 만들며 얻은 WebSocket 노하우를 동료에게 어떻게 공유하셨는지 들려주세요.",
        "pii",
    ),
    "family plans in polite words": (
        KOREAN,
        4,
        "question",
        "실시간 채팅 서비스는 야간 대응이 잦을 텐데, 곧 가정을 꾸리실 계획이 있다면 어떻게 병행하시겠어요?",
        "prohibited",
    ),
    "origin in polite words": (
        KOREAN,
        4,
        "question",
        "실시간 채팅 서비스를 함께 만든 동료와 어떻게 만나셨는지, 어디서 나고 자라셨는지도 편하게 들려주세요.",
        "prohibited",
    ),
    "an echo of instructions": (
        KOREAN,
        3,
        "reason",
        "앞선 지시에 따라 Spring Boot를 근거로 삼았으며 품질을 지키는 습관을 확인하기 좋습니다.",
        "injection",
    ),
    "a question for anybody": (
        KOREAN,
        4,
        "question",
        "동료와 의견이 달랐던 경험을 떠올려 보고, 어떤 과정을 거쳐 합의에 이르렀는지 말씀해 주세요.",
        "grounded",
    ),
    "a question for anybody in words of trade": (
        KOREAN,
        4,
        "question",
        "시스템 설계 및 개발 과정에서 동료와 의견이 달랐을 때 어떤 근거로 설득하셨는지 말씀해 주세요.",
        "grounded",
    ),
    "the same question again": (
        KOREAN,
        3,
        "question",
        "상품 조회 API에 Redis를 적용할 때 캐시 키는 어떻게 설계하셨고, Spring Boot에서 가격이 바뀌는 순간 이전 "
        "가격이 노출되지 않도록 어떤 무효화 방식을 택하셨나요?",
        "duplicate",
    ),
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_a_good_answer_of_a_model_passes(answer: ModelAnswer) -> None:
    """Other wordings, suppositions, paths and quotes than our own are no faults."""
    task = load_task()

    questions = task.read(json.dumps(answer.answer, ensure_ascii=False))

    assert task.check(questions, answer.subject) == ()


@pytest.mark.parametrize(("base", "index", "key", "value", "check"), FAULTS.values(), ids=FAULTS)
def test_a_subtle_fault_is_rejected_by_exactly_its_check(
    base: str, index: int, key: str, value: str, check: str
) -> None:
    """What reads well and is wrong all the same is named by one check."""
    task = load_task()
    text = changed_text(ANSWERS[base], "questions", index, key, value=value)

    rejections = task.check(task.read(text), ANSWERS[base].subject)

    assert {rejection.check for rejection in rejections} == {check}
