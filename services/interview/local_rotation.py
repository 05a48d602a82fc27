"""What was asked of late about each resume, so that asking again asks otherwise."""

from collections import Counter, OrderedDict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock

from services.interview.model import Question
from shared.generation.model import Subject

# A scenario rests for four sets, and comes up in at most four of any twenty about one resume, where there are others.
_REST = 4
_WINDOW = 20
_MOST_USES = 4
_SETS = 40
_RESUMES = 1000


@dataclass(frozen=True, slots=True)
class Recent:
    """What the latest sets about a resume held: how often each scenario came up, and which came up just now."""

    uses: Mapping[str, int]
    resting: frozenset[str]

    def wear(self, scenario: str) -> int:
        """0 for a fresh scenario, 1 for one that came up just now, 2 for one that came up too often."""
        if self.uses.get(scenario, 0) >= _MOST_USES:
            return 2
        return int(scenario in self.resting)


class Rotation:
    """Remembers the latest sets about the latest resumes, in the memory of this process and bounded.

    Resumes and questions are kept as hashes alone. Calls may come from any thread.
    """

    def __init__(self) -> None:
        self._sets: OrderedDict[int, deque[tuple[tuple[str, ...], int]]] = OrderedDict()
        self._lock = Lock()

    def recall(self, subject: Subject) -> Recent:
        """What the coming set about the resume should keep away from."""
        with self._lock:
            latest = [scenarios for scenarios, _ in self._sets.get(_key(subject), ())][1 - _WINDOW :]
        uses = Counter(scenario for scenarios in latest for scenario in scenarios)
        return Recent(uses, frozenset(scenario for scenarios in latest[-_REST:] for scenario in scenarios))

    def note(self, subject: Subject, scenarios: Iterable[str], questions: Sequence[Question]) -> bool:
        """Takes a set down; False, and nothing is taken down, where these very questions were asked lately."""
        key, asked = _key(subject), hash(frozenset(question.question for question in questions))
        with self._lock:
            sets = self._sets.setdefault(key, deque(maxlen=_SETS))
            self._sets.move_to_end(key)
            while len(self._sets) > _RESUMES:
                self._sets.popitem(last=False)
            if any(asked == earlier for _, earlier in sets):
                return False
            sets.append((tuple(scenarios), asked))
            return True


def _key(subject: Subject) -> int:
    profile = subject.profile
    return hash((subject.language, profile.level, tuple((place.path, place.text) for place in profile.texts)))
