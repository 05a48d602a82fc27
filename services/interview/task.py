"""What the interview service has a model write: how it asks, reads and checks."""

from pathlib import Path

from services.interview.checks import check_questions
from services.interview.continuation import QuestionParts
from services.interview.difficulty import difficulty_counts
from services.interview.model import Question
from services.interview.reading import read_questions
from shared.generation.continuation import AnswerContinuation
from shared.generation.generator import Task
from shared.generation.model import Subject
from shared.generation.prompts import load_template
from shared.llm.messages import Prompt

TEMPLATE = Path(__file__).with_name("prompts") / "questions.v1.yaml"


def load_task() -> Task[tuple[Question, ...]]:
    """The task with the current prompt, which is read once here."""
    template = load_template(TEMPLATE)

    def prompt(subject: Subject) -> Prompt:
        easy, medium, hard = difficulty_counts(subject.profile).values()
        return template.render(subject, easy=easy, medium=medium, hard=hard)

    def continuation(subject: Subject) -> AnswerContinuation:
        return AnswerContinuation(QuestionParts(subject), template)

    return Task(prompt=prompt, read=read_questions, check=check_questions, continuation=continuation)
