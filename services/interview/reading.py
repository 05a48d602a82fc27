"""From what a model wrote to questions."""

from collections.abc import Mapping
from typing import Any

from services.interview.model import DIFFICULTIES, TYPES, Question, QuestionEvidence
from shared.generation.reading import (
    read_alias,
    read_category,
    read_json_object,
    read_object,
    read_objects,
    read_text,
    read_texts,
)

_DIFFICULTY_WORDS = (
    ("easy", "beginner", "basic", "junior", "low", "하"),
    ("medium", "intermediate", "mid", "normal", "moderate", "중"),
    ("hard", "advanced", "difficult", "expert", "senior", "high", "상"),
)
_DIFFICULTY = {
    word: name for name, words in zip(DIFFICULTIES, _DIFFICULTY_WORDS, strict=True) for word in (name, *words)
}
_TYPE = {name.casefold(): name for name in TYPES} | {
    "tradeoff": "Trade-off",
    "trade off": "Trade-off",
    "trade_off": "Trade-off",
    "트레이드오프": "Trade-off",
    "구현": "Implementation",
    "성능": "Performance",
    "안정성": "Reliability",
    "신뢰성": "Reliability",
    "확장성": "Scalability",
    "품질": "Quality",
    "협업": "Collaboration",
    "비즈니스": "Business",
}


def read_questions(text: str) -> tuple[Question, ...]:
    """Questions in the order of the answer, words of closed vocabularies mapped onto ours.

    Raises `AnswerMalformed` where the answer is no JSON object or has another shape; what a text says is left to the
    checks.
    """
    return tuple(_read_question(item) for item in read_objects(read_json_object(text), "questions"))


def _read_question(item: Mapping[str, Any]) -> Question:
    evidence = read_object(item, "evidence")
    return Question(
        question=read_text(item, "question"),
        category=read_category(read_text(item, "category")),
        difficulty=read_alias(read_text(item, "difficulty"), _DIFFICULTY),
        type=read_alias(read_text(item, "type"), _TYPE),
        topic=read_text(item, "topic"),
        reason=read_text(item, "reason"),
        evidence=QuestionEvidence(_plain_path(read_text(evidence, "path")), read_text(evidence, "quote")),
        what_good_answers_cover=read_texts(item, "what_good_answers_cover"),
    )


def _plain_path(path: str) -> str:
    """The path without the root that models like to put before it."""
    for root in ("$.", "resume."):
        path = path.removeprefix(root)
    return path
