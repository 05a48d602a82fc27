"""Question sets and their closed vocabularies."""

from dataclasses import dataclass

from shared.generation.model import Language, Provenance

QUESTION_COUNT = 5
DIFFICULTIES = ("초급", "중급", "고급")
TYPES = (
    "Implementation",
    "Trade-off",
    "Performance",
    "Reliability",
    "Scalability",
    "Quality",
    "Collaboration",
    "Business",
)


@dataclass(frozen=True, slots=True)
class QuestionEvidence:
    """A place in the resume, and words that stand there."""

    path: str
    quote: str


@dataclass(frozen=True, slots=True)
class Question:
    """One interview question."""

    question: str
    category: str
    difficulty: str
    type: str
    topic: str
    reason: str
    evidence: QuestionEvidence
    what_good_answers_cover: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Five questions about one resume. It never changes."""

    question_set_id: str
    unique_key: str
    language: Language
    questions: tuple[Question, ...]
    provenance: Provenance
