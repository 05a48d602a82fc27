"""Answers of both services read along while they are written: which of their items are shown, and when."""

import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from services.interview.local_writer import write_questions
from services.interview.task import load_task as question_task
from services.learning.local_writer import write_path
from services.learning.task import load_task as path_task
from shared.generation.composition import LocalWriter
from shared.generation.model import Subject
from shared.llm.continuation import Continuation
from shared.llm.progress import Broadcast, Item, Progress
from shared.resume_profile.profile import build_profile
from tests.support.model_answers import load_answers
from tests.support.resumes import load_example

PIECE = 12


@dataclass(frozen=True)
class Written:
    """A good answer, how it is continued, and the name of the list that its items are in."""

    answer: dict[str, Any]
    continuation: Continuation
    items: str

    @property
    def text(self) -> str:
        """As a model sends it."""
        return json.dumps(self.answer, ensure_ascii=False)


def good_answers() -> Iterator[tuple[str, Written]]:
    """Answers of models and of our own writers."""
    kinds: tuple[tuple[str, Any, LocalWriter, str], ...] = (
        ("questions", question_task(), write_questions, "questions"),
        ("paths", path_task(), write_path, "learning_paths"),
    )
    for kind, task, write, items in kinds:
        for name, answer in load_answers(kind).items():
            yield f"{kind} {name}", Written(answer.answer, task.continuation(answer.subject), items)
        subject = Subject(build_profile(load_example()), "ko")
        local = json.loads(json.dumps(write(subject, random.Random(7))))
        yield f"{kind} local", Written(local, task.continuation(subject), items)


GOOD = dict(good_answers())
LOCAL = {name: written for name, written in GOOD.items() if name.endswith("local")}


def read_along(written: Written, text: str) -> tuple[list[Item], list[int]]:
    """The items that are shown of a text in pieces, and how much of it was there when each was."""
    events: list[Progress] = []
    places: list[int] = []
    reading = Broadcast(events.append, written.continuation).open("a", "a-1", None)
    assert reading is not None
    reading.begin()
    for start in range(0, len(text), PIECE):
        reading.read(text[start : start + PIECE])
        places += [start + PIECE] * (len(events) - 1 - len(places))
    return [event for event in events if isinstance(event, Item)], places


@pytest.mark.parametrize("name", GOOD)
def test_every_item_of_a_good_answer_is_shown(name: str) -> None:
    """Each as the service knows it, in the order in which they were written, and all but the last before the end."""
    # Given
    written = GOOD[name]

    # When
    shown, places = read_along(written, written.text)

    # Then
    assert [item.entry for item in shown] == list(written.continuation.items(written.answer))
    assert places == sorted(places)
    assert all(place < len(written.text) - 100 for place in places[:-1])


def without_evidence(item: Mapping[str, Any]) -> dict[str, Any]:
    """A question whose evidence is invented."""
    return {**item, "evidence": {"path": "nowhere", "quote": "nothing"}}


def without_end(item: Mapping[str, Any]) -> dict[str, Any]:
    """A step that takes a century."""
    return {**item, "estimated_duration": "5200주"}


SPOILING: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "questions local": without_evidence,
    "paths local": without_end,
}


@pytest.mark.parametrize("name", LOCAL)
def test_an_item_that_fails_its_checks_is_not_shown(name: str) -> None:
    """Those around it are."""
    # Given
    written = LOCAL[name]
    entries = written.answer[written.items]
    spoilt = [entries[0], SPOILING[name](entries[1]), *entries[2:]]

    # When
    shown, _ = read_along(written, json.dumps({**written.answer, written.items: spoilt}, ensure_ascii=False))

    # Then
    good = list(written.continuation.items(written.answer))
    assert [item.entry for item in shown] == [good[0], *good[2:]]


@pytest.mark.parametrize("name", LOCAL)
def test_what_was_kept_is_known_to_what_continues_it(name: str) -> None:
    """The rest is checked beside what it continues: by its points, and by what must not be repeated."""
    # Given
    written = LOCAL[name]
    entries = written.answer[written.items]
    kept = written.continuation.keep(written.text[: written.text.rindex(json.dumps(entries[-2], ensure_ascii=False))])
    assert kept is not None
    events: list[Progress] = []
    reading = Broadcast(events.append, written.continuation).open("a", "a-1", kept)
    assert reading is not None

    # When
    reading.begin()
    reading.read(json.dumps({written.items: [entries[0], *entries[-2:]]}, ensure_ascii=False))

    # Then
    shown = [event.entry for event in events if isinstance(event, Item)]
    good = list(written.continuation.items(written.answer))
    assert shown[:-2] == list(written.continuation.items(json.loads(kept.text)))
    assert shown[-2:] == good[-2:]
