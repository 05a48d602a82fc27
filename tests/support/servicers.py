"""Both generators' servicers over memory."""

from services.interview.adapters.memory import memory_question_sets
from services.interview.model import Question
from services.interview.servicer import InterviewServicer
from services.interview.task import load_task as question_task
from services.interview.use_cases import assemble_set, questions_of
from services.learning.adapters.memory import memory_learning_paths
from services.learning.servicer import LearningServicer
from services.learning.task import load_task as path_task
from services.learning.use_cases import assemble_path, count_steps
from shared.clock import Clock
from shared.generation.experiment import Experiment
from shared.generation.generator import Task
from shared.llm.registry import LLMRegistry
from tests.support.derived import SwitchableDatabase
from tests.support.generation import Resumes, parts_of


def interview_servicer(
    resumes: Resumes,
    registry: LLMRegistry,
    clock: Clock,
    tasks: Experiment[Task[tuple[Question, ...]]] | None = None,
) -> InterviewServicer:
    """Of the interview service; without `tasks` with the newest prompt."""
    parts = parts_of(
        tasks or question_task(),
        assemble_set,
        memory_question_sets(),
        resumes=resumes,
        registry=registry,
        clock=clock,
        database=SwitchableDatabase(),
        texts_of=questions_of,
    )
    return InterviewServicer(parts.use_cases, parts.feedback)


def learning_servicer(resumes: Resumes, registry: LLMRegistry, clock: Clock) -> LearningServicer:
    """Of the learning service."""
    parts = parts_of(
        path_task(),
        assemble_path,
        memory_learning_paths(),
        resumes=resumes,
        registry=registry,
        clock=clock,
        database=SwitchableDatabase(),
        size_of=count_steps,
    )
    return LearningServicer(parts.use_cases, parts.feedback)
