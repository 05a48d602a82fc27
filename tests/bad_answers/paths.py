"""How a good Korean learning path is broken for each check."""

from collections.abc import Mapping

from services.learning.model import MIN_STEPS
from shared.generation.model import Subject
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

# One for each index, unlike each other, about nobody's resume: title, description and point.
_ABOUT_ANYBODY = (
    ("꾸준히 배우는 태도 다지기", "매주 배운 점을 적어 보세요. 한 달 치가 모이면 완료입니다.", "오래 이어 가는 힘"),
    ("읽은 책을 이웃과 나누기", "한 권을 골라 느낀 바를 남겨 보세요. 세 편이 쌓이면 완료입니다.", "함께 읽는 즐거움"),
    ("아침 시간을 내 것으로 만들기", "하루의 첫 한 시간을 비워 보세요. 몸에 배면 완료입니다.", "이른 하루의 여유"),
    ("낯선 사람에게 말 걸기", "모임에 나가 인사를 건네 보세요. 어색하지 않으면 완료입니다.", "먼저 다가서는 용기"),
    ("마음을 가라앉히는 연습", "눈을 감고 숨을 세어 보세요. 편안해지면 완료입니다.", "흔들리지 않는 차분함"),
)
_DEEPER = (
    "배운 것을 글로 정리해 나누기",
    "끝낸 일을 동료 앞에서 풀어 보기",
    "실패한 시도를 되짚어 기록하기",
    "남이 만든 결과를 뜯어보며 견주기",
    "처음 하는 사람을 옆에서 이끌기",
)
# In most trades nobody has either, and the first builds on the second.
_BUILT, _NEEDED = "Helm 차트로 배포 묶기", "Kubernetes 배포 흐름 익히기"
_LISTS = {"strength": "strengths", "weakness": "weaknesses"}


def _step(answer: Json, index: int, kind: str = "") -> Json:
    step: Json = answer["learning_paths"][index]
    if kind and step["type"] != kind:
        raise DoesNotFitError
    return step


def _point(answer: Json, step: Json) -> Json:
    """The point that this step alone serves."""
    served = [other for other in answer["learning_paths"] if other["analysis_point"] == step["analysis_point"]]
    if served != [step]:
        raise DoesNotFitError
    points = answer["analysis"][_LISTS[step["type"]]]
    return next(point for point in points if point["point"] == step["analysis_point"])


def _forget_point(answer: Json, step: Json) -> None:
    answer["analysis"][_LISTS[step["type"]]].remove(_point(answer, step))


def _count(answer: Json, index: int, _: Subject) -> None:
    """One step too few, and the point that it served."""
    if len(answer["learning_paths"]) != MIN_STEPS:
        raise DoesNotFitError
    _forget_point(answer, _step(answer, index, "strength"))
    del answer["learning_paths"][index]


def _balance(answer: Json, index: int, _: Subject) -> None:
    """One weakness is left: the other becomes a second step for a strength."""
    step = _step(answer, index, "weakness")
    model = next(other for other in answer["learning_paths"] if other["type"] == "strength")
    _forget_point(answer, step)
    step.update({**model, "title": _DEEPER[index], "priority": step["priority"]})


def _strength_grounded(answer: Json, index: int, _: Subject) -> Json:
    """Only its reason speaks of the resume; point and ground of the analysis do not."""
    step = _step(answer, index, "strength")
    title, description, point = _ABOUT_ANYBODY[index]
    _point(answer, step).update(point=point, ground="무엇이든 오래 이어 가는 사람으로 보입니다.")
    return with_other(step, title=title, description=description, analysis_point=point)


def _weakness_absent(answer: Json, index: int, subject: Subject) -> Json:
    known = [skill.name for skill in subject.profile.skills if skill.term is not None]
    if not known:
        raise DoesNotFitError
    return with_other(_step(answer, index, "weakness"), title=f"{known[index % len(known)]} 기초 학습")


def _prerequisites(answer: Json, index: int, _: Subject) -> Json:
    """What the first weakness teaches builds on what the second does."""
    ranks = ("high", "medium", "low")
    first, *later = [step for step in answer["learning_paths"] if step["type"] == "weakness"]
    below = [step for step in later if ranks.index(step["priority"]) > ranks.index(first["priority"])]
    if first is not answer["learning_paths"][index] or not below:
        raise DoesNotFitError
    below[0]["title"] = _NEEDED
    return with_other(first, title=_BUILT)


def _told(field: str, sentence: str) -> Break:
    return lambda answer, index, _: with_more(_step(answer, index), field, sentence)


def _other(field: str, value: object) -> Break:
    return lambda answer, index, _: with_other(_step(answer, index), **{field: value})


BREAKS: Mapping[str, Break] = {
    "count": _count,
    "balance": _balance,
    "vocabulary": _other("category", "기타"),
    "strength-grounded": _strength_grounded,
    "weakness-absent": _weakness_absent,
    "linked": _other("analysis_point", "분석에 없는 논점"),
    "duration": _other("estimated_duration", "틈나는 대로"),
    "priority": _other("priority", "urgent"),
    "prerequisites": _prerequisites,
    "resources": _other("resources", []),
    "reason": _other("reason", "짧은 이유입니다."),
    "invented-tech": lambda answer, index, subject: with_more(
        _step(answer, index), "reason", f"{strange_technology(subject)}를 운영하신 경험도 있습니다."
    ),
    "invented-number": _told("reason", INVENTED_NUMBER),
    "pii": _told("description", f"문의는 {PHONE} 번호로 하세요."),
    "script": _told("reason", KANA),
    "injection": _told("description", ORDER),
}
INDEXES = range(MIN_STEPS)
