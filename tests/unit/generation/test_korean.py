"""Particles after any word."""

import pytest

from shared.generation.korean import with_particle


@pytest.mark.parametrize(
    ("word", "particle", "expected"),
    [
        ("서버", "은/는", "서버는"),
        ("시스템", "은/는", "시스템은"),
        ("Redis", "은/는", "Redis는"),
        ("MySQL", "은/는", "MySQL은"),
        ("Spring Boot", "을/를", "Spring Boot를"),
        ("API", "을/를", "API를"),
        ("1000명", "은/는", "1000명은"),
        ("AWS EC2", "으로/로", "AWS EC2로"),
        ("Docker", "과/와", "Docker와"),
        ("Python", "이/가", "Python이"),
        ("Kotlin", "으로/로", "Kotlin으로"),
        ("서울", "으로/로", "서울로"),
        ("서울", "을/를", "서울을"),
        ("집", "으로/로", "집으로"),
        ("URL", "으로/로", "URL로"),
        ("SQL", "으로/로", "SQL로"),
        ("JVM", "으로/로", "JVM으로"),
        ("LLM", "이/가", "LLM이"),
        ("TLS", "을/를", "TLS를"),
        ("S3", "은/는", "S3는"),
        ("GA4", "과/와", "GA4와"),
        ("50%", "을/를", "50%를"),
        ("10", "으로/로", "10으로"),
        ("2021", "이/가", "2021이"),
        ("C++", "은/는", "C++는"),
        ("C#", "은/는", "C#은"),
        ("CI/CD", "을/를", "CI/CD를"),
        ("A/B 테스트", "이/가", "A/B 테스트가"),
        ("‘실시간 채팅 서비스’", "은/는", "‘실시간 채팅 서비스’는"),
        ("‘배포 자동화’", "이라는/라는", "‘배포 자동화’라는"),
        ("‘50% 개선’", "이라는/라는", "‘50% 개선’이라는"),
        ("Docker(컨테이너)", "은/는", "Docker(컨테이너)는"),
        ("(주문)", "은/는", "(주문)은"),
        ("Tableau", "를/을", "Tableau를"),
        ("", "은/는", "는"),
    ],
)
def test_the_particle_fits_the_sound_of_the_word(word: str, particle: str, expected: str) -> None:
    """What is said last decides, whatever script it is written in; after ㄹ it is 로."""
    given = word

    joined = with_particle(given, particle)

    assert joined == expected


def test_an_unknown_pair_is_a_defect_of_the_caller() -> None:
    """A typing error in a template does not go unnoticed."""
    word = "서버"

    with pytest.raises(KeyError):
        with_particle(word, "을/은")
