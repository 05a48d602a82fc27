"""Learning paths and their closed vocabularies."""

from dataclasses import dataclass

from shared.generation.model import Language, Provenance

MIN_STEPS = 5
MAX_STEPS = 8
STEP_TYPES = ("strength", "weakness")
PRIORITIES = ("high", "medium", "low")
RESOURCE_KINDS = ("documentation", "book", "course", "article", "practice")


@dataclass(frozen=True, slots=True)
class AnalysisPoint:
    """A strength or weakness, and what in the resume (or absent from it) it rests on."""

    point: str
    ground: str


@dataclass(frozen=True, slots=True)
class Analysis:
    """What a path is built on."""

    strengths: tuple[AnalysisPoint, ...]
    weaknesses: tuple[AnalysisPoint, ...]


@dataclass(frozen=True, slots=True)
class LearningResource:
    """Something to learn from; `link` is empty where the catalogue has none."""

    title: str
    kind: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class LearningStep:
    """One step. `analysis_point` is the point that it serves, word for word."""

    type: str
    title: str
    description: str
    category: str
    priority: str
    estimated_duration: str
    resources: tuple[LearningResource, ...]
    link: str
    reason: str
    analysis_point: str


@dataclass(frozen=True, slots=True)
class PathContent:
    """What a model writes of a path, before it has an id."""

    analysis: Analysis
    steps: tuple[LearningStep, ...]
    summary: str


@dataclass(frozen=True, slots=True)
class LearningPath:
    """A stored path. It never changes."""

    learning_path_id: str
    unique_key: str
    language: Language
    content: PathContent
    provenance: Provenance
