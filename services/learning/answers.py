"""What stands in an answer about a learning path, whole or broken off, and answers that are made of such parts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from services.learning.model import STEP_TYPES, Analysis, AnalysisPoint, LearningStep, PathContent
from services.learning.reading import order_steps, read_path
from shared.generation.continuation import dump_answer, entries_of
from shared.llm.errors import AnswerMalformed

_ANALYSIS, _STEPS, _SUMMARY = "analysis", "learning_paths", "summary"
_STRENGTH, _WEAKNESS = STEP_TYPES
LISTS = {_STRENGTH: "strengths", _WEAKNESS: "weaknesses"}
# Members in the order of the prompt's schema.
_MEMBERS = ("type", "analysis_point", "title", "description", "category", "priority", "estimated_duration")

Points = Mapping[str, Sequence[AnalysisPoint]]
NO_POINTS: Points = {_STRENGTH: (), _WEAKNESS: ()}


def points_named_by(steps: Sequence[LearningStep]) -> Points:
    """The points that steps say they serve, as an analysis."""
    return {
        kind: [AnalysisPoint(step.analysis_point, "-") for step in steps if step.type == kind] for kind in STEP_TYPES
    }


def is_complete(found: Mapping[str, Any]) -> bool:
    """Whether something follows the analysis, so that it was not the analysis that broke off."""
    return _ANALYSIS in found and list(found)[-1] != _ANALYSIS


def points_of(answer: Mapping[str, Any]) -> Points:
    """The points of the analysis by type of step, as far as they can be read."""
    analysis = answer.get(_ANALYSIS)
    lists = analysis if isinstance(analysis, dict) else {}
    return {
        kind: [point for entry in entries_of(lists, name) for point in _read_point(entry)]
        for kind, name in LISTS.items()
    }


def steps_of(answer: Mapping[str, Any]) -> list[LearningStep]:
    """In the order of their priority, as reading has them."""
    return in_order(steps_as_written(answer))


def steps_as_written(answer: Mapping[str, Any]) -> list[LearningStep]:
    """The steps that can be read, in the order in which they stand there."""
    return [step for entry in entries_of(answer, _STEPS) for step in _read_step(entry)]


def in_order(steps: Sequence[LearningStep]) -> list[LearningStep]:
    """By their priority, as reading has them."""
    return list(order_steps(content_of(NO_POINTS, steps)).steps)


def summary_of(answer: Mapping[str, Any]) -> str:
    """The summary, empty where there is none."""
    summary = answer.get(_SUMMARY)
    return summary.strip() if isinstance(summary, str) else ""


def _read_point(entry: Mapping[str, Any]) -> Iterator[AnalysisPoint]:
    yield from _read({_ANALYSIS: {"strengths": [entry], "weaknesses": []}, _STEPS: []}).analysis.strengths


def _read_step(entry: Mapping[str, Any]) -> Iterator[LearningStep]:
    yield from _read({_ANALYSIS: {"strengths": [], "weaknesses": []}, _STEPS: [entry]}).steps


def _read(answer: Mapping[str, Any]) -> PathContent:
    """One point or step as the service reads it, and nothing where it cannot be read."""
    try:
        return read_path(dump_answer({**answer, _SUMMARY: "-"}))
    except AnswerMalformed:
        return content_of(NO_POINTS, ())


def content_of(points: Points, steps: Sequence[LearningStep], summary: str = "") -> PathContent:
    """Parts as the service has them; a path needs a summary."""
    analysis = Analysis(tuple(points[_STRENGTH]), tuple(points[_WEAKNESS]))
    return PathContent(analysis, tuple(steps), summary or "-")


def answer_of(points: Points, steps: Sequence[LearningStep], summary: str = "") -> dict[str, Any]:
    """No member but those that are checked: what else a model wrote goes into no other prompt."""
    answer = {
        _ANALYSIS: {LISTS[kind]: [asdict(point) for point in of_kind] for kind, of_kind in points.items()},
        _STEPS: [_written(step) for step in steps],
    }
    return answer | {_SUMMARY: summary} if summary else answer


def _written(step: LearningStep) -> dict[str, Any]:
    """Links are left out: they are of our catalogue, and reading puts them in again."""
    resources = [{"title": resource.title, "kind": resource.kind} for resource in step.resources]
    return {**{name: getattr(step, name) for name in _MEMBERS}, "resources": resources, "reason": step.reason}
