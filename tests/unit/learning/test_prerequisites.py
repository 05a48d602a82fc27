"""What is learned before what."""

from dataclasses import replace

import pytest

from services.learning.checks import check_path
from services.learning.model import LearningStep, PathContent
from services.learning.prerequisites import find_early_steps, put_needed_first
from services.learning.reading import order_steps
from tests.support.resumes import example
from tests.unit.learning.paths import GOOD, subject_of, with_steps

S1, W1, S2, S3, W2 = GOOD.steps
# MySQL and Spring Boot are in this resume, and with them SQL and Java; Docker and Git are too.
BACKEND = subject_of(example("backend-36m"))
MARKETER = subject_of(example("marketer-48m"))


def _teaching(*titles: str, priority: str = "medium") -> list[LearningStep]:
    return [replace(W1, title=title, priority=priority) for title in titles]


@pytest.mark.parametrize(
    ("titles", "early"),
    [
        (["Docker 이미지 만들기", "Kubernetes 배포 흐름 익히기"], []),
        (["Kubernetes 배포 흐름 익히기", "Docker 이미지 만들기"], [0]),
        (["Helm 차트로 배포 묶기", "Docker 이미지 만들기"], [0]),
        (["Helm 차트로 배포 묶기", "Docker 이미지 만들기", "Kubernetes 배포 흐름 익히기"], [0]),
        (["Kubernetes 배포", "Helm 차트", "Docker 이미지"], [0, 1]),
        (["쿠버네티스 배포", "도커 이미지"], [0]),
        (["Docker와 Kubernetes로 배포하기", "Docker 이미지 줄이기"], []),
        (["Docker 이미지 만들기", "Kubernetes 배포", "Docker 이미지 줄이기"], []),
        (["Kubernetes 배포", "Kafka로 이벤트 흐름 만들기"], []),
        (["요구사항에서 구조 그리기", "지표와 알림 만들기"], []),
    ],
    ids=[
        "in order",
        "turned around",
        "across one that is not there",
        "only the missing ones are waited for",
        "two of them",
        "in Korean",
        "both in one step",
        "taught before and deepened after",
        "nothing to do with each other",
        "no terms",
    ],
)
def test_a_step_is_early_where_what_it_needs_comes_later(titles: list[str], early: list[int]) -> None:
    """Who knows none of them learns what a step builds on first, at any distance."""
    found = list(find_early_steps(_teaching(*titles), MARKETER.profile))

    assert found == early


def test_what_the_resume_has_need_not_be_learned_first() -> None:
    """Somebody who works with Docker may deepen it after the first steps with Kubernetes."""
    steps = _teaching("Kubernetes 배포 흐름 익히기", "Docker 이미지 보안 점검")

    found = list(find_early_steps(steps, BACKEND.profile))

    assert found == []


def test_strength_steps_teach_nothing_new() -> None:
    """They deepen what is there, so that no other step waits for them, nor they for others."""
    strengths = [replace(step, type="strength") for step in _teaching("Kubernetes 배포", "Docker 이미지")]

    found = list(find_early_steps(strengths, MARKETER.profile))

    assert found == []
    assert put_needed_first(strengths) == strengths


def _with_weaknesses(*weaknesses: LearningStep) -> PathContent:
    steps = [S1, S2, S3, *weaknesses]
    return order_steps(with_steps(*steps))


def test_a_path_that_teaches_too_early_fails_this_check_alone() -> None:
    """What a step builds on has at least its priority: else no order holds both."""
    helm = replace(W1, title="Helm 차트로 배포 묶기", priority="high")
    kubernetes = replace(W2, title="Kubernetes 배포 흐름 익히기", priority="low")
    reason = "‘커머스 플랫폼 API 개발’에서 배포를 맡았지만 여러 대를 함께 운영한 기록은 이력서에 없습니다."
    helm, kubernetes = replace(helm, reason=reason), replace(kubernetes, reason=reason)

    rejections = check_path(_with_weaknesses(helm, kubernetes), BACKEND)
    turned = check_path(_with_weaknesses(replace(helm, priority="low"), replace(kubernetes, priority="high")), BACKEND)

    assert [(rejection.check, rejection.item) for rejection in rejections] == [("prerequisites", 1)]
    assert turned == ()


def test_steps_of_one_priority_are_put_in_order() -> None:
    """Where the priorities agree nothing is rejected: reading puts first what is needed first."""
    helm, docker, kubernetes = _teaching("Helm 차트 쓰기", "Docker 이미지 만들기", "Kubernetes 배포")

    ordered = order_steps(with_steps(helm, S2, docker, kubernetes))

    assert [step.title for step in ordered.steps] == [S2.title, docker.title, kubernetes.title, helm.title]


@pytest.mark.parametrize(
    ("titles", "ordered"),
    [
        ("ABC", ["A", "B", "C"]),
        (
            ["Next.js로 화면 나누기", "글쓰기", "React 상태 다루기"],
            ["글쓰기", "React 상태 다루기", "Next.js로 화면 나누기"],
        ),
        (
            ["React 상태 다루기", "글쓰기", "Next.js로 화면 나누기"],
            ["React 상태 다루기", "글쓰기", "Next.js로 화면 나누기"],
        ),
        (
            ["Docker 이미지 만들기", "Kubernetes 배포", "Docker 이미지 줄이기"],
            ["Docker 이미지 만들기", "Kubernetes 배포", "Docker 이미지 줄이기"],
        ),
    ],
    ids=["nothing needed", "turned around", "in order", "deepened later"],
)
def test_only_what_is_out_of_order_moves(titles: list[str], ordered: list[str]) -> None:
    """Steps keep the order in which they were written as far as prerequisites allow."""
    found = put_needed_first(_teaching(*titles))

    assert [step.title for step in found] == ordered
