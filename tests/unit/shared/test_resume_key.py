"""Keys: letters of any script, digits and three marks, one spelling each."""

import unicodedata

import pytest

from shared.resume_key import RESERVED_KEYS, check_key, normalize_key


@pytest.mark.parametrize("key", ["a", "김개발", "kim-2026_v1.2", "हिन्दी", "x" * 64, "docs2", "Ünï"], ids=str)
def test_good_keys(key: str) -> None:
    """Any script is welcome."""
    assert check_key(key) == []


@pytest.mark.parametrize(
    "key",
    ["", "x" * 65, "a/b", "a b", "a%", "a\x00", "a\nb", "김?", "a:b", "½", *sorted(RESERVED_KEYS)],
    ids=repr,
)
def test_bad_keys(key: str) -> None:
    """What a path cannot carry, or already means something there, is refused by the name of the field."""
    assert [violation.field for violation in check_key(key)] == ["unique_key"]


def test_decomposed_hangul_is_the_same_key() -> None:
    """A key that one system sends decomposed is found under its composed spelling."""
    assert normalize_key(unicodedata.normalize("NFD", "김개발")) == "김개발"
