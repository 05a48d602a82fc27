"""Keeping the good steps of a broken answer, and asking for the missing ones so that the path comes out right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from services.learning.answers import (
    LISTS,
    NO_POINTS,
    Points,
    answer_of,
    content_of,
    in_order,
    is_complete,
    points_named_by,
    points_of,
    steps_as_written,
    steps_of,
    summary_of,
)
from services.learning.checks import (
    MAX_HIGH,
    MIN_OF_EACH_TYPE,
    STRENGTH_SHARE,
    TITLE_SIMILARITY,
    check_path,
    fold_point,
)
from services.learning.model import (
    MAX_STEPS,
    MIN_STEPS,
    STEP_TYPES,
    AnalysisPoint,
    LearningStep,
)
from services.learning.prerequisites import find_early_steps
from services.learning.reading import read_path
from shared.generation.continuation import Selection
from shared.generation.model import Subject
from shared.generation.prompts import fence_json
from shared.generation.similarity import rouge_l
from shared.llm.messages import Rejection

# Of these a path as a whole is to blame and none of its steps; titles are compared step by step as they are chosen.
_PATH_CHECKS = frozenset({"count", "balance"})
# What can be wrong with a point by itself.
_TEXT_CHECKS = frozenset({"invented-tech", "invented-number", "pii", "script", "injection"})
_GOOD_SHARE = 0.6


@dataclass(frozen=True, slots=True)
class PathParts:
    """The points and steps of an answer about one resume. A step is kept while a good path can be made with it."""

    subject: Subject

    def accepts(self, text: str) -> bool:
        """Whether this is a path that passes every check."""
        return not check_path(read_path(text), self.subject)

    def select(self, found: Mapping[str, Any]) -> Selection | None:
        """The steps that pass the checks of their own and go together, with the analysis if it was written to its end.

        The summary speaks of all steps, so it is kept only where all of the path is good.
        """
        points, steps, summary = points_of(found), steps_of(found), summary_of(found)
        rejections = self._check(points, steps, summary)
        if summary and not rejections:
            return Selection(answer_of(points, steps, summary), len(steps), 0)
        if not is_complete(found):
            points, rejections = NO_POINTS, self._check(NO_POINTS, steps)
        points, sound = self._without_bad(points, steps, rejections)
        chosen = self._with_fitting((), sound, points, MAX_STEPS)
        if not chosen:
            return None
        return Selection(answer_of(points, chosen), len(chosen), max(1, sum(_missing(chosen, points) or ())))

    def wishes(self, kept: Mapping[str, Any]) -> Mapping[str, object]:
        """What the rest must be: how many steps of each type, which points they serve, how many may be urgent."""
        steps, points = steps_of(kept), points_of(kept)
        strengths, weaknesses = _missing(steps, points) or (0, 0)
        high = MAX_HIGH - _count_high(steps)
        return {
            "kept": fence_json(kept),
            "kept_count": len(steps),
            "missing": strengths + weaknesses,
            "strengths": strengths,
            "weaknesses": weaknesses,
            "unserved": _named(_unserved(steps, points)),
            "unwritten": _named(_unwritten(steps, points)),
            "high": f"{high}개까지만 더합니다" if high else "더하지 않습니다",
        }

    def merge(self, kept: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
        """Kept steps and the new ones that go with them, with the points that they serve.

        Where too few do, others fill the path: the checks then name what is wrong with them. Reading puts the steps in
        the order of their priority.
        """
        before, points = steps_of(kept), _merge_points(points_of(kept), points_of(found))
        after = [step for step in steps_of(found) if step not in before]
        most = sum(_missing(before, points_of(kept)) or ())
        points, sound = self._without_bad(points, after, self._check(points, after))
        chosen = self._with_fitting(before, sound, points, most)
        chosen += [step for step in after if step not in chosen]
        steps = chosen[: len(before) + most]
        if _missing(steps, points, 0) is not None:
            # They make a path as they are: a point that nothing serves would be one too many.
            points = _served(points, steps)
        return answer_of(points, steps, summary_of(found) or summary_of(kept))

    def items(self, found: Mapping[str, Any]) -> Sequence[LearningStep]:
        """The steps, good or not, in the order in which they were written."""
        return steps_as_written(found)

    def is_sound(
        self, item: LearningStep, before: Sequence[LearningStep], found: Mapping[str, Any], kept: Mapping[str, Any]
    ) -> bool:
        """Whether a step passes its checks and a good path can be made with it and those `before` it."""
        points = _merge_points(points_of(kept), points_of(found) if is_complete(found) else NO_POINTS)
        points, sound = self._without_bad(points, [item], self._check(points, [item]))
        fits = len(self._with_fitting(before, sound, points, MAX_STEPS - len(before))) > len(before)
        return fits and not list(find_early_steps(in_order([*before, item]), self.subject.profile))

    def _check(self, points: Points, steps: Sequence[LearningStep], summary: str = "") -> Sequence[Rejection]:
        """Where no points are known, those that the steps name are taken for the analysis."""
        known = points if any(points.values()) else points_named_by(steps)
        return check_path(content_of(known, steps, summary), self.subject)

    def _without_bad(
        self, points: Points, steps: Sequence[LearningStep], rejections: Sequence[Rejection]
    ) -> tuple[Points, list[LearningStep]]:
        """Points and steps that pass all checks of one point or step, going by what the check of all has rejected."""
        if any(rejection.item is None and rejection.check in _TEXT_CHECKS for rejection in rejections):
            good = {
                kind: [point for point in of_kind if not self._is_bad({**NO_POINTS, kind: [point]})]
                for kind, of_kind in points.items()
            }
            if good != points:
                return self._without_bad(good, steps, self._check(good, steps))
        bad = {rejection.item for rejection in rejections if rejection.check not in _PATH_CHECKS}
        return points, [step for index, step in enumerate(steps) if index not in bad]

    def _is_bad(self, points: Points) -> bool:
        return any(rejection.check in _TEXT_CHECKS for rejection in self._check(points, ()))

    def _with_fitting(
        self, kept: Sequence[LearningStep], steps: Sequence[LearningStep], points: Points, most: int
    ) -> list[LearningStep]:
        """The kept steps and at most so many others, each of them chosen only if the path can still be completed."""
        chosen = list(kept)
        for step in steps:
            left = len(kept) + most - len(chosen)
            if left > 0 and _fits(step, chosen) and _missing([*chosen, step], points, left - 1) is not None:
                chosen.append(step)
        return chosen


def _fits(step: LearningStep, chosen: Sequence[LearningStep]) -> bool:
    unlike = all(rouge_l(other.title, step.title) < TITLE_SIMILARITY for other in chosen)
    return unlike and _count_high([*chosen, step]) <= MAX_HIGH


def _missing(steps: Sequence[LearningStep], points: Points, most: int = MAX_STEPS) -> tuple[int, int] | None:
    """How many strengths and weaknesses complete a path: enough for the points that no step serves, else the fewest.

    None where no `most` of them do.
    """
    present = [sum(step.type == kind for step in steps) for kind in STEP_TYPES]
    unserved = [len(of_kind) for of_kind in _unserved(steps, points).values()]
    least, largest = STRENGTH_SHARE
    alike = len({step.priority for step in steps}) == 1
    ways: list[tuple[int, int, float, tuple[int, int]]] = []
    for more in product(range(most + 1), range(most + 1)):
        strengths, weaknesses = present[0] + more[0], present[1] + more[1]
        total = strengths + weaknesses
        if sum(more) > most or not MIN_STEPS <= total <= MAX_STEPS or (alike and not any(more)):
            continue
        share = strengths / total
        if min(strengths, weaknesses) >= MIN_OF_EACH_TYPE and least <= share <= largest:
            open_points = sum(max(0, few - new) for few, new in zip(unserved, more, strict=True))
            ways.append((open_points, sum(more), abs(share - _GOOD_SHARE), more))
    return min(ways)[-1] if ways else None


def _count_high(steps: Sequence[LearningStep]) -> int:
    return sum(step.priority == "high" for step in steps)


def _unserved(steps: Sequence[LearningStep], points: Points) -> dict[str, list[str]]:
    """Points of the analysis that no step serves."""
    served = {(step.type, fold_point(step.analysis_point)) for step in steps}
    return {
        kind: [point.point for point in of_kind if (kind, fold_point(point.point)) not in served]
        for kind, of_kind in points.items()
    }


def _unwritten(steps: Sequence[LearningStep], points: Points) -> dict[str, list[str]]:
    """Points that steps serve and that stand in no analysis."""
    written = {(kind, fold_point(point.point)) for kind, of_kind in points.items() for point in of_kind}
    return {
        kind: list(
            dict.fromkeys(
                step.analysis_point
                for step in steps
                if step.type == kind and (kind, fold_point(step.analysis_point)) not in written
            )
        )
        for kind in STEP_TYPES
    }


def _named(points: Mapping[str, Sequence[str]]) -> str:
    if not any(points.values()):
        return "없음"
    return fence_json({LISTS[kind]: of_kind for kind, of_kind in points.items()}, indent=None)


def _served(points: Points, steps: Sequence[LearningStep]) -> Points:
    served = {(step.type, fold_point(step.analysis_point)) for step in steps}
    return {
        kind: [point for point in of_kind if (kind, fold_point(point.point)) in served]
        for kind, of_kind in points.items()
    }


def _merge_points(kept: Points, new: Points) -> Points:
    merged: dict[str, list[AnalysisPoint]] = {}
    for kind in STEP_TYPES:
        known = {fold_point(point.point) for point in kept[kind]}
        merged[kind] = [*kept[kind], *(point for point in new[kind] if fold_point(point.point) not in known)]
    return merged
