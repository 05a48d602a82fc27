"""What is learned before what: the steps of a path in the order of the vocabulary's prerequisites.

Priority comes first, so the two agree by this rule: what a later step builds on has at least the priority of that step,
and of two steps with the same priority what is built on comes first. Reading sees to the second half, the check
`prerequisites` to the rest. Only what a weakness step has in its title counts as taught: strength steps deepen what is
there already.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from services.learning.model import LearningStep
from shared.resume_profile.model import ResumeProfile
from shared.resume_profile.vocabulary import default_vocabulary

_NOTHING: frozenset[str] = frozenset()


def find_early_steps(steps: Sequence[LearningStep], profile: ResumeProfile) -> Iterator[int]:
    """Indexes of the steps that build on what the resume lacks and a later step is the first to teach."""
    known = _known_names(profile)
    taught = [_taught_by(step) for step in steps]
    for index, names in enumerate(taught):
        so_far = known.union(*taught[: index + 1])
        later = _NOTHING.union(*taught[index + 1 :]) - so_far
        if later & _needed_for(names - known, known):
            yield index


def put_needed_first(steps: Sequence[LearningStep]) -> list[LearningStep]:
    """The steps, those that teach a prerequisite of another before it, and else in the order they have."""
    left = [(step, _taught_by(step)) for step in steps]
    ordered: list[LearningStep] = []
    so_far = _NOTHING
    while left:
        to_come = [names for _, names in left]
        free = next((entry for entry in left if not _builds_on(entry[1], to_come, so_far)), left[0])
        left.remove(free)
        ordered.append(free[0])
        so_far |= free[1]
    return ordered


def _builds_on(names: frozenset[str], to_come: Sequence[frozenset[str]], so_far: frozenset[str]) -> bool:
    """Whether something is needed for these that is yet to come and neither taught along with them nor before."""
    needed = _needed_for(names, _NOTHING) - names - so_far
    return any(needed & taught for taught in to_come)


def _taught_by(step: LearningStep) -> frozenset[str]:
    if step.type != "weakness":
        return _NOTHING
    return frozenset(term.name for term in default_vocabulary().find(step.title))


def _needed_for(names: Iterable[str], known: frozenset[str]) -> frozenset[str]:
    """All that is needed for these, and for what they need, up to what is known."""
    needed: set[str] = set()
    open_names = list(names)
    while open_names:
        new = _prerequisites(open_names.pop()) - known - needed
        needed |= new
        open_names.extend(new)
    return frozenset(needed)


@cache
def _prerequisites(name: str) -> frozenset[str]:
    term = default_vocabulary().lookup(name)
    return frozenset(term.prerequisites) if term else _NOTHING


def _known_names(profile: ResumeProfile) -> frozenset[str]:
    vocabulary = default_vocabulary()
    return _NOTHING.union(*(vocabulary.implied(skill.term) for skill in profile.skills if skill.term))
