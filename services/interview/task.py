"""What the interview service has a model write: how it asks, reads and checks."""

from pathlib import Path

from services.interview.checks import check_questions
from services.interview.continuation import QuestionParts
from services.interview.difficulty import difficulty_counts
from services.interview.model import Question
from services.interview.reading import read_questions
from shared.generation.continuation import AnswerContinuation
from shared.generation.experiment import newest
from shared.generation.generator import Task
from shared.generation.model import Subject
from shared.generation.prompts import PromptTemplate, extend, fence_json, load_templates
from shared.llm.messages import Prompt

PROMPTS = Path(__file__).with_name("prompts")

# So many of the newest questions are shown to the model; the check knows all of them.
SHOWN_EARLIER = 30


def load_tasks() -> dict[str, Task[tuple[Question, ...]]]:
    """The task by version of its prompt; the prompts are read once here."""
    return {version: _task_of(template) for version, template in load_templates(PROMPTS).items()}


def load_task(version: str | None = None) -> Task[tuple[Question, ...]]:
    """The task with one version of its prompt, by default the newest; raises `KeyError` for an unknown one."""
    tasks = load_tasks()
    return tasks[version or newest(tasks)]


def _task_of(template: PromptTemplate) -> Task[tuple[Question, ...]]:
    def prompt(subject: Subject) -> Prompt:
        easy, medium, hard = difficulty_counts(subject.profile).values()
        whole = template.render(subject, easy=easy, medium=medium, hard=hard)
        if not subject.earlier.texts:
            return whole
        return extend(whole, template.earlier, earlier=fence_json(subject.earlier.texts[:SHOWN_EARLIER]))

    def continuation(subject: Subject) -> AnswerContinuation:
        return AnswerContinuation(QuestionParts(subject), template)

    return Task(prompt=prompt, read=read_questions, check=check_questions, continuation=continuation)
