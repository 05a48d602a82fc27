"""From what a model wrote to questions."""

import re
from collections.abc import Mapping
from typing import Any

from services.interview.model import DIFFICULTIES, TYPES, Question, QuestionEvidence
from shared.generation.reading import (
    read_alias,
    read_category,
    read_json_object,
    read_object,
    read_objects,
    read_prose,
    read_text,
    read_texts,
)

_DOTTED_INDEX = re.compile(r"\.(\d{1,4})(?=[.\[]|$)")
_QUOTED = re.compile(r"[\"'“‘「](.+)[\"'”’」]")
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
        question=read_prose(item, "question"),
        category=read_category(read_text(item, "category")),
        difficulty=read_alias(read_text(item, "difficulty"), _DIFFICULTY),
        type=read_alias(read_text(item, "type"), _TYPE),
        topic=read_prose(item, "topic"),
        reason=read_prose(item, "reason"),
        evidence=QuestionEvidence(_plain_path(read_text(evidence, "path")), _unquoted(read_text(evidence, "quote"))),
        what_good_answers_cover=read_texts(item, "what_good_answers_cover"),
    )


def _plain_path(path: str) -> str:
    """The path without the root that models like to put before it, and with its indexes in brackets."""
    for root in ("$.", "resume_data.", "resume."):
        path = path.removeprefix(root)
    return _DOTTED_INDEX.sub(r"[\1]", path)


def _unquoted(quote: str) -> str:
    """A quote without the marks around it."""
    marked = _QUOTED.fullmatch(quote)
    return marked[1] if marked else quote
