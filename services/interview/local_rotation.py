"""What was asked of late about each resume, so that asking again asks otherwise."""

from collections import Counter, OrderedDict, deque
from collections.abc import Iterable, Sequence
from threading import Lock

from services.interview.model import Question
from shared.generation.model import Subject

# A scenario may come up in four of any twenty sets about one resume.
WINDOW = 20
MOST_USES = 4
_SETS = 40
_RESUMES = 1000


class Rotation:
    """Remembers the latest sets about the latest resumes, in the memory of this process and bounded.

    Resumes and questions are kept as hashes alone. Calls may come from any thread.
    """

    def __init__(self) -> None:
        self._sets: OrderedDict[int, deque[tuple[tuple[str, ...], int]]] = OrderedDict()
        self._lock = Lock()

    def uses(self, subject: Subject) -> Counter[str]:
        """In how many of the latest sets about the resume each scenario came up; a window less the coming set."""
        with self._lock:
            latest = list(self._sets.get(_key(subject), ()))[1 - WINDOW :]
        return Counter(scenario for scenarios, _ in latest for scenario in scenarios)

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
