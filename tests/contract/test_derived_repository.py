"""What every repository of derived documents promises; question sets stand for all."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

import msgspec
import pytest

from services.interview.adapters.memory import memory_question_sets
from services.interview.adapters.mongo import mongo_question_sets
from services.interview.errors import QuestionSetNotFound
from services.interview.model import Question, QuestionEvidence, QuestionSet
from shared.clock import Clock
from shared.database import Collection, Database, Document
from shared.generation.model import Provenance
from shared.generation.ports import DerivedRepository
from shared.llm.messages import Attempt, Usage
from shared.pages import PageRequest
from tests.conftest import NOW
from tests.support.resumes import STRANGE_KEYS

QUESTION = Question(
    question="Redis 캐시의 TTL을 어떤 기준으로 정하셨나요?",
    category="기술",
    difficulty="중급",
    type="Trade-off",
    topic="캐시",
    reason="Redis 캐싱 경험이 있기 때문입니다.",
    evidence=QuestionEvidence("work_experiences[0].achievements[1]", "Redis 캐싱"),
    what_good_answers_cover=("만료 기준", "일관성"),
)


@pytest.fixture(params=["memory", "mongo"])
async def sets(request: pytest.FixtureRequest, database: Database) -> DerivedRepository[QuestionSet]:
    """One implementation after the other."""
    if request.param == "memory":
        return memory_question_sets()
    repository = mongo_question_sets(database)
    await repository.prepare()
    return repository


def set_of(clock: Clock, unique_key: str) -> QuestionSet:
    """A set of the fixed clock, with attempts of every kind."""
    attempts = (
        Attempt("gemini", "g", "ANSWER_REJECTED", 12, ("count", "open"), Usage(1, 2, 3, 4, None)),
        Attempt("openai", "o", "OK", 34, (), Usage(1, 0, 3, 0, 0.25)),
        Attempt("claude", "c", "TIMEOUT", 56),
    )
    provenance = Provenance("openai", "o", "questions/1", clock.now(), attempts, Usage(2, 2, 6, 4, None))
    return QuestionSet(clock.new_id(), unique_key, "ko", (QUESTION,) * 5, provenance)


@pytest.mark.parametrize("key", STRANGE_KEYS)
async def test_what_is_added_is_read(sets: DerivedRepository[QuestionSet], clock: Clock, key: str) -> None:
    """An item is read as it was added, with how it came to be, and found by whatever key its resume has."""
    added = set_of(clock, key)

    await put(sets, added)

    assert await sets.get(key, added.question_set_id) == added
    assert list((await sets.list(key, PageRequest(5))).items) == [added]
    assert await sets.erase(key) == 1


async def test_adding_again_is_a_success(sets: DerivedRepository[QuestionSet], clock: Clock) -> None:
    """A write that is repeated leaves one item."""
    added = set_of(clock, "k")
    await put(sets, added)

    await put(sets, replace(added))

    assert len((await sets.list("k", PageRequest(5))).items) == 1


async def test_an_item_belongs_to_its_resume(sets: DerivedRepository[QuestionSet], clock: Clock) -> None:
    """An id is found under its own resume alone."""
    added = set_of(clock, "k")
    await put(sets, added)

    with pytest.raises(QuestionSetNotFound):
        await sets.get("other", added.question_set_id)
    for item_id in ("nope", *STRANGE_KEYS):
        with pytest.raises(QuestionSetNotFound):
            await sets.get("k", item_id)


async def test_list_is_of_one_resume_newest_first(sets: DerivedRepository[QuestionSet], clock: Clock) -> None:
    """Pages hold the items of one resume, even beside keys that begin alike."""
    mine = [set_of(clock, "k") for _ in range(5)]
    others = [set_of(clock, key) for key in ("k-", "k.", "k0", "kk", "j", "K", "k김")]
    for item in (*mine[:3], *others, *mine[3:]):
        await put(sets, item)

    first = await sets.list("k", PageRequest(3))
    second = await sets.list("k", PageRequest(3, first.last))

    assert [*first.items, *second.items] == mine[::-1]
    assert second.last is None


async def test_a_token_of_another_resume_leads_nowhere_else(sets: DerivedRepository[QuestionSet], clock: Clock) -> None:
    """A token from another list shows nothing of that list."""
    for key in ("a", "a", "b", "b"):
        await put(sets, set_of(clock, key))
    token = (await sets.list("a", PageRequest(1))).last

    page = await sets.list("b", PageRequest(5, token))

    assert {item.unique_key for item in page.items} <= {"b"}


async def test_erase(sets: DerivedRepository[QuestionSet], clock: Clock) -> None:
    """Erasing takes all items of one resume and leaves the others; again it finds nothing."""
    gone, kept = set_of(clock, "k"), set_of(clock, "k0")
    for item in (gone, set_of(clock, "k"), kept):
        await put(sets, item)

    erased = [await sets.erase("k"), await sets.erase("k")]

    assert erased == [2, 0]
    assert list((await sets.list("k", PageRequest(5))).items) == []
    assert await sets.get("k0", kept.question_set_id) == kept


async def test_what_is_not_shown_is_not_read(sets: DerivedRepository[QuestionSet], clock: Clock) -> None:
    """Neither listed nor read by its id; whoever stored it finds it, and shows it, once or more."""
    pending = set_of(clock, "k")
    await sets.add(pending, clock.now())

    listed = list((await sets.list("k", PageRequest(5))).items)
    with pytest.raises(QuestionSetNotFound):
        await sets.get("k", pending.question_set_id)
    found = [await sets.find(key, pending.question_set_id) for key in ("k", "other")]
    shown = [await sets.show(pending), await sets.show(pending)]

    assert (listed, found, shown) == ([], [pending, None], [True, True])
    assert await sets.get("k", pending.question_set_id) == pending


async def test_the_first_of_an_id_stays(sets: DerivedRepository[QuestionSet], clock: Clock) -> None:
    """Another one of its id is told of it, be it shown by then or not."""
    first = set_of(clock, "k")
    second = replace(first, language="en")

    stored = [await sets.add(first, clock.now()), await sets.add(second, clock.now())]
    await sets.show(first)
    stored.append(await sets.add(second, clock.now()))

    assert stored == [first, first, first]


async def test_erasing_takes_what_is_not_shown(sets: DerivedRepository[QuestionSet], clock: Clock) -> None:
    """It does not count, and cannot be shown any more."""
    pending = set_of(clock, "k")
    await sets.add(pending, clock.now())

    erased = await sets.erase("k")

    assert (erased, await sets.show(pending), await sets.find("k", pending.question_set_id)) == (0, False, None)


async def test_what_was_never_shown_is_swept(sets: DerivedRepository[QuestionSet], clock: Clock) -> None:
    """After a time; what is shown stays, however old."""
    shown, old, new = (set_of(clock, "k") for _ in range(3))
    moments = [clock.now(), clock.now(), clock.now() + timedelta(seconds=60)]
    for item, moment in zip((shown, old, new), moments, strict=True):
        await sets.add(item, moment)
    await sets.show(shown)

    swept = await sets.sweep(clock.now() + timedelta(seconds=30))

    assert swept == 1
    assert await sets.find("k", old.question_set_id) is None
    assert await sets.find("k", new.question_set_id) == new
    assert await sets.get("k", shown.question_set_id) == shown


async def test_what_was_not_shown_is_dropped(sets: DerivedRepository[QuestionSet], clock: Clock) -> None:
    """At once, and it alone: what was shown stays, and so does what another of the resume's has pending."""
    shown, dropped, pending = (set_of(clock, "k") for _ in range(3))
    for item in (shown, dropped, pending):
        await sets.add(item, clock.now())
    await sets.show(shown)

    for item in (shown, dropped):
        await sets.drop(item)

    assert await sets.get("k", shown.question_set_id) == shown
    assert await sets.find("k", dropped.question_set_id) is None
    assert await sets.find("k", pending.question_set_id) == pending


async def put(sets: DerivedRepository[QuestionSet], item: QuestionSet) -> None:
    """Stores and shows an item."""
    await sets.add(item, NOW)
    assert await sets.show(item)


async def test_an_item_that_was_stored_by_an_earlier_version_is_read(database: Database, clock: Clock) -> None:
    """In fields, where it is one text by now."""
    item = set_of(clock, "k")
    names = {"_id": item.question_set_id, "unique_key": "k", "sort_key": f"k/k/{item.question_set_id}", "added_at": 1}
    fields = msgspec.to_builtins(item, builtin_types=(datetime,))
    await database.collection("interviews").insert_one({**names, "item": fields})
    sets = mongo_question_sets(database)

    assert await sets.get("k", item.question_set_id) == item
    assert list((await sets.list("k", PageRequest())).items) == [item]


async def test_ids_without_end_disturb_nobody(sets: DerivedRepository[QuestionSet], clock: Clock) -> None:
    """Callers choose the ids that they ask for: twenty of a million characters are not found, and the others are."""
    item = await sets.add(set_of(clock, "k"), clock.now())
    endless = (sets.find("k", f"{number}{'x' * 1_000_000}") for number in range(20))

    found = await asyncio.gather(*endless, sets.find("k", item.question_set_id))

    assert found == [None] * 20 + [item]


async def test_of_many_that_are_shown_at_once_each_is_told_of_its_own(
    sets: DerivedRepository[QuestionSet], clock: Clock
) -> None:
    """One that was erased meanwhile is not there to be shown, and the others are."""
    items = [set_of(clock, f"k-{number}") for number in range(20)]
    await asyncio.gather(*(sets.add(item, clock.now()) for item in items))
    await sets.erase("k-7")

    shown = await asyncio.gather(*(sets.show(item) for item in items))

    assert shown == [number != 7 for number in range(20)]
    found = await asyncio.gather(*(sets.find(f"k-{number}", item.question_set_id) for number, item in enumerate(items)))
    assert found == [None if number == 7 else item for number, item in enumerate(items)]


class InterruptedCollection:
    """A collection; what is to happen after its first deletion happens before the second."""

    def __init__(self, collection: Collection, between: Callable[[], Awaitable[object]]) -> None:
        self._collection = collection
        self._between: Callable[[], Awaitable[object]] | None = between

    def __getattr__(self, name: str) -> Any:
        return getattr(self._collection, name)

    async def delete_many(self, query: Document) -> Any:
        """Deletes, and lets others have their turn."""
        result = await self._collection.delete_many(query)
        between, self._between = self._between, None
        if between is not None:
            await between()
        return result


async def test_what_is_shown_in_the_middle_of_an_erasure_is_erased(database: Database, clock: Clock) -> None:
    """It is stored in two places one after the other, and must not be missed in both."""
    item = set_of(clock, "k")
    sets = mongo_question_sets(database)
    await sets.add(item, clock.now())

    sets._collection = cast(Collection, InterruptedCollection(sets._collection, lambda: sets.show(item)))
    await sets.erase("k")

    assert await sets.find("k", item.question_set_id) is None
