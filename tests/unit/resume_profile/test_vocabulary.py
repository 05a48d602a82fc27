"""The vocabulary: what counts as a mention, and that its entries hold together."""

import pytest

from shared.resume_profile.vocabulary import default_vocabulary


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
        ("카프카스 산맥, 도커리", []),
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
        ("전화 영업", None),
        ("", None),
    ],
)
def test_entries_of_lists_are_looked_up_in_any_case(entry: str, expected: str | None) -> None:
    """An entry of a list is a term in any case and with a version; short names count there."""
    vocabulary = default_vocabulary()

    term = vocabulary.lookup(entry)

    assert (term.name if term else None) == expected


def test_the_vocabulary_holds_together() -> None:
    """It is large, no spelling means two terms, and every term that another one names exists."""
    terms = default_vocabulary().terms
    names = {term.name for term in terms}

    spellings = [(name, term.name) for term in terms for name in term.names]
    named = {name for term in terms for name in (*term.prerequisites, *term.neighbours)}
    misread = [(name, owner) for name, owner in spellings if default_vocabulary().lookup(name).name != owner]  # type: ignore[union-attr]  # every spelling is known

    assert len(terms) >= 350
    assert named <= names
    assert misread == []


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
