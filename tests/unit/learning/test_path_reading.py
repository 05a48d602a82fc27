"""From what a model wrote to a path."""

import json
from copy import deepcopy
from typing import Any

import pytest

from services.learning.catalogue import Catalogue, CatalogueEntry
from services.learning.model import LearningResource
from services.learning.reading import order_steps, read_path, settle_resources
from shared.llm.errors import AnswerMalformed
from tests.unit.learning.paths import GOOD, with_step

STEP: dict[str, Any] = {
    "type": "strength",
    "analysis_point": "점",
    "title": "제목",
    "description": "설명",
    "category": "기술",
    "priority": "high",
    "estimated_duration": "3주",
    "resources": [{"title": "어떤 책", "kind": "book"}],
    "reason": "이유",
}
ANSWER: dict[str, Any] = {
    "analysis": {"strengths": [{"point": "점", "ground": "근거"}], "weaknesses": [{"point": "틈", "ground": "없음"}]},
    "learning_paths": [STEP],
    "summary": "요약",
}


def _written(**changes: Any) -> str:
    """An answer with one step of which some fields are changed."""
    return json.dumps({**ANSWER, "learning_paths": [{**STEP, **changes}]}, ensure_ascii=False)


def test_an_answer_becomes_a_path() -> None:
    """Every field arrives where it belongs."""
    path = read_path(json.dumps(ANSWER))

    (step,) = path.steps
    assert (path.summary, path.analysis.strengths[0].point, path.analysis.weaknesses[0].ground) == (
        "요약",
        "점",
        "없음",
    )
    assert (step.type, step.title, step.description, step.category, step.priority) == (
        "strength",
        "제목",
        "설명",
        "기술",
        "high",
    )
    assert (step.estimated_duration, step.reason, step.analysis_point, step.link) == ("3주", "이유", "점", "")
    assert step.resources == (LearningResource("어떤 책", "book"),)


@pytest.mark.parametrize(
    ("field", "written", "read"),
    [
        ("type", "강점", "strength"),
        ("type", "보완", "weakness"),
        ("type", "Weakness", "weakness"),
        ("priority", "상", "high"),
        ("priority", "보통", "medium"),
        ("priority", "하", "low"),
        ("priority", " HIGH ", "high"),
        ("category", "technical", "기술"),
        ("category", "문제 해결", "문제해결"),
        ("category", "soft skill", "인성"),
        ("estimated_duration", "3 weeks", "3주"),
        ("estimated_duration", "약 2개월", "2개월"),
        ("priority", "urgent", "urgent"),
        ("category", "기타", "기타"),
    ],
    ids=lambda value: value.strip(),
)
def test_aliases_of_the_closed_words_are_mapped(field: str, written: str, read: str) -> None:
    """What means one of our words becomes it; what means none stays for the checks."""
    (step,) = read_path(_written(**{field: written})).steps

    assert getattr(step, field) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("docs", "documentation"),
        ("도서", "book"),
        ("강의", "course"),
        ("Blog", "article"),
        ("실습", "practice"),
        ("x", "x"),
    ],
    ids=lambda value: value,
)
def test_aliases_of_kinds_are_mapped(written: str, read: str) -> None:
    """Kinds of resources have aliases too."""
    (step,) = read_path(_written(resources=[{"title": "어떤 책", "kind": written}])).steps

    assert step.resources[0].kind == read


def _without(path: str) -> str:
    """The answer with one field taken out or made of another kind; `a.0.b=x` puts x there."""
    answer = deepcopy(ANSWER)
    place, _, value = path.partition("=")
    *way, last = place.split(".")
    found: Any = answer
    for key in way:
        found = found[int(key)] if key.isdigit() else found[key]
    if value:
        found[last] = json.loads(value)
    else:
        del found[last]
    return json.dumps(answer)


@pytest.mark.parametrize(
    "path",
    [
        "analysis",
        "analysis.strengths",
        "analysis.weaknesses",
        "analysis.strengths.0.point",
        "learning_paths",
        "summary",
        *(f"learning_paths.0.{field}" for field in STEP),
        "learning_paths.0.resources.0.title",
        "learning_paths.0.resources.0.kind",
        "analysis=[]",
        'learning_paths={"0": {}}',
        'learning_paths=["a"]',
        "learning_paths.0.title=[]",
        'learning_paths.0.title="  "',
        'learning_paths.0.resources="책"',
        "summary=null",
    ],
    ids=lambda path: path,
)
def test_a_wrong_shape_is_malformed(path: str) -> None:
    """A field that is missing, blank or of another kind makes the answer unusable."""
    text = _without(path)

    with pytest.raises(AnswerMalformed):
        read_path(text)


@pytest.mark.parametrize("text", ["", "모르겠습니다", "[]", '{"analysis": '], ids=["empty", "prose", "list", "cut"])
def test_what_is_no_object_is_malformed(text: str) -> None:
    """Without a JSON object there is nothing to read."""
    with pytest.raises(AnswerMalformed):
        read_path(text)


@pytest.mark.parametrize(
    ("written", "settled"),
    [
        (LearningResource("아는 문서", "documentation"), ("아는 문서", "https://known.example/docs/")),
        (
            LearningResource("아는 문서", "course", "https://invented.example/"),
            ("아는 문서", "https://known.example/docs/"),
        ),
        (LearningResource("Known Docs", "documentation"), ("Known Docs", "https://known.example/docs/")),
        (
            LearningResource("다른 이름", "article", "https://known.example/docs"),
            ("아는 문서", "https://known.example/docs/"),
        ),
        (LearningResource("아는 책", "book", "https://invented.example/book"), ("아는 책 (저자)", "")),
        (LearningResource("모르는 강의", "course", "https://invented.example/"), ("모르는 강의", "")),
        (
            LearningResource("복제", "article", "https://known.example/replica"),
            ("복제", "https://known.example/replica"),
        ),
        (LearningResource("복제", "article", "http://known.example/replica"), ("복제", "")),
    ],
    ids=[
        "own link for a known title",
        "own link in place of an invented one",
        "english title is kept",
        "known link names the entry",
        "a book has no link",
        "an invented link is dropped",
        "a page on a host of documentation stays",
        "plain http is dropped",
    ],
)
def test_links_come_from_the_catalogue(written: LearningResource, settled: tuple[str, str]) -> None:
    """A title of the catalogue gets its link, and no link is shown that a model made up."""
    catalogue = Catalogue(
        [
            CatalogueEntry(
                "아는 문서", "documentation", "en", "all", (), "https://known.example/docs/", "root", "Known Docs"
            ),
            CatalogueEntry("아는 책 (저자)", "book", "ko", "all", ()),
        ]
    )

    path = settle_resources(with_step(0, resources=(written,)), catalogue)

    (resource,) = path.steps[0].resources
    assert (resource.title, resource.link) == settled
    assert path.steps[0].link == settled[1]


def test_the_link_of_a_step_is_that_of_its_first_linked_resource() -> None:
    """A book before it does not leave a step without a place to begin."""
    text = _written(
        resources=[{"title": "클린 코드", "kind": "book"}, {"title": "Redis 공식 문서", "kind": "documentation"}]
    )

    (step,) = read_path(text).steps

    assert step.link == "https://redis.io/docs/"


def test_steps_come_in_the_order_of_their_priority() -> None:
    """High before medium before low, what is equal as it was written, the unknown last."""
    mixed = with_step(0, priority="urgent")

    ordered = order_steps(mixed)

    titles = [step.title for step in GOOD.steps]
    assert [step.title for step in ordered.steps] == [titles[1], titles[2], titles[3], titles[4], titles[0]]
