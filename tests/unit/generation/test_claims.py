"""What a text claims: technologies and numbers that the resume has, or that are marked as supposed."""

import pytest

from shared.generation.quantities import find_quantities
from shared.generation.text_checks import (
    names_unknown_technology,
    states_unknown_number,
)
from shared.resume_profile.model import ResumeProfile


@pytest.mark.parametrize(
    ("text", "bad"),
    [
        ("MongoDB를 운영하면서 무엇을 배우셨나요?", True),
        ("Kafka로 전환하며 겪은 문제는 무엇인가요?", True),
        ("How did you run Kubernetes in production?", True),
        ("MongoDB 대신 MySQL을 선택한 이유는 무엇인가요?", False),
        ("Kafka와 비교하면 Redis의 한계는 무엇인가요?", False),
        ("Why Redis over Memcached?", False),
        ("MySQL vs MongoDB, 어떤 기준으로 고르시겠어요?", False),
        ("AWS에서 Spring과 Java로, SQL 쿼리를 어떻게 다루셨나요?", False),
        ("REST API와 CI/CD, TDD를 어떻게 적용하셨나요?", False),
        ("스프링 부트와 레디스를 어떻게 함께 쓰셨나요?", False),
        ("MongoDB 대신 MySQL을 쓰셨군요. Kafka는 어떻게 운영하셨나요?", True),
        ("Kafka를 사용할 때 겪은 문제는 무엇인가요?", True),
        ("중단 없이 Kubernetes로 배포하신 과정을 설명해 주세요.", True),
        ("JPA의 N+1 문제는 어떻게 해결하셨나요?", True),
        ("Kafka를 운영하면서 장애를 겪은 경험이 없으셨나요?", True),
        ("Kafka 없이 이벤트를 어떻게 전달하셨나요?", False),
        ("Kafka가 없다면 순서를 어떻게 지키시겠어요?", False),
        ("Redis Cluster로 확장해야 한다면 무엇이 달라지나요?", False),
        ("MongoDB를 사용했다면 무엇이 달라졌을까요?", False),
        ("Kafka를 도입하는 것이 낫다고 판단하는 기준은 무엇인가요?", False),
        ("AWS EC2는 있으나 EKS 같은 도구를 다룬 경험이 없습니다.", False),
        ("What would change if you had used MongoDB?", False),
        ("Git 브랜치 전략과 HTML 구조는 어떻게 정하셨나요?", False),
        ("Combine both metrics and Sketch the architecture.", False),
    ],
)
def test_technology_outside_of_the_resume_is_noticed(text: str, bad: bool, profile: ResumeProfile) -> None:
    """A product that the resume does not list may only stand as an alternative; practices may be spoken of."""
    given = text

    found = names_unknown_technology(given, profile)

    assert found is bad


@pytest.mark.parametrize(
    ("text", "bad"),
    [
        ("응답 속도를 90% 개선하셨는데 어떻게 하셨나요?", True),
        ("응답 속도를 90% 개선하셨는데, 다시 한다면 무엇을 바꾸시겠어요?", True),
        ("초당 500건을 처리하셨습니다.", True),
        ("TPS 기준으로 3000 TPS를 달성하셨지요?", True),
        ("p95를 200ms로 낮추셨습니다.", True),
        ("You served 5000 users.", True),
        ("5만 명의 사용자를 모으셨는데 비결은 무엇인가요?", True),
        ("응답 속도를 50% 개선하셨는데 어떻게 하셨나요?", False),
        ("동시 접속자 1,000명을 처리한 구조는 어떤가요?", False),
        ("How did you reach 1000 concurrent users?", False),
        ("트래픽이 10배로 늘어난다면 어떻게 하시겠어요?", False),
        ("만약 사용자가 5만 명이 되면 무엇부터 바꾸시겠어요?", False),
        ("p99가 300ms를 넘는 상황이라면 무엇을 보시겠어요?", False),
        ("99.9% 가용성을 목표로 한다면 무엇이 필요한가요?", False),
        ("If traffic grew 10x, what would break first?", False),
        ("응답 속도를 90% 개선한 경험을 어떻게 활용하시겠어요?", True),
        ("Redis가 멈춘다면 90% 개선한 응답 속도는 어떻게 되나요?", True),
        ("처리량을 3배 높이셨는데, 같은 상황이라면 무엇을 바꾸시겠어요?", True),
        ("나머지 30%의 응답 시간은 어디에서 생기나요?", True),
        ("초기 500ms였던 응답을 어떻게 줄이셨나요?", True),
        ("Redis가 멈춘다면, 첫 5분 동안 무엇을 하시겠어요?", False),
        ("구독자가 모이기 전 초기 100명은 어떻게 확보하셨나요?", False),
        ("트래픽 10배 증가 시 어떻게 대응하시겠습니까?", False),
        ("10배의 트래픽에 대비해 무엇을 바꾸시겠습니까?", False),
        ("오류율이 8%로 치솟았지만 원인을 모르는 상황이라면 무엇을 하시겠어요?", False),
        ("나머지 50%의 응답 시간은 어디에서 생기나요?", False),
        ("Walk me through how you'd handle 10x traffic.", False),
        ("When traffic suddenly grows 10x, what breaks first?", False),
        ("You are done when p95 stays below 200 ms.", False),
        ("3분기 목표와 2가지 이유, 1단계 배포를 설명해 주세요.", False),
        ("Java 17과 p95 지표를 설명해 주세요.", False),
    ],
)
def test_numbers_outside_of_the_resume_are_noticed(text: str, bad: bool, profile: ResumeProfile) -> None:
    """A number with a unit stands in the resume, in any spelling, or in a marked supposition."""
    given = text

    found = states_unknown_number(given, profile)

    assert found is bad


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("하루 2억 건", [(200_000_000, "count")]),
        ("200 million events", [(200_000_000, "count")]),
        ("40분에서 6분으로", [(40, "minute"), (6, "minute")]),
        ("1.2초에서 180ms로", [(1.2, "second"), (180, "ms")]),
        ("1,000명과 1천 명", [(1000, "count"), (1000, "count")]),
        ("10x, 3배, 3 times", [(10, "times"), (3, "times"), (3, "times")]),
        ("9,000 subscribers, 구독자 9,000명", [(9000, "count"), (9000, "count")]),
        ("3분기 2배포 5명령 p95 v2 2024", []),
    ],
)
def test_quantities_are_comparable_across_spellings(text: str, amounts: list[tuple[float, str]]) -> None:
    """The same amount in Korean and in English is the same; words that begin with a unit are no units."""
    given = text

    found = [quantity.amount for quantity in find_quantities(given)]

    assert found == amounts
