"""What every store promises whose items stand below an answer; feedback stands for all."""

from operator import attrgetter

import pytest

from shared.adapters.memory import MemoryDerivedStore
from shared.clock import Clock
from shared.database import Database
from shared.generation.composition import mongo_feedback
from shared.generation.feedback import Feedback, Opinion
from shared.generation.ports import DerivedStore
from shared.pages import PageRequest
from tests.support.resumes import STRANGE_KEYS


@pytest.fixture(params=["memory", "mongo"])
async def store(request: pytest.FixtureRequest, database: Database) -> DerivedStore[Feedback]:
    """One implementation after the other."""
    if request.param == "memory":
        return MemoryDerivedStore(id_of=attrgetter("path"), key_of=attrgetter("unique_key"))
    mongo = mongo_feedback(database, "interview")
    await mongo.prepare()
    return mongo


def feedback(clock: Clock, unique_key: str, answer_id: str) -> Feedback:
    """Feedback of the fixed clock, with everything that it may hold."""
    opinion = Opinion(4, "too_easy", "조금 쉬웠어요.\n둘째 줄", 2)
    return Feedback(clock.new_id(), unique_key, answer_id, opinion, "questions/1", clock.now())


@pytest.mark.parametrize("key", STRANGE_KEYS)
async def test_feedback_is_listed_by_answer(store: DerivedStore[Feedback], clock: Clock, key: str) -> None:
    """Newest first, over pages, and none of another answer whose id begins alike."""
    mine = [feedback(clock, key, "a1") for _ in range(3)]
    others = [feedback(clock, key, answer) for answer in ("a", "a10", "b")]
    for each in (mine[0], *others, *mine[1:], feedback(clock, "other", "a1")):
        await store.add(each, clock.now())
        await store.show(each)

    first = await store.list(key, PageRequest(2), within="a1")
    second = await store.list(key, PageRequest(2, first.last), within="a1")

    assert [*first.items, *second.items] == mine[::-1]
    assert second.last is None


async def test_all_feedback_of_a_resume_is_erased(store: DerivedStore[Feedback], clock: Clock) -> None:
    """Whatever answer it is about."""
    kept = feedback(clock, "k0", "a")
    for each in (feedback(clock, "k", "a"), feedback(clock, "k", "b"), kept):
        await store.add(each, clock.now())
        await store.show(each)

    erased = [await store.erase("k"), await store.erase("k")]

    assert erased == [2, 0]
    assert list((await store.list("k0", PageRequest(), within="a")).items) == [kept]
