"""The vocabulary: what counts as a mention, and that its entries hold together."""

from collections import Counter

import pytest

from shared.generation.korean import with_particle
from shared.resume_profile.profile import build_profile
from shared.resume_profile.vocabulary import default_vocabulary

AREAS = ("backend", "frontend", "mobile", "data", "ml", "devops", "security", "qa", "design", "product", "marketing")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Redis를 쓰고 Kafka에서 읽는다", ["Redis", "Kafka"]),
        ("스프링 부트와 쿠버네티스에서는", ["Spring Boot", "Kubernetes"]),
        ("SpringBoot, spring-boot, Spring Boot", ["Spring Boot"]),
        ("Google과 GoLand, let's go, Go-to-market, Go to market", []),
        ("Go로 작성했다", ["Go"]),
        ("JavaScript와 Java17", ["JavaScript", "Java"]),
        ("C, R", []),
        ("C++와 C#, C언어", ["C++", "C#", "C"]),
        ("React Native와 React, I react to incidents", ["React Native", "React"]),
        ("Node.js로, .NET도. Net income", ["Node.js", "ASP.NET Core"]),
        ("A/B 테스트와 CI/CD", ["A/B 테스트", "CI/CD"]),
        ("GTM 전략과 GTM 태그", ["시장 진입 전략", "Google Tag Manager"]),
        ("Spring MVC와 Spring", ["Spring MVC", "Spring"]),
        ("Emotion/React, styled-components", ["React", "styled-components"]),
        ("깃으로 관리하고 깃과 함께 썼다", ["Git"]),
        ("kUBERNETES와 gRPC, FASTapi", ["Kubernetes", "gRPC", "FastAPI"]),
        ("카프카스 산맥, 도커리, 깃발", []),
        ("SWIFT 송금은 swift하게", []),
        ("Combine both, then Sketch it", []),
        ("", []),
    ],
)
def test_terms_are_found_at_word_boundaries(text: str, expected: list[str]) -> None:
    """Particles may follow a term; letters of another word may not; everyday words need their own case."""
    vocabulary = default_vocabulary()

    found = vocabulary.find(text)

    assert [term.name for term in found] == expected


@pytest.mark.parametrize(
    ("name", "spellings"),
    [
        ("Spring Boot", ["스프링 부트", "스프링부트", "Springboot", "spring-boot", "SPRING BOOT"]),
        ("Kubernetes", ["쿠버네티스", "k8s", "K8S"]),
        ("Node.js", ["NodeJS", "node js", "노드JS"]),
        ("Next.js", ["NextJS", "넥스트JS", "next.js"]),
        ("GitHub Actions", ["깃허브 액션", "깃헙 액션", "github actions"]),
        ("전자정부 표준 프레임워크", ["전자정부 표준프레임워크", "전자정부프레임워크", "eGovFrame"]),
        ("Apache HTTP Server", ["httpd", "아파치 웹 서버"]),
        ("객체지향 프로그래밍", ["객체 지향 프로그래밍", "OOP", "Object-Oriented Programming"]),
        ("서킷 브레이커", ["서킷브레이커", "circuit breaker", "CircuitBreaker"]),
        ("Tibero", ["티베로", "TIBERO"]),
        ("데이터베이스 샤딩", ["DB 샤딩", "샤딩", "database sharding"]),
        ("ZooKeeper", ["주키퍼", "Zookeeper", "Apache Zookeeper"]),
        ("AWS Route 53", ["Route 53", "Route53", "라우트 53"]),
        ("AWS CloudFormation", ["CloudFormation", "클라우드포메이션", "cloudformation"]),
        ("로드 밸런싱", ["로드밸런싱", "로드 밸런서", "로드밸런서", "load balancer"]),
        ("WhaTap", ["와탭", "Whatap"]),
        ("MUI", ["Material UI", "material-ui", "MaterialUI"]),
        ("Bootstrap", ["부트스트랩", "Bootstrap5"]),
        ("서버 사이드 렌더링", ["SSR", "서버사이드 렌더링", "server-side rendering"]),
        ("Retrofit", ["레트로핏", "Retrofit2"]),
        ("FCM", ["Firebase Cloud Messaging", "파이어베이스 클라우드 메시징"]),
        ("Kotlin Multiplatform", ["KMP", "코틀린 멀티플랫폼"]),
        ("Jupyter", ["주피터 노트북", "Jupyter Notebook", "JupyterLab"]),
        ("데이터 웨어하우스", ["데이터웨어하우스", "Data Warehouse", "data-warehouse"]),
        ("딥러닝", ["딥 러닝", "Deep Learning"]),
        ("자연어 처리", ["자연어처리", "NLP"]),
        ("Weights & Biases", ["W&B", "wandb"]),
        ("AWS SageMaker", ["세이지메이커", "Sagemaker", "Amazon SageMaker"]),
        ("모의해킹", ["모의 해킹", "침투 테스트", "pentest"]),
        ("방화벽", ["웹방화벽", "WAF", "firewall"]),
        ("MITRE ATT&CK", ["mitre att&ck", "마이터 어택"]),
        ("단위 테스트", ["단위테스트", "유닛 테스트", "unit tests"]),
        ("E2E 테스트", ["e2e test", "종단 간 테스트", "end-to-end testing"]),
        ("Charles", ["Charles Proxy", "찰스 프록시"]),
        ("UX/UI 디자인", ["UI/UX 디자인", "UX 디자인", "UI/UX design"]),
        ("Premiere Pro", ["프리미어프로", "프리미어 프로"]),
        ("고객 여정 지도", ["고객 여정 맵", "Customer Journey Map"]),
        ("Microsoft Teams", ["MS Teams", "MS 팀즈"]),
        ("SEO", ["검색엔진 최적화", "검색 엔진 최적화", "검색엔진최적화"]),
        ("소셜 미디어 마케팅", ["SNS 마케팅", "소셜미디어 마케팅"]),
        ("스티비", ["Stibee"]),
        ("K-IFRS", ["한국채택국제회계기준", "IFRS"]),
        ("세무 신고", ["부가세 신고", "원천세 신고"]),
        ("더존", ["더존 Smart A", "더존 iCUBE"]),
        ("한컴오피스", ["HWP", "아래아한글"]),
        ("VBA", ["엑셀 VBA", "엑셀 매크로"]),
        ("M&A", ["인수합병", "인수 합병"]),
    ],
)
def test_what_people_write_means_the_term(name: str, spellings: list[str]) -> None:
    """Korean and English, spacing and case: each spelling is the term, alone in a list and in a sentence."""
    vocabulary = default_vocabulary()

    listed = [vocabulary.lookup(spelling) for spelling in spellings]
    found = [vocabulary.find(f"팀에서 {spelling}를 다뤘습니다") for spelling in spellings]

    assert [term.name if term else None for term in listed] == [name] * len(spellings)
    assert [[term.name for term in terms] for terms in found] == [[name]] * len(spellings)


@pytest.mark.parametrize(
    "text",
    [
        "고객을 위하고 동료를 돕는 사람인 제가 상담을 맡았습니다",
        "세무사랑 상담하고 한글 이름으로 신청했습니다",
        "잔디를 심고 볼트를 조였으며 블록을 쌓았습니다",
        "피닉스 구단과 마야 문명, 엑스포와 개츠비의 파티",
        "그리팅 카드를 돌리고 플렉스한 소비를 했습니다",
        "워드 클라우드를 그리고 키워드를 골랐습니다",
        "재고 관리 화면과 물류 관리 화면을 개선했습니다",
        "고객 만족도가 올랐고 MVP를 수상해 CNN에 나왔습니다",
        "델파이 기법으로 오피스 수요를 조사했습니다",
        "몽구스와 위스퍼, 바벨과 에코, 진과 레이",
        "Rest assured that we keep our core data safe and branch out",
        "A segment of users, a heap of work, a single room, an echo",
        "Gin and tonic, espresso and mocha, Ray of light",
        "Charles and Frida met the chef at the harbor for karate",
        "Principle of least privilege, Chroma subsampling, Word of mouth",
        "The cloud run by that team offers cloud functions",
        "Flex your muscles; a feast for the phoenix in the greenhouse",
        "Bamboo forest, Puppet show, Nexus of ideas, Kong Island, Bun",
        "Remix of a song, Astro boy, Prettier than before, Yarn and fiber",
        "yolo를 외치던 시절, presto, a good looker on the rails",
        "The keeper of the lighthouse stood; an emotion, an electron",
    ],
)
def test_words_of_other_things_are_no_terms(text: str) -> None:
    """Sentences whose words look like products name none; only a phrase that says more makes them one."""
    vocabulary = default_vocabulary()

    found = vocabulary.find(text)

    assert [term.name for term in found] == []


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("R", "R"),
        ("Sketch", "Sketch"),
        ("Combine", "Combine"),
        ("go", "Go"),
        ("JAVA 17", "Java"),
        ("Spring Boot 3.x", "Spring Boot"),
        ("스프링부트", "Spring Boot"),
        ("ｋ８ｓ", "Kubernetes"),
        ("S3", "AWS S3"),
        ("H2", "H2"),
        ("Room", "Room"),
        ("Core Data", "CoreData"),
        ("워드", "Word"),
        ("한글", "한컴오피스"),
        ("flex", "flex HR"),
        ("재고 관리", "재고 관리"),
        ("MVP", "MVP 개발"),
        ("전화 영업", None),
        ("", None),
    ],
)
def test_entries_of_lists_are_looked_up_in_any_case(entry: str, expected: str | None) -> None:
    """An entry of a list is a term in any case and with a version; short names and everyday words count there."""
    vocabulary = default_vocabulary()

    term = vocabulary.lookup(entry)

    assert (term.name if term else None) == expected


def test_the_vocabulary_holds_together() -> None:
    """It is large, no spelling means two terms, and every term that another one names exists."""
    vocabulary = default_vocabulary()
    terms = vocabulary.terms
    names = {term.name for term in terms}

    spellings = [(name, term.name) for term in terms for name in term.names]
    named = {name for term in terms for name in (*term.prerequisites, *term.neighbours)}
    misread = [(name, owner) for name, owner in spellings if vocabulary.lookup(name).name != owner]  # type: ignore[union-attr]  # every spelling is known
    found = [(name, owner, vocabulary.find(name)) for name, owner in spellings]
    elsewhere = [name for name, owner, terms in found if terms and [term.name for term in terms] != [owner]]

    assert len(terms) >= 1000
    assert len(names) == len(terms)
    assert len(set(spellings)) == len(spellings)
    assert named <= names
    assert misread == []
    assert elsewhere == []


def test_terms_lead_from_and_to_others_and_never_to_themselves() -> None:
    """Every term has a neighbour or a prerequisite, none its own, and prerequisites run in no circle."""
    terms = {term.name: term for term in default_vocabulary().terms}

    alone = [name for name, term in terms.items() if not (term.neighbours or term.prerequisites)]
    own = [name for name, term in terms.items() if name in (*term.neighbours, *term.prerequisites)]
    settled: set[str] = set()
    while ready := {n for n, term in terms.items() if n not in settled and settled.issuperset(term.prerequisites)}:
        settled |= ready

    assert (alone, own) == ([], [])
    assert settled == terms.keys()


def test_every_area_is_covered() -> None:
    """Each area of work has at least 25 terms, most of them with a second spelling."""
    terms = default_vocabulary().terms

    sizes = Counter(term.family for term in terms)
    with_others = sum(len(term.names) > 1 for term in terms)

    assert {area: sizes[area] for area in AREAS if sizes[area] < 25} == {}
    assert sizes["business"] >= 25
    assert with_others >= 0.85 * len(terms)


def test_who_lists_a_product_claims_its_language_and_what_it_is_part_of() -> None:
    """Spring Boot implies Spring and Java; Kubernetes does not imply Docker."""
    vocabulary = default_vocabulary()
    terms = {term.name: term for term in vocabulary.terms}

    implied = {name: vocabulary.implied(terms[name]) for name in ("Spring Boot", "Kubernetes", "AWS EC2")}

    assert implied == {
        "Spring Boot": {"Spring Boot", "Spring", "Java"},
        "Kubernetes": {"Kubernetes"},
        "AWS EC2": {"AWS EC2", "AWS"},
    }


def test_work_that_the_vocabulary_does_not_know_is_read_in_its_own_words() -> None:
    """Skills without a term keep their spelling and places; the role is general."""
    resume = {
        "name": "가",
        "technical_skills": {"others": ["도자기 물레", "전통 유약 배합"]},
        "work_experiences": [{"position": "도예가", "achievements": ["가마 온도 기록으로 파손 30% 감소"]}],
    }

    profile = build_profile(resume)

    assert [(skill.name, skill.term) for skill in profile.skills] == [("도자기 물레", None), ("전통 유약 배합", None)]
    assert profile.role == "general"
    assert [place.text for place in profile.achievements] == ["가마 온도 기록으로 파손 30% 감소"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("MongoDB", "MongoDB는"),
        ("TiDB", "TiDB는"),
        ("Entity Framework", "Entity Framework는"),
        ("GitHub Copilot", "GitHub Copilot은"),
        ("Retrofit", "Retrofit은"),
        ("SnapKit", "SnapKit은"),
        ("Zendesk", "Zendesk는"),
        ("OkHttp", "OkHttp는"),
        ("Pydantic", "Pydantic은"),
        ("Tomcat", "Tomcat은"),
    ],
)
def test_names_take_the_particle_of_how_they_are_said(name: str, expected: str) -> None:
    """Names whose letters mislead are said as people say them."""
    word = name

    said = with_particle(word, "은/는")

    assert said == expected
