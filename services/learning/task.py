"""What the learning service has a model write: how it asks, reads and checks."""

from pathlib import Path

from services.learning.checks import check_path
from services.learning.continuation import PathParts
from services.learning.durations import describe_pace
from services.learning.model import PathContent
from services.learning.reading import read_path
from services.learning.suggestions import suggest_titles
from shared.generation.continuation import AnswerContinuation
from shared.generation.generator import Task
from shared.generation.model import Subject
from shared.generation.prompts import load_template
from shared.llm.messages import Prompt

TEMPLATE = Path(__file__).with_name("prompts") / "learning_path.v2.yaml"


def load_task() -> Task[PathContent]:
    """The task with the current prompt, which is read once here."""
    template = load_template(TEMPLATE)

    def prompt(subject: Subject) -> Prompt:
        titles = "\n".join(f"- {title}" for title in suggest_titles(subject))
        return template.render(
            subject, catalogue=titles, pace=describe_pace(subject.profile.level, subject.weekly_hours)
        )

    def continuation(subject: Subject) -> AnswerContinuation:
        return AnswerContinuation(PathParts(subject), template)

    return Task(prompt=prompt, read=read_path, check=check_path, continuation=continuation)
