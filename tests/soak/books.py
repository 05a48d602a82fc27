"""What was acknowledged, what may have been done besides, and whether it is so in the end."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

QUESTIONS, PATHS = "questions", "paths"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of answer: where it lives below a resume, and the names of its list and its id."""

    path: str
    list_name: str
    id_name: str


KINDS = {
    QUESTIONS: Kind("/api/v1/interview/{}/questions", "question_sets", "question_set_id"),
    PATHS: Kind("/api/v1/learning/{}/learning-path", "learning_paths", "learning_path_id"),
}


@dataclass(slots=True)
class Kept:
    """A resume that was acknowledged: what its summary says, its answers by kind, what was said of each answer.

    `maybe` counts the requests by kind whose client left: they may have been stored.
    """

    key: str
    summary: str
    answers: dict[str, dict[str, set[str]]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    maybe: Counter[str] = field(default_factory=Counter)

    def size(self) -> int:
        """How many answers it has, or may have."""
        return sum(map(len, self.answers.values())) + self.maybe.total()


@dataclass(slots=True)
class Books:
    """All that was asked for: seconds of good answers and reasons of failures by kind, and what must be there."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    failures: Counter[tuple[str, str]] = field(default_factory=Counter)
    requests: int = 0
    # What ended in a way that no promise allows, and what did not end while anybody had patience.
    wrong: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    kept: dict[str, Kept] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    # Keys of creates whose client left.
    maybe: set[str] = field(default_factory=set)

    def note(self, kind: str, seconds: float) -> None:
        """A good answer, also one that refuses what is to be refused."""
        self.seconds.setdefault(kind, []).append(seconds)

    def all_seconds(self) -> list[float]:
        """Of all kinds."""
        return [value for values in self.seconds.values() for value in values]


@dataclass(slots=True)
class Verdict:
    """What is wrong with what is stored."""

    lost: list[str] = field(default_factory=list)
    surplus: list[str] = field(default_factory=list)

    def compare(self, what: str, acknowledged: Iterable[str], found: Iterable[str], maybe: int = 0) -> None:
        """Holds ids that were found against those that must be there; so many more may be."""
        must, times = set(acknowledged), Counter(found)
        self.lost += [f"{what} {each}" for each in sorted(must - times.keys())]
        more = [*sorted(times.keys() - must), *(each for each, number in times.items() if number > 1)]
        if len(more) > maybe:
            self.surplus += [f"{what} {each}" for each in more]


def note_summary(verdict: Verdict, kept: Kept, resume: Mapping[str, Any] | None) -> None:
    """Holds a resume against what was acknowledged last; None: it is not there."""
    if resume is None:
        verdict.lost.append(f"resume {kept.key}")
    elif resume.get("summary") != kept.summary:
        verdict.lost.append(f"update of resume {kept.key}")
