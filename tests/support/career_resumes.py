"""Fifty resumes of all careers: Korean and English, 0 to 240 months, from nothing but a name to many pages.

Made by a seeded generator: the same every time, and of nobody.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from shared.generation.model import Language

_SEED = 20261120
_MONTHS = (0, 3, 8, 14, 24, 25, 31, 42, 59, 60, 75, 96, 130, 180, 240)


@dataclass(frozen=True, slots=True)
class CareerResume:
    """A resume with a name for reports, and the language of its answers."""

    name: str
    language: Language
    resume: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Career:
    name: str
    position: str
    skills: tuple[str, ...]
    projects: tuple[str, ...]
    achievements: tuple[str, ...]
    school: str


def career_resumes() -> tuple[CareerResume, ...]:
    """All of them, in the same order every time."""
    rng = Random(_SEED)
    korean = [*_rich(_KOREAN, "ko", rng), *_rich(_KOREAN[::3], "ko", rng, suffix="-long", entries=4)]
    english = [*_rich(_ENGLISH, "en", rng)]
    return (*korean, *english, *_thin(rng))


def _rich(
    careers: tuple[_Career, ...], language: Language, rng: Random, *, suffix: str = "", entries: int = 0
) -> Iterator[CareerResume]:
    for career in careers:
        months = rng.choice(_MONTHS)
        resume = _written(career, language, months, entries or rng.randint(1, 2), rng)
        yield CareerResume(f"{career.name}-{months}m{suffix}", language, resume)


def _written(career: _Career, language: Language, months: int, entries: int, rng: Random) -> dict[str, Any]:
    korean = language == "ko"
    work = [
        {
            "company": f"{rng.choice(_EMPLOYERS)} {number + 1}" if korean else f"Example Works {number + 1}",
            "position": career.position,
            "project_name": career.projects[number % len(career.projects)],
            "tech_stack": rng.sample(career.skills, min(len(career.skills), rng.randint(1, 5))),
            "achievements": rng.sample(career.achievements, rng.randint(1, len(career.achievements))),
        }
        for number in range(entries)
    ]
    resume: dict[str, Any] = {
        "name": rng.choice(_NAMES) if korean else "Robin Sample",
        "contact_info": {"email": "robin@example.com", "phone": "010-0000-1234"},
        "technical_skills": {"others": list(career.skills)},
        "total_experience_months": months,
    }
    if months:
        resume["work_experiences"] = work
    else:
        resume["personal_projects"] = [
            {
                "name": entry["project_name"],
                "tech_stack": entry["tech_stack"],
                "key_achievements": entry["achievements"],
            }
            for entry in work
        ]
    if rng.random() < 0.5:
        resume["summary"] = f"{career.position} {career.projects[-1]}"
    if rng.random() < 0.5:
        resume["education"] = [{"institution": "예시대학교" if korean else "Example College", "major": career.school}]
    return resume


def _thin(rng: Random) -> Iterator[CareerResume]:
    """Resumes that say next to nothing."""
    name = {"name": rng.choice(_NAMES)}
    thin: tuple[tuple[str, Language, dict[str, Any]], ...] = (
        ("only-a-name", "ko", name),
        ("only-a-name-en", "en", {"name": "Robin Sample"}),
        ("only-a-name-senior", "ko", name | {"total_experience_months": 240}),
        ("only-a-name-middle", "ko", name | {"total_experience_months": 40}),
        ("one-summary", "ko", name | {"summary": "동네 서점에서 책을 고르고 알리는 일을 했습니다."}),
        ("one-summary-en", "en", {"name": "Robin Sample", "summary": "Kept the books of a small theatre."}),
        ("one-school", "ko", name | {"education": [{"institution": "예시대학교", "major": "사회복지학"}]}),
        ("one-certificate", "ko", name | {"certifications": [{"name": "조리기능사"}], "total_experience_months": 30}),
        ("one-unknown-skill", "ko", name | {"technical_skills": {"others": ["꽃꽂이"]}}),
        ("one-known-skill", "ko", name | {"technical_skills": {"programming_languages": ["Python"]}}),
        ("one-known-skill-senior", "ko", _of_months(name, 150) | {"technical_skills": {"databases": ["MySQL"]}}),
        ("one-known-skill-en", "en", {"name": "Robin Sample", "technical_skills": {"others": ["Figma"]}}),
        ("two-skills", "ko", _of_months(name, 60) | {"technical_skills": {"others": ["Kafka", "전화 상담"]}}),
        ("one-employer", "ko", name | {"work_experiences": [{"company": "예시물류", "position": "물류 관리자"}]}),
        ("one-position", "ko", name | {"work_experiences": [{"position": "간호사", "duration": "6년"}]}),
        ("one-result", "ko", name | {"work_experiences": [{"achievements": ["신입 사원 교육 과정 정비"]}]}),
        ("one-project", "ko", name | {"personal_projects": [{"name": "동아리 회비 정산 도우미"}]}),
        ("one-activity", "ko", name | {"activities": [{"name": "교내 방송국", "role": "편집부장"}]}),
    )
    for label, language, resume in thin:
        yield CareerResume(label, language, resume)


def _of_months(resume: dict[str, Any], months: int) -> dict[str, Any]:
    return resume | {"total_experience_months": months}


_NAMES = ("가나다", "라마바", "사아자", "차카타")
_EMPLOYERS = ("예시상사", "보기전자", "본보기병원", "견본학원", "시범연구소")
_KOREAN = (
    _Career(
        "backend",
        "백엔드 개발자",
        ("Java", "Spring Boot", "MySQL", "Redis", "Kafka", "JPA", "Docker"),
        ("주문 처리 서버 개편", "정산 배치 재작성"),
        ("주문 처리 시간 40% 단축", "야간 배치 실패를 월 5건에서 0건으로 감소"),
        "컴퓨터공학",
    ),
    _Career(
        "frontend",
        "프론트엔드 개발자",
        ("TypeScript", "React", "Next.js", "Jest", "CSS"),
        ("예약 화면 개편", "사내 디자인 시스템 구축"),
        ("첫 화면 표시 시간 1.2초 단축", "공용 컴포넌트 30개 정리"),
        "산업디자인",
    ),
    _Career(
        "mobile",
        "안드로이드 개발자",
        ("Kotlin", "Android", "Jetpack Compose", "Firebase"),
        ("배달 기사용 앱 개발",),
        ("비정상 종료율 0.8%에서 0.2%로 감소", "오프라인 저장 기능 도입"),
        "정보통신공학",
    ),
    _Career(
        "data",
        "데이터 엔지니어",
        ("Python", "Airflow", "Spark", "BigQuery", "SQL", "dbt"),
        ("고객 행동 데이터 적재 체계 구축",),
        ("집계 작업 시간 6시간에서 50분으로 단축", "지표 정의서 작성과 공유"),
        "통계학",
    ),
    _Career(
        "ml",
        "머신러닝 엔지니어",
        ("Python", "PyTorch", "Hugging Face", "FastAPI", "LangChain"),
        ("상담 문의 자동 분류", "상품 추천 모델 개선"),
        ("분류 정확도 12% 향상", "추론 비용 절반으로 절감"),
        "수학",
    ),
    _Career(
        "devops",
        "인프라 엔지니어",
        ("Kubernetes", "Terraform", "AWS", "Prometheus", "ArgoCD", "Istio"),
        ("사내 배포 체계 이전",),
        ("배포 시간 40분에서 8분으로 단축", "장애 알림 기준 정비"),
        "전자공학",
    ),
    _Career(
        "security",
        "보안 담당자",
        ("OAuth 2.0", "Keycloak", "Vault", "TLS", "Python"),
        ("사내 인증 통합",),
        ("취약점 조치 기간 30일에서 9일로 단축", "계정 권한 점검 절차 수립"),
        "정보보호학",
    ),
    _Career(
        "qa",
        "QA 엔지니어",
        ("Selenium", "Postman", "JMeter", "Jira"),
        ("결제 화면 회귀 시험 자동화",),
        ("회귀 시험 시간 2일에서 3시간으로 단축", "결함 등급 기준 마련"),
        "경영정보학",
    ),
    _Career(
        "design",
        "프로덕트 디자이너",
        ("Figma", "Photoshop", "사용자 조사", "프로토타이핑"),
        ("가입 절차 개편",),
        ("가입 완료율 15% 상승", "디자인 규칙 문서 정리"),
        "시각디자인",
    ),
    _Career(
        "product",
        "서비스 기획자",
        ("Jira", "SQL", "A/B 테스트", "Notion"),
        ("구독 상품 출시",),
        ("해지율 3% 감소", "요구사항 정리 절차 도입"),
        "경제학",
    ),
    _Career(
        "marketing",
        "퍼포먼스 마케터",
        ("Google Ads", "Meta Ads", "GA4", "Braze", "A/B 테스트"),
        ("봄 신규 고객 캠페인", "휴면 고객 재방문 캠페인"),
        ("고객 획득 비용 27% 절감", "메시지 발송 기준 재정비"),
        "광고홍보학",
    ),
    _Career(
        "nursing",
        "간호사",
        ("중환자 간호", "투약 관리", "인공호흡기 관리", "신규 간호사 교육"),
        ("중환자실 감염 관리 활동",),
        ("투약 오류 30% 감소", "인수인계 양식 개선"),
        "간호학",
    ),
    _Career(
        "teaching",
        "수학 강사",
        ("수업 설계", "학습 진단", "온라인 강의 제작"),
        ("중학생 기초 수학 과정 개발",),
        ("수강생 평균 점수 11점 상승", "질문 게시판 운영"),
        "수학교육",
    ),
    _Career(
        "accounting",
        "회계 담당자",
        ("Excel", "ERP", "연결 결산", "부가세 신고"),
        ("월 결산 절차 개선",),
        ("월 결산 기간 10일에서 6일로 단축", "증빙 보관 기준 수립"),
        "회계학",
    ),
    _Career(
        "logistics",
        "물류 관리자",
        ("재고 관리", "Excel", "SAP", "배차 계획"),
        ("남부 창고 재배치",),
        ("오출고 45% 감소", "재고 실사 주기 변경"),
        "물류학",
    ),
    _Career(
        "cooking",
        "조리사",
        ("한식 조리", "메뉴 개발", "위생 관리", "식자재 발주"),
        ("단체 급식 식단 개편",),
        ("잔반 20% 감소", "알레르기 표시 도입"),
        "조리학",
    ),
    _Career(
        "sales",
        "기업 영업 담당자",
        ("Salesforce", "제안서 작성", "계약 협상"),
        ("공공기관 신규 영업",),
        ("신규 계약 18건 체결", "영업 일지 양식 통일"),
        "경영학",
    ),
    _Career(
        "people",
        "인사 담당자",
        ("채용 기획", "평가 제도 설계", "노무 관리", "Excel"),
        ("수습 평가 제도 개편",),
        ("채용 기간 45일에서 28일로 단축", "면접관 교육 진행"),
        "심리학",
    ),
    _Career(
        "game",
        "게임 클라이언트 개발자",
        ("C#", "Unity", "C++", "Git"),
        ("모바일 퍼즐 게임 출시",),
        ("실행 파일 크기 35% 감소", "충돌 판정 오류 수정"),
        "게임공학",
    ),
    _Career(
        "construction",
        "시공 관리자",
        ("AutoCAD", "공정 관리", "안전 점검"),
        ("주민센터 증축 공사",),
        ("공사 기간 3주 단축", "안전 점검표 개정"),
        "건축공학",
    ),
)
_ENGLISH = (
    _Career(
        "backend-en",
        "Backend Engineer",
        ("Go", "PostgreSQL", "gRPC", "Redis", "Kubernetes"),
        ("Ledger service rewrite",),
        ("Cut settlement time by 35%", "Introduced idempotent payments"),
        "Computer Science",
    ),
    _Career(
        "support-en",
        "Support Lead",
        ("Zendesk", "Ticket triage", "Knowledge base writing"),
        ("Help centre relaunch",),
        ("Reduced first response time by 40%", "Set up a weekly review of complaints"),
        "Linguistics",
    ),
    _Career(
        "analyst-en",
        "Data Analyst",
        ("SQL", "Tableau", "Python", "Amplitude"),
        ("Churn dashboard",),
        ("Raised trial conversion by 6%", "Defined shared metrics"),
        "Economics",
    ),
    _Career(
        "writer-en",
        "Technical Writer",
        ("API documentation", "Style guides", "Git"),
        ("Developer portal",),
        ("Halved the number of repeated questions", "Wrote a glossary"),
        "Journalism",
    ),
    _Career(
        "biology-en",
        "Laboratory Technician",
        ("Cell culture", "PCR", "R", "Sample tracking"),
        ("Freezer inventory clean-up",),
        ("Reduced lost samples by 80%", "Trained new staff"),
        "Biology",
    ),
)
