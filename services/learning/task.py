"""What the learning service has a model write: how it asks, reads and checks."""

from pathlib import Path

from services.learning.checks import check_path
from services.learning.continuation import PathParts
from services.learning.durations import describe_pace
from services.learning.model import PathContent
from services.learning.reading import read_path
from services.learning.suggestions import suggest_titles
from shared.generation.continuation import AnswerContinuation
from shared.generation.experiment import newest
from shared.generation.generator import Task
from shared.generation.model import Subject
from shared.generation.prompts import PromptTemplate, load_templates
from shared.llm.messages import Prompt

PROMPTS = Path(__file__).with_name("prompts")


def load_tasks() -> dict[str, Task[PathContent]]:
    """The task by version of its prompt; the prompts are read once here."""
    return {version: _task_of(template) for version, template in load_templates(PROMPTS).items()}


def load_task(version: str | None = None) -> Task[PathContent]:
    """The task with one version of its prompt, by default the newest; raises `KeyError` for an unknown one."""
    tasks = load_tasks()
    return tasks[version or newest(tasks)]


def _task_of(template: PromptTemplate) -> Task[PathContent]:
    def prompt(subject: Subject) -> Prompt:
        titles = "\n".join(f"- {title}" for title in suggest_titles(subject))
        return template.render(
            subject, catalogue=titles, pace=describe_pace(subject.profile.level, subject.weekly_hours)
        )

    def continuation(subject: Subject) -> AnswerContinuation:
        return AnswerContinuation(PathParts(subject), template)

    return Task(prompt=prompt, read=read_path, check=check_path, continuation=continuation)
