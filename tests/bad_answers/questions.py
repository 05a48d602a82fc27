"""How a good set of Korean questions is broken for each check."""

from collections.abc import Mapping

from services.interview.model import QUESTION_COUNT
from shared.generation.model import Subject
from shared.resume_profile.vocabulary import default_vocabulary
from tests.bad_answers.breaking import (
    INVENTED_NUMBER,
    KANA,
    ORDER,
    PHONE,
    Break,
    DoesNotFitError,
    Json,
    strange_technology,
    with_more,
    with_other,
)

# One for each index, unlike each other, about nobody's resume.
_ABOUT_ANYBODY = (
    "동료와 의견이 크게 달랐던 일은 무엇이었고, 어떤 근거로 합의에 이르셨는지 들려주세요.",
    "맡은 일의 우선순위를 바꿔야 했던 순간에 무엇을 먼저 포기하셨고 왜 그러셨나요?",
    "마감이 코앞인데 품질이 걱정될 때 어디까지 양보하는지 그 기준을 설명해 주세요.",
    "가장 뼈아팠던 실수에서 무엇을 배우셨고, 다음 일에 어떻게 반영하셨나요?",
    "새로운 분야를 혼자 익혀야 할 때 어떤 순서로 공부하시는지 말씀해 주세요.",
)
_YES_OR_NO = (
    "작업을 처음부터 끝까지 혼자서 직접 맡아 진행하셨나요?",
    "결과를 숫자로 남겨 두고 팀과 함께 확인하셨나요?",
    "도입을 본인이 먼저 제안하고 승인까지 받으셨나요?",
    "문제가 생겼을 때 되돌릴 수단을 미리 준비하셨나요?",
    "일정을 스스로 세우고 끝까지 지키셨나요?",
)
_ASKED_EARLIER = (
    "에서 가장 어려웠던 결정은 무엇이었고, 그 결정을 어떤 근거로 내리셨나요?",
    "을 처음부터 다시 한다면 무엇을 바꾸고 무엇은 그대로 두시겠어요?",
    "의 성공 여부를 어떤 지표로 판단하셨는지 구체적으로 설명해 주세요.",
    "을 진행하다가 계획이 틀어졌을 때 어떻게 바로잡으셨는지 들려주세요.",
    "을 후임자에게 넘긴다면 어떤 내용을 먼저 알려 주시겠어요?",
)
_HUMAN = ("Collaboration", "Business")


def asked_earlier(answer: Json) -> list[str]:
    """What has to have been asked before, so that `repeat` can be broken; nothing like it is in a good answer."""
    return [
        f"‘{question['evidence']['quote']}’{ending}"
        for question, ending in zip(answer["questions"], _ASKED_EARLIER, strict=False)
    ]


def _count(answer: Json, index: int, _: Subject) -> None:
    del answer["questions"][index]


def _grounded(answer: Json, index: int, _: Subject) -> Json:
    return with_other(answer["questions"][index], question=_ABOUT_ANYBODY[index])


def _evidence(answer: Json, index: int, _: Subject) -> Json:
    entry: Json = answer["questions"][index]
    return with_other(entry, evidence={**entry["evidence"], "path": f"{entry['evidence']['path'].split('[')[0]}[40]"})


def _open(answer: Json, index: int, _: Subject) -> Json:
    entry: Json = answer["questions"][index]
    return with_other(entry, question=f"‘{entry['evidence']['quote']}’ {_YES_OR_NO[index]}")


def _repeat(answer: Json, index: int, _: Subject) -> Json:
    return with_other(answer["questions"][index], question=asked_earlier(answer)[index])


def _prohibited(answer: Json, index: int, _: Subject) -> Json:
    entry: Json = answer["questions"][index]
    return with_other(entry, what_good_answers_cover=[*entry["what_good_answers_cover"], "종교와 가치관"])


def _type_spread(answer: Json, index: int, _: Subject) -> None:
    """Nobody asks about working with others, or for whom."""
    given = [question["type"] for question in answer["questions"]]
    free = [name for name in ("Quality", "Trade-off", "Performance", "Scalability") if name not in given]
    human = [question for question in answer["questions"] if question["type"] in _HUMAN]
    if len(free) < max(len(human), 1):
        raise DoesNotFitError
    for question, name in zip(human, free[index % len(free) :] + free, strict=False):
        question["type"] = name


def _category_spread(answer: Json, index: int, _: Subject) -> None:
    for number, question in enumerate(answer["questions"]):
        question["category"] = "기술" if number != index else "경험"


def _difficulty(answer: Json, index: int, _: Subject) -> None:
    for question in answer["questions"]:
        question["difficulty"] = ("초급", "고급", "중급")[index % 3]


def _duplicate(answer: Json, index: int, _: Subject) -> Json:
    """The last asks nearly what another does."""
    questions = answer["questions"]
    other = questions[index]
    if other is questions[-1]:
        raise DoesNotFitError
    same = {name: other[name] for name in ("evidence", "reason", "topic")}
    return with_other(questions[-1], **same, question=f"그렇다면 {other['question']}")


def _same_angle(answer: Json, index: int, _: Subject) -> Json:
    """The last asks in other words about the technology and project of another, from the same side."""
    questions = answer["questions"]
    other = questions[index]
    terms = default_vocabulary().find(other["question"])
    if not terms or other is questions[-1]:
        raise DoesNotFitError
    same = {name: other[name] for name in ("evidence", "reason", "type")}
    asked = f"{terms[0].name} 때문에 밤을 새운 날이 있다면 그날의 일을 처음부터 순서대로 들려주세요."
    return with_other(questions[-1], **same, question=asked)


def _told(field: str, sentence: str) -> Break:
    return lambda answer, index, _: with_more(answer["questions"][index], field, sentence)


BREAKS: Mapping[str, Break] = {
    "count": _count,
    "vocabulary": lambda answer, index, _: with_other(answer["questions"][index], category="잡담"),
    "grounded": _grounded,
    "evidence": _evidence,
    "invented-tech": lambda answer, index, subject: with_more(
        answer["questions"][index], "reason", f"{strange_technology(subject)} 운영 경험도 함께 살펴봅니다."
    ),
    "invented-number": _told("reason", INVENTED_NUMBER),
    "open": _open,
    "polite": _told("question", "빠짐없이 서술하라."),
    "length": _told("question", "그리고 " * 80 + "그 뒤의 일도 알려 주세요."),
    "single": _told("question", "왜 그런가요? 그 뒤로는요? 지금은요?"),
    "reason": lambda answer, index, _: with_other(answer["questions"][index], reason="짧은 이유입니다."),
    "generic": _told("question", "입사 후 포부도 함께 말씀해 주세요."),
    "pii": _told("topic", PHONE),
    "prohibited": _prohibited,
    "script": _told("reason", KANA),
    "injection": _told("reason", ORDER),
    "repeat": _repeat,
    "type-spread": _type_spread,
    "category-spread": _category_spread,
    "difficulty": _difficulty,
    "duplicate": _duplicate,
    "same-angle": _same_angle,
}
INDEXES = range(QUESTION_COUNT)
