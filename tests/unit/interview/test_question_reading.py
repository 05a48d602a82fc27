"""From a model's answer to questions."""

import json
from typing import Any

import pytest

from services.interview.model import Question, QuestionEvidence
from services.interview.reading import read_questions
from shared.llm.errors import AnswerMalformed

ITEM: dict[str, Any] = {
    "topic": "캐시",
    "type": "trade-off",
    "category": "technical",
    "difficulty": "Easy",
    "evidence": {"path": "$.work_experiences[0].tech_stack[3]", "quote": "Redis"},
    "question": " Redis를 왜 쓰셨나요? ",
    "reason": "이유",
    "what_good_answers_cover": ["하나", ""],
}


def test_questions_are_read_with_words_mapped() -> None:
    """Aliases of the closed words are mapped, texts are trimmed, the root of a path is taken off."""
    answer = f"```json\n{json.dumps({'questions': [ITEM]}, ensure_ascii=False)}\n```"

    questions = read_questions(answer)

    assert questions == (
        Question(
            question="Redis를 왜 쓰셨나요?",
            category="기술",
            difficulty="초급",
            type="Trade-off",
            topic="캐시",
            reason="이유",
            evidence=QuestionEvidence("work_experiences[0].tech_stack[3]", "Redis"),
            what_good_answers_cover=("하나",),
        ),
    )


@pytest.mark.parametrize(
    ("path", "quote", "read"),
    [
        ("resume.work_experiences[0].tech_stack[3]", "Redis", ("work_experiences[0].tech_stack[3]", "Redis")),
        ("resume_data.summary", "“3년차”", ("summary", "3년차")),
        ("work_experiences.0.tech_stack.3", "'Redis'", ("work_experiences[0].tech_stack[3]", "Redis")),
        ("sections[0].text", "'가'와 '나'를 한 일", ("sections[0].text", "'가'와 '나'를 한 일")),
    ],
)
def test_places_are_read_whatever_their_notation(path: str, quote: str, read: tuple[str, str]) -> None:
    """Roots go, dotted indexes become bracketed, marks around a whole quote go; marks within stay."""
    answer = json.dumps({"questions": [ITEM | {"evidence": {"path": path, "quote": quote}}]})

    evidence = read_questions(answer)[0].evidence

    assert (evidence.path, evidence.quote) == read


@pytest.mark.parametrize(
    ("written", "question"),
    [
        ("`acks` 설정을 **왜** 바꾸셨나요?", "acks 설정을 왜 바꾸셨나요?"),
        ("2 ** 3과 a*b는 무엇인가요?", "2 ** 3과 a*b는 무엇인가요?"),
        ("```왜```", "```왜```"),
    ],
)
def test_signs_of_emphasis_are_taken_off(written: str, question: str) -> None:
    """What markdown puts around words goes, other signs stay."""
    answer = json.dumps({"questions": [ITEM | {"question": written}]})

    questions = read_questions(answer)

    assert questions[0].question == question


@pytest.mark.parametrize(
    ("word", "difficulty"),
    [("medium", "중급"), ("ADVANCED", "고급"), ("고급", "고급"), ("상", "고급"), ("impossible", "impossible")],
)
def test_difficulties_are_mapped(word: str, difficulty: str) -> None:
    """Words that mean one of ours become ours; others stay for the check to name."""
    answer = json.dumps({"questions": [ITEM | {"difficulty": word}]})

    questions = read_questions(answer)

    assert questions[0].difficulty == difficulty


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"questions": "five"},
        {"questions": ["text"]},
        {"questions": [ITEM | {"evidence": None}]},
        {"questions": [ITEM | {"evidence": "work_experiences[0]"}]},
        {"questions": [ITEM | {"question": ["a"]}]},
        {"questions": [ITEM | {"what_good_answers_cover": [1]}]},
    ],
)
def test_another_shape_is_malformed(content: dict[str, Any]) -> None:
    """What is no list of questions is a malformed answer."""
    answer = json.dumps(content)

    with pytest.raises(AnswerMalformed):
        read_questions(answer)
