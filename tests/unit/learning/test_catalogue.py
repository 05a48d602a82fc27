"""The catalogue of learning resources, and what is found in it."""

import re
from collections import Counter
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import services.learning
from services.learning.catalogue import Catalogue, CatalogueEntry, default_catalogue
from services.learning.material import default_material
from services.learning.model import RESOURCE_KINDS
from shared.resume_profile.vocabulary import default_vocabulary

_LEARNING = Path(services.learning.__path__[0])
_ROOT = _LEARNING.parents[1]
_CONFIRMED = re.compile(r"(cited|named) (\d{4}-\d{2}-\d{2})")
_FAMILIES = sorted({term.family for term in default_vocabulary().terms})
_COMMON_TERMS = (
    *("Java", "Kotlin", "Python", "JavaScript", "TypeScript", "Go", "SQL", "Spring Boot", "JPA", "Django", "Flask"),
    *("FastAPI", "Node.js", "NestJS", "REST API", "MySQL", "PostgreSQL", "MongoDB", "Redis", "Kafka", "RabbitMQ"),
    *(
        "Elasticsearch",
        "AWS",
        "GCP",
        "Azure",
        "Docker",
        "Kubernetes",
        "Terraform",
        "CI/CD",
        "GitHub Actions",
        "Jenkins",
    ),
    *("Git", "Linux", "Prometheus", "Grafana", "React", "Vue.js", "Next.js", "HTML", "CSS", "Android", "iOS", "Swift"),
    *("Flutter", "Spark", "Airflow", "Pandas", "Tableau", "Looker Studio", "Excel", "PyTorch", "TensorFlow", "LLM"),
    *("OWASP", "JUnit", "pytest", "Playwright", "Figma", "Photoshop", "디자인 시스템", "사용자 인터뷰", "A/B 테스트"),
    *("Jira", "애자일", "Google Ads", "Meta Ads", "GA4", "SEO", "CRM", "퍼포먼스 마케팅", "그로스 해킹", "OKR", "ERP"),
    *(
        "C",
        "C++",
        "C#",
        "PHP",
        "Ruby",
        "Rust",
        "R",
        "Dart",
        "Spring",
        "Spring Security",
        "Spring Cloud",
        "Spring Batch",
    ),
    *(
        "Hibernate",
        "MyBatis",
        "QueryDSL",
        "GraphQL",
        "gRPC",
        "WebSocket",
        "MSA",
        "Nginx",
        "Express",
        "TypeORM",
        "Prisma",
    ),
    *("MariaDB", "Oracle", "SQL Server", "SQLite", "Firebase", "Helm", "ArgoCD", "Ansible", "Datadog", "ELK", "Kibana"),
    *(
        "OpenTelemetry",
        "Redux",
        "React Query",
        "Tailwind CSS",
        "Vite",
        "Webpack",
        "Jest",
        "Cypress",
        "Selenium",
        "Vitest",
    ),
    *("React Native", "Angular", "Svelte", "SwiftUI", "Jetpack Compose", "BigQuery", "Snowflake", "dbt", "Hadoop"),
    *("Power BI", "NumPy", "scikit-learn", "RAG", "LangChain", "MLOps", "MLflow", "OpenCV", "OAuth 2.0", "JWT", "DDD"),
    *("TDD", "GitLab CI", "Gradle", "Maven", "Postman", "k6", "JMeter", "Sentry", "ClickHouse", "Flink", "Unity"),
    *(
        "Notion",
        "Confluence",
        "Illustrator",
        "Google Tag Manager",
        "Amplitude",
        "Mixpanel",
        "스크럼",
        "칸반",
        "SAP",
        "UX 리서치",
    ),
)


def _named_by_us() -> set[str]:
    """Terms that the documented resumes, the prompts and the topics of our own material name, and what they rest on."""
    vocabulary = default_vocabulary()
    files = [*_ROOT.glob("examples/resume-*.json"), *_ROOT.glob("services/*/prompts/*.yaml")]
    named = {term for file in files for term in vocabulary.find(file.read_text(encoding="utf-8"))}
    material = default_material()
    facets = (*material.deepenings, *material.gaps, *material.related.values())
    topics = (vocabulary.lookup(topic) for facet in facets for topic in facet.topics)
    named |= {term for term in topics if term is not None}
    return {name for term in named for name in (term.name, *term.prerequisites)}


# What a resume is likely to name: what we name ourselves, and what job postings of every role ask for.
_COMMON = sorted({*_COMMON_TERMS, *_named_by_us()})


def _repeated(values: list[str]) -> list[str]:
    return [value for value, times in Counter(values).items() if times > 1]


def test_titles_and_links_are_unique() -> None:
    """No two entries share a title, in either language, or a link."""
    entries = default_catalogue().entries

    titles = _repeated([title for entry in entries for title in (entry.title, entry.english) if title])
    links = _repeated([entry.link.rstrip("/") for entry in entries if entry.link])

    assert (titles, links) == ([], [])


def test_words_of_the_closed_lists_are_used() -> None:
    """Kind, language and level are of their lists."""
    entries = default_catalogue().entries

    strange = [
        entry.title
        for entry in entries
        if entry.kind not in RESOURCE_KINDS
        or entry.language not in ("ko", "en")
        or entry.level not in ("entry", "middle", "senior", "all")
    ]

    assert strange == []


def test_an_address_is_given_only_where_it_was_seen() -> None:
    """A link carries how and when it was found; a title alone may say so too, but never that it was cited."""
    notes = {entry.title: _CONFIRMED.fullmatch(entry.confirmed) for entry in default_catalogue().entries}

    strange = [
        entry.title
        for entry in default_catalogue().entries
        if (entry.confirmed or entry.link) and (notes[entry.title] or " ")[1] != ("cited" if entry.link else "named")
    ]
    days = {date.fromisoformat(note[2]) for note in notes.values() if note}

    assert strange == []
    assert min(days) >= date(2026, 11, 21)


def test_there_is_much_to_choose_from() -> None:
    """At least three hundred resources, most of them with an address, and few whose existence nothing confirms."""
    entries = default_catalogue().entries

    linked, unseen = [e for e in entries if e.link], [e for e in entries if not e.confirmed]

    assert len(entries) >= 300
    assert len(linked) >= 200
    assert len(unseen) <= 10


def test_links_are_plain_https() -> None:
    """Every link is an HTTPS address with a host and nothing personal or temporary in it."""
    links = [urlsplit(entry.link) for entry in default_catalogue().entries if entry.link]

    strange = [link.geturl() for link in links if link.scheme != "https" or not link.hostname or link.query]

    assert strange == []


def test_topics_are_known() -> None:
    """A topic is a canonical term, a family or a listed soft topic, and every soft topic has entries."""
    catalogue = default_catalogue()
    known = {term.name for term in default_vocabulary().terms} | set(_FAMILIES) | set(catalogue.soft_topics)

    used = {topic for entry in catalogue.entries for topic in entry.topics}

    assert used - known == set()
    assert set(catalogue.soft_topics) - used == set()


def test_english_titles_hold_no_korean() -> None:
    """An English reader is shown no Korean title of a resource that can be read in English."""
    entries = [entry for entry in default_catalogue().entries if entry.readable_in("en")]

    korean = [entry.title for entry in entries if re.search("[가-힣]", entry.title_in("en"))]

    assert korean == []


@pytest.mark.parametrize("topic", [*_FAMILIES, *_COMMON])
def test_a_family_or_common_term_has_a_resource(topic: str) -> None:
    """Whatever a common resume names, the catalogue has something to learn it from."""
    found = default_catalogue().for_topic(topic)

    assert found


def test_common_terms_are_many() -> None:
    """The list above is no handful."""
    known = [term for term in _COMMON if default_vocabulary().lookup(term) is not None]

    assert len(known) >= 120


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("Redis 공식 문서", "Redis 공식 문서"),
        ("redis  공식문서", "Redis 공식 문서"),
        ("Redis Documentation", "Redis 공식 문서"),
        ("클린 코드", "클린 코드 (로버트 마틴)"),
        ("클린 코드 (다른 출판사)", "클린 코드 (로버트 마틴)"),
        ("Redis 완벽 정복", None),
        ("", None),
    ],
    ids=["exact", "blanks-and-case", "english", "without-author", "other-bracket", "unknown", "empty"],
)
def test_a_title_is_found_however_it_is_spelled(title: str, found: str | None) -> None:
    """Case, blanks and the author in brackets make no difference; a similar title is another title."""
    entry = default_catalogue().by_title(title)

    assert (entry.title if entry else None) == found


def test_a_link_is_found_with_and_without_its_slash() -> None:
    """Two spellings of one address name one entry; a page below it does not."""
    catalogue = default_catalogue()

    with_slash, without = catalogue.by_link("https://redis.io/docs/"), catalogue.by_link("https://redis.io/docs")

    assert with_slash is without is not None
    assert catalogue.by_link("https://redis.io/docs/other") is None


@pytest.mark.parametrize(
    ("link", "allowed"),
    [
        ("https://docs.example.org/start", True),
        ("https://docs.example.org/any/page", True),
        ("https://courses.example.org/one", True),
        ("https://courses.example.org/other", False),
        ("http://docs.example.org/any/page", False),
        ("https://docs.example.org.evil.example/page", False),
        ("https://docs.example.org@evil.example/page", False),
        ("https://user@docs.example.org/page", False),
        ("https://docs.example.org:8443/page", False),
        ("https://docs.example.org:port/page", False),
        ("javascript:alert(1)", False),
        ("", False),
    ],
    ids=lambda value: str(value) or "empty",
)
def test_only_own_links_and_hosts_of_documentation_are_allowed(link: str, allowed: bool) -> None:
    """Beyond its own links the catalogue allows plain HTTPS pages on hosts of documentation and nothing else."""
    catalogue = Catalogue(
        [
            CatalogueEntry("D", "documentation", "en", "all", ("Redis",), "https://docs.example.org/start", "root"),
            CatalogueEntry("C", "course", "en", "all", ("Redis",), "https://courses.example.org/one", "root"),
        ]
    )

    found = catalogue.allows(link)

    assert found is allowed
