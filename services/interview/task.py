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
from shared.generation.prompts import extend, fence_json, load_template
from shared.llm.messages import Prompt

TEMPLATE = Path(__file__).with_name("prompts") / "questions.v1.yaml"

# So many of the newest questions are shown to the model; the check knows all of them.
SHOWN_EARLIER = 30


def load_task() -> Task[tuple[Question, ...]]:
    """The task with the current prompt, which is read once here."""
    template = load_template(TEMPLATE)

    def prompt(subject: Subject) -> Prompt:
        easy, medium, hard = difficulty_counts(subject.profile).values()
        whole = template.render(subject, easy=easy, medium=medium, hard=hard)
        if not subject.earlier.texts:
            return whole
        return extend(whole, template.earlier, earlier=fence_json(subject.earlier.texts[:SHOWN_EARLIER]))

    def continuation(subject: Subject) -> AnswerContinuation:
        return AnswerContinuation(QuestionParts(subject), template)

    return Task(prompt=prompt, read=read_questions, check=check_questions, continuation=continuation)
