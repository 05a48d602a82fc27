"""The files of the page: small, complete in both languages, and the documented example among them."""

import re
from pathlib import Path

from tests.support.resumes import DOCUMENTED

PAGE = Path(__file__).resolve().parents[2] / "gateway" / "page"
EXAMPLE = PAGE / "example.json"
MAX_BYTES = 60_000
# What is Korean in the API itself, or English in it already, needs words in one language alone.
ONE_SIDED = re.compile(r"\.one$|^(category|difficulty|outcome|failure|rule|resource)\.")


def keys_of(language: str) -> set[str]:
    """The keys of one language."""
    text = (PAGE / f"text_{language}.js").read_text(encoding="utf-8")
    return {quoted or bare for quoted, bare in re.findall(r'^\t(?:"([^"]+)"|(\w+)):', text, re.MULTILINE)}


def test_the_example_is_the_documented_one() -> None:
    """What the page offers as an example is what the documentation shows."""
    assert EXAMPLE.read_bytes() == DOCUMENTED.read_bytes()


def test_the_page_is_small() -> None:
    """All that a browser loads is less than 60 kB before compression, without the example."""
    sizes = {file.name: file.stat().st_size for file in PAGE.iterdir() if file != EXAMPLE}

    assert sum(sizes.values()) < MAX_BYTES, sizes


def test_both_languages_say_the_same() -> None:
    """Every text stands in both languages."""
    korean, english = keys_of("ko"), keys_of("en")

    assert len(korean) > 80
    assert {key for key in korean ^ english if not ONE_SIDED.search(key)} == set()


def test_no_text_is_left_over() -> None:
    """Every text is shown somewhere. Where one is missing the page fails, which the tests in the browser hear."""
    files = [file for file in PAGE.iterdir() if file.suffix in (".js", ".html") and not file.name.startswith("text_")]
    quoted = set(re.findall(r"""["'`]([\w.]+)["'`]""", "".join(file.read_text(encoding="utf-8") for file in files)))
    # A part of a section's name stands alone, as do the families of the API's values and the points of an analysis.
    shown = quoted | {f"{kind}{key}" for kind in ("questions", "path") for key in quoted if key.startswith(".")}
    shown |= {f"{kind}.{key}" for kind in ("questions", "path") for key in quoted}

    left_over = {key for key in keys_of("ko") if key not in shown and key.partition(".")[0] not in quoted}

    assert left_over == set()
