"""From what a model wrote to a path: shape, aliases of the closed words, links from our catalogue, order."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from services.learning.catalogue import Catalogue, default_catalogue
from services.learning.durations import normalise_duration
from services.learning.model import (
    PRIORITIES,
    RESOURCE_KINDS,
    STEP_TYPES,
    Analysis,
    AnalysisPoint,
    LearningResource,
    LearningStep,
    PathContent,
)
from services.learning.prerequisites import put_needed_first
from shared.generation.reading import (
    read_alias,
    read_category,
    read_json_object,
    read_object,
    read_objects,
    read_prose,
    read_text,
)
from shared.llm.errors import AnswerMalformed

# Words that models write in place of ours, folded to lower case. What is in no table stays and fails its check.
_TYPES = {word: word for word in STEP_TYPES} | {
    "강점": "strength",
    "strengths": "strength",
    "강화": "strength",
    "약점": "weakness",
    "weaknesses": "weakness",
}
_TYPES |= {"보완": "weakness", "gap": "weakness", "보완점": "weakness"}
_PRIORITIES = {word: word for word in PRIORITIES} | {
    "상": "high",
    "높음": "high",
    "중": "medium",
    "보통": "medium",
    "중간": "medium",
    "mid": "medium",
}
_PRIORITIES |= {"하": "low", "낮음": "low"}
_KINDS = {word: word for word in RESOURCE_KINDS} | {
    "docs": "documentation",
    "document": "documentation",
    "공식 문서": "documentation",
    "공식문서": "documentation",
    "official documentation": "documentation",
    "guide": "documentation",
    "website": "documentation",
    "문서": "documentation",
}
_KINDS |= {"도서": "book", "책": "book", "강의": "course", "강좌": "course", "lecture": "course", "video": "course"}
_KINDS |= {"tutorial": "practice", "실습": "practice", "project": "practice", "블로그": "article", "blog": "article"}
_KINDS |= {"아티클": "article", "글": "article", "paper": "article", "온라인 강의": "course", "online course": "course"}


def read_path(text: str) -> PathContent:
    """Reads an answer; links come from our catalogue, steps are in the order of their priority.

    Raises `AnswerMalformed` where a field is missing, blank or of another kind. What the fields say is for the checks.
    """
    content = _read_content(read_json_object(text))
    return order_steps(settle_resources(content, default_catalogue()))


def settle_resources(content: PathContent, catalogue: Catalogue) -> PathContent:
    """Puts our own links in place of a model's, and drops every link that may not be shown."""
    return replace(content, steps=tuple(_settle_step(step, catalogue) for step in content.steps))


def order_steps(content: PathContent) -> PathContent:
    """Steps by priority, an unknown one last; where it is equal, prerequisites first, and else as they were written."""
    ranks = {priority: rank for rank, priority in enumerate(PRIORITIES)}
    steps = sorted(put_needed_first(content.steps), key=lambda step: ranks.get(step.priority, len(ranks)))
    return replace(content, steps=tuple(steps))


def _settle_step(step: LearningStep, catalogue: Catalogue) -> LearningStep:
    resources = tuple(_settle_resource(resource, catalogue) for resource in step.resources)
    link = next((resource.link for resource in resources if resource.link), "")
    return replace(step, resources=resources, link=link)


def _settle_resource(resource: LearningResource, catalogue: Catalogue) -> LearningResource:
    entry = catalogue.by_title(resource.title) or (catalogue.by_link(resource.link) if resource.link else None)
    if entry is not None:
        return entry.resource_titled(resource.title)
    return resource if catalogue.allows(resource.link) else replace(resource, link="")


def _read_content(answer: Mapping[str, Any]) -> PathContent:
    analysis = read_object(answer, "analysis")
    return PathContent(
        analysis=Analysis(
            strengths=tuple(_read_point(point) for point in read_objects(analysis, "strengths")),
            weaknesses=tuple(_read_point(point) for point in read_objects(analysis, "weaknesses")),
        ),
        steps=tuple(_read_step(step) for step in read_objects(answer, "learning_paths")),
        summary=_required(answer, "summary"),
    )


def _read_point(point: Mapping[str, Any]) -> AnalysisPoint:
    return AnalysisPoint(point=_required(point, "point"), ground=_required(point, "ground"))


def _read_step(step: Mapping[str, Any]) -> LearningStep:
    return LearningStep(
        type=read_alias(_required(step, "type"), _TYPES),
        title=_required(step, "title"),
        description=_required(step, "description"),
        category=read_category(_required(step, "category")),
        priority=read_alias(_required(step, "priority"), _PRIORITIES),
        estimated_duration=normalise_duration(_required(step, "estimated_duration")),
        resources=tuple(_read_resource(resource) for resource in read_objects(step, "resources")),
        link="",
        reason=_required(step, "reason"),
        analysis_point=_required(step, "analysis_point"),
    )


def _read_resource(resource: Mapping[str, Any]) -> LearningResource:
    # Our schema has no link; some models give one all the same.
    return LearningResource(
        title=_required(resource, "title"),
        kind=read_alias(_required(resource, "kind"), _KINDS),
        link=read_text(resource, "link"),
    )


def _required(item: Mapping[str, Any], key: str) -> str:
    text = read_prose(item, key)
    if not text:
        raise AnswerMalformed
    return text
