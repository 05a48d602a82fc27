"""Continuing a broken learning path: what is kept, what is asked for, and what comes of both together."""

import json
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from services.learning.local_writer import write_path
from services.learning.task import load_task
from shared.generation.model import Subject
from shared.generation.similarity import rouge_l
from shared.llm.continuation import Continuation, Kept
from tests.support.model_answers import load_answers
from tests.support.resumes import example
from tests.unit.learning.paths import subject_of

TASK = load_task()
ANSWERS = load_answers("paths")
EXAMPLES = ("backend-36m", "junior-0m", "marketer-48m", "senior-100m")
TENTHS = range(1, 10, 2)
SUMMARY = "정해진 단계와 새 단계를 차례로 따라가는 경로입니다."

Entry = dict[str, Any]


def good_answers() -> Iterator[tuple[str, Subject, dict[str, Any]]]:
    """Answers of models and of our own writer."""
    for name, answer in ANSWERS.items():
        yield name, answer.subject, answer.answer
    for name in EXAMPLES:
        subject = subject_of(example(name))
        yield f"local {name}", subject, write_path(subject, random.Random(7))


GOOD = {name: (subject, answer) for name, subject, answer in good_answers()}
CUTS = [(name, tenth) for name in GOOD for tenth in TENTHS]


def continuation_for(subject: Subject) -> Continuation:
    """As the generator makes it."""
    assert TASK.continuation is not None
    return TASK.continuation(subject)


def dump(answer: dict[str, Any]) -> str:
    """An answer as a model sends it."""
    return json.dumps(answer, ensure_ascii=False)


def write_missing(user: str, pool: list[Entry]) -> dict[str, Any]:
    """What a model answers that does as it is told, and has no more to go by than the prompt."""
    text = user.rpartition("# 이어 쓰기")[2]
    kept = json.loads(re.split(r"</?kept_path>", text)[2])
    strengths, weaknesses = map(int, re.findall(r"strength (\d)개, weakness (\d)개", text)[0])
    urgent = re.search(r"high인 단계는 (\d)개까지만", text)
    high = int(urgent[1]) if urgent else 0
    unserved, unwritten = (
        json.loads(found) if found != "없음" else {"strengths": [], "weaknesses": []}
        for found in re.findall(r"point: (.+)", text)
    )
    titles = [step["title"] for step in kept["learning_paths"]]
    steps: list[Entry] = []
    for kind, name, count in (("strength", "strengths", strengths), ("weakness", "weaknesses", weaknesses)):
        points = [*unserved[name], *(point["point"] for point in kept["analysis"][name]), *unwritten[name]]
        for step in pool:
            number = sum(other["type"] == kind for other in steps)
            unlike = all(rouge_l(step["title"], title) < 0.7 for title in titles)
            if step["type"] == kind and number < count and unlike:
                priority = "high" if len(steps) < high else "low"
                point = points[number % len(points)] if points else step["analysis_point"]
                steps.append({**step, "priority": priority, "analysis_point": point})
                titles.append(step["title"])
    known = {point["point"] for points in kept["analysis"].values() for point in points}
    used = {
        name: dict.fromkeys([*unwritten[name], *(s["analysis_point"] for s in steps if s["type"] == kind)])
        for kind, name in (("strength", "strengths"), ("weakness", "weaknesses"))
    }
    analysis = {
        name: [{"point": point, "ground": point} for point in points if point not in known]
        for name, points in used.items()
    }
    return {
        "analysis": analysis,
        "learning_paths": steps,
        "summary": "정해진 단계와 새 단계를 차례로 따라가는 경로입니다.",
    }


def local_pool(subject: Subject) -> list[Entry]:
    """Other steps about the same resume."""
    paths = [write_path(subject, random.Random(seed)) for seed in range(100, 106)]
    return [step for path in paths for step in path["learning_paths"]]


@pytest.mark.parametrize("order", ["analysis first", "analysis last"])
@pytest.mark.parametrize(("name", "tenth"), CUTS)
def test_a_path_of_two_writers_passes_every_check(name: str, tenth: int, order: str) -> None:
    """Of an answer cut anywhere every whole step is kept, and a writer who heeds the prompt completes it."""
    subject, answer = GOOD[name]
    if order == "analysis last":
        answer = {**{key: answer[key] for key in ("learning_paths", "summary")}, "analysis": answer["analysis"]}
    continuation, text = continuation_for(subject), dump(answer)
    cut = text[: len(text) * tenth // 10]

    kept = continuation.keep(cut)

    assert (kept.items if kept else 0) == sum(dump(step) in cut for step in answer["learning_paths"])
    if kept is not None:
        prompt = continuation.prompt(TASK.prompt(subject), kept)
        new = write_missing(prompt.user, local_pool(subject))
        path = TASK.read(continuation.join(kept, dump(new)))
        assert len(path.steps) == kept.items + len(new["learning_paths"])
        assert path.summary == SUMMARY
        assert TASK.check(path, subject) == ()


@pytest.mark.parametrize("name", GOOD)
def test_an_answer_cut_behind_its_summary_is_whole(name: str) -> None:
    """Nothing is missing, nothing more is asked for, and what is kept passes every check."""
    subject, answer = GOOD[name]
    continuation, prompt = continuation_for(subject), TASK.prompt(subject)

    kept = continuation.keep(dump(answer).removesuffix("}"))

    assert kept is not None
    assert (kept.items, kept.missing) == (len(answer["learning_paths"]), 0)
    assert TASK.check(TASK.read(kept.text), subject) == ()
    assert continuation.prompt(prompt, kept) is prompt


def test_of_an_answer_cut_in_its_summary_the_summary_alone_is_asked_for() -> None:
    """All steps are kept; no more of them are wanted."""
    subject, answer = GOOD["backend-36m ko 1"]
    continuation, text = continuation_for(subject), dump(answer)

    kept = continuation.keep(text[:-10])

    assert kept is not None
    assert (kept.items, kept.missing) == (5, 1)
    assert "더할 단계 0개와 전체를 아우르는 summary만" in continuation.prompt(TASK.prompt(subject), kept).user
    new = dump({"analysis": {"strengths": [], "weaknesses": []}, "learning_paths": [], "summary": SUMMARY})
    path = TASK.read(continuation.join(kept, new))
    assert path == replace(TASK.read(text), summary=SUMMARY)
    assert TASK.check(path, subject) == ()


# By the index of the step that is changed, and how many steps remain.
SPOILT: dict[str, tuple[dict[int, dict[str, Any]], int]] = {
    "an unreadable step": ({1: {"resources": "Kafka"}}, 4),
    "an unreadable duration": ({0: {"estimated_duration": "꾸준히"}}, 4),
    "a point that is not there": ({2: {"analysis_point": "꼼꼼한 성격"}}, 4),
    "a repeated title": ({2: {"title": GOOD["backend-36m ko 1"][1]["learning_paths"][0]["title"]}}, 4),
    "too much to be looked at": ({2: {"description": "MSA " * 2_000}}, 4),
    "all urgent": ({index: {"priority": "high"} for index in range(5)}, 3),
    "all of a kind": ({1: {"type": "strength"}, 3: {"type": "strength"}}, 3),
}


@pytest.mark.parametrize(("changes", "items"), SPOILT.values(), ids=SPOILT)
def test_a_rejected_answer_keeps_what_can_be_completed(changes: dict[int, dict[str, Any]], items: int) -> None:
    """A bad step, or one too many of its kind, is left out; with the rest a path can be made."""
    subject, answer = GOOD["backend-36m ko 1"]
    continuation = continuation_for(subject)
    steps = [{**step, **changes.get(index, {})} for index, step in enumerate(answer["learning_paths"])]

    kept = continuation.keep(dump({**answer, "learning_paths": steps}))

    assert kept is not None
    assert kept.items == items
    new = write_missing(continuation.prompt(TASK.prompt(subject), kept).user, local_pool(subject))
    assert TASK.check(TASK.read(continuation.join(kept, dump(new))), subject) == ()


def test_a_bad_point_is_not_kept() -> None:
    """Neither are the steps that serve it."""
    subject, answer = GOOD["backend-36m ko 1"]
    points = answer["analysis"]["strengths"]
    bad = {"point": "Kubernetes 운영 경험", "ground": "Kubernetes로 서비스를 운영했습니다."}
    analysis = {**answer["analysis"], "strengths": [bad, *points[1:]]}
    steps = [{**answer["learning_paths"][0], "analysis_point": bad["point"]}, *answer["learning_paths"][1:]]

    kept = continuation_for(subject).keep(dump({"analysis": analysis, "learning_paths": steps, "summary": SUMMARY}))

    assert kept is not None
    found = json.loads(kept.text)
    assert found["analysis"] == {**analysis, "strengths": points[1:]}
    assert [step["title"] for step in found["learning_paths"]] == [step["title"] for step in steps[1:]]


def test_only_what_is_missing_is_asked_for() -> None:
    """The same prompt, with what is kept as data and the open points behind it."""
    subject, answer = GOOD["backend-36m ko 1"]
    continuation, prompt = continuation_for(subject), TASK.prompt(subject)
    kept = kept_of(continuation, answer, 2)

    continued = continuation.prompt(prompt, kept)

    assert continued == replace(prompt, user=continued.user)
    assert continued.user.startswith(prompt.user)
    text = continued.user.rpartition("# 이어 쓰기")[2]
    assert all(
        part in text
        for part in (
            "정해진 단계 2개에 더할 단계 3개와",
            "strength 2개, weakness 1개",
            '{"strengths": ["MSA 기반 커머스 시스템 설계 경험", "실시간 통신 시스템 구현 경험"], '
            '"weaknesses": ["모니터링 및 관측 가능성 역량 부족"]}',
            "반드시 적어야 할 point: 없음",
            "high인 단계는 1개까지만",
        )
    )
    data = text.split("<kept_path>")[2].split("</kept_path>")[0]
    assert json.loads(data) == json.loads(kept.text)


def test_an_answer_that_is_good_by_itself_stays_as_it_is() -> None:
    """A provider that writes all anew, as our own does, needs nothing of what was kept."""
    subject, answer = GOOD["backend-36m ko 1"]
    continuation = continuation_for(subject)
    text = dump(write_path(subject, random.Random(1)))

    joined = continuation.join(kept_of(continuation, answer, 3), text)

    assert joined == text


def test_joined_steps_keep_their_points_and_stand_in_the_order_of_priority() -> None:
    """A point that only the new answer has comes with its step; one that no step serves is gone."""
    subject, answer = GOOD["backend-36m ko 1"]
    continuation = continuation_for(subject)
    kept = kept_of(continuation, answer, 3)
    *_, fourth, fifth = answer["learning_paths"]
    point = {"point": "장애 조짐을 알아채는 경험 부족", "ground": "관측 도구가 이력서에 없습니다."}
    steps = [{**fifth, "priority": "medium"}, {**fourth, "analysis_point": point["point"], "priority": "low"}]
    analysis = {"strengths": [], "weaknesses": [point]}

    path = TASK.read(continuation.join(kept, dump({"analysis": analysis, "learning_paths": steps, "summary": SUMMARY})))

    assert TASK.check(path, subject) == ()
    assert [found.priority for found in path.steps] == ["high", "high", "high", "medium", "low"]
    weaknesses = [found.point for found in path.analysis.weaknesses]
    assert weaknesses == [answer["analysis"]["weaknesses"][0]["point"], point["point"]]


def test_a_continuation_that_breaks_off_adds_to_what_was_kept() -> None:
    """Three writers make one path."""
    subject, answer = GOOD["backend-36m ko 1"]
    continuation, steps = continuation_for(subject), answer["learning_paths"]
    empty: dict[str, list[Any]] = {"strengths": [], "weaknesses": []}
    rest = dump({"analysis": empty, "learning_paths": steps[2:], "summary": SUMMARY})
    cut = rest[: rest.index(steps[4]["title"])]

    kept = continuation.keep(continuation.join(kept_of(continuation, answer, 2), cut))

    assert kept is not None
    assert (kept.items, kept.missing) == (4, 1)
    last = dump({"analysis": empty, "learning_paths": steps[4:], "summary": SUMMARY})
    assert TASK.read(continuation.join(kept, last)) == replace(TASK.read(dump(answer)), summary=SUMMARY)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        '{"analysis": 5, "learning_paths": 5}',
        '{"analysis": {"strengths": [{}, 1], "weaknesses": null}, "learning_paths": [1, null, [], {}], "summary": 5}',
        '{"analysis": {"strengths": [{"point": "성과", "ground": "근거"}], "weaknesses": []}, "learning_',
        "x" * 300_000,
    ],
    ids=["empty", "brace", "numbers", "odd entries", "no steps", "long"],
)
def test_nothing_is_kept_of_what_holds_no_step(text: str) -> None:
    """Nothing that a model can write makes keeping fail; an analysis alone saves little."""
    continuation = continuation_for(subject_of(example("backend-36m")))

    kept = continuation.keep(text)

    assert kept is None


def kept_of(continuation: Continuation, answer: dict[str, Any], count: int) -> Kept:
    """The analysis and the first steps of an answer, kept."""
    kept = continuation.keep(dump({**answer, "learning_paths": answer["learning_paths"][:count]}))
    assert kept is not None
    assert kept.items == count
    return kept
