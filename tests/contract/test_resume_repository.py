"""What every resume repository promises."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from services.resume.adapters.memory import MemoryResumeRepository
from services.resume.adapters.mongo import MongoResumeRepository
from services.resume.errors import ResumeAlreadyExists, ResumeNotFound
from services.resume.model import (
    ContactInfo,
    Deletion,
    Resume,
    ResumeContent,
    ResumeSummary,
    WorkExperience,
    preview_of,
)
from services.resume.ports import ResumeRepository
from shared.clock import Clock
from shared.database import Database
from shared.pages import PageRequest
from tests.support.resumes import STRANGE_KEYS

CONTENT = ResumeContent(
    name="김개발",
    contact_info=ContactInfo(email="kim@example.com", links=("https://a.kr", "https://b.kr")),
    # Text that a database might take for something else: operators, dates, numbers.
    summary='2026-11-20T10:00:00Z {"$date": 0} null',
    work_experiences=(
        WorkExperience(
            company="2022-01-01", duration="01/15/2023", achievements=("50% 개선", "$설계.와 {구현}", "1e5")
        ),
    ),
    total_experience_months=0,
)


LATER = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture(params=["memory", "mongo"])
async def resumes(request: pytest.FixtureRequest, database: Database) -> ResumeRepository:
    """One implementation after the other."""
    if request.param == "memory":
        return MemoryResumeRepository()
    repository = MongoResumeRepository(database)
    await repository.prepare()
    return repository


def resume_of(clock: Clock, unique_key: str, content: ResumeContent = CONTENT) -> Resume:
    """A resume of the fixed clock."""
    return Resume(clock.new_id(), unique_key, content, clock.now(), clock.now())


@pytest.mark.parametrize("key", STRANGE_KEYS)
async def test_what_is_added_is_read(resumes: ResumeRepository, clock: Clock, key: str) -> None:
    """A resume is read as it was added, zero and absence told apart, and found by whatever key it has."""
    added = resume_of(clock, key)

    await resumes.add(added)

    assert await resumes.get(key) == added
    assert list((await resumes.list(PageRequest())).items) == [
        ResumeSummary(key, preview_of(CONTENT), added.created_at, added.updated_at)
    ]
    assert (await resumes.replace(key, CONTENT, clock.now())) == added
    await resumes.hide(key, LATER)
    await resumes.forget(key)
    with pytest.raises(ResumeNotFound):
        await resumes.get(key)


async def test_missing(resumes: ResumeRepository) -> None:
    """What is not there raises by its key."""
    with pytest.raises(ResumeNotFound, match="nope"):
        await resumes.get("nope")


async def test_a_key_is_taken_once(resumes: ResumeRepository, clock: Clock) -> None:
    """A second resume under a key is refused, and the first stays."""
    first = resume_of(clock, "k")
    await resumes.add(first)

    with pytest.raises(ResumeAlreadyExists):
        await resumes.add(resume_of(clock, "k"))

    assert await resumes.get("k") == first


async def test_list_is_newest_first_and_complete(resumes: ResumeRepository, clock: Clock) -> None:
    """Pages follow each other without gap or repetition, whatever is added meanwhile."""
    for number in range(5):
        await resumes.add(resume_of(clock, f"k{number}"))

    first = await resumes.list(PageRequest(2))
    await resumes.add(resume_of(clock, "late"))
    second = await resumes.list(PageRequest(2, first.last))
    third = await resumes.list(PageRequest(2, second.last))

    keys = [item.unique_key for page in (first, second, third) for item in page.items]
    assert keys == ["k4", "k3", "k2", "k1", "k0"]
    assert third.last is None


async def test_exactly_full_page_is_the_last(resumes: ResumeRepository, clock: Clock) -> None:
    """A page that holds the last entry has no token."""
    for number in range(2):
        await resumes.add(resume_of(clock, f"k{number}"))

    page = await resumes.list(PageRequest(2))

    assert (len(page.items), page.last) == (2, None)


async def test_empty_list(resumes: ResumeRepository) -> None:
    """Nothing is an empty page."""
    page = await resumes.list(PageRequest(2))

    assert (list(page.items), page.last) == ([], None)


async def test_replace(resumes: ResumeRepository, clock: Clock) -> None:
    """Replacing changes content and time of change, and nothing else."""
    added = resume_of(clock, "k")
    await resumes.add(added)
    later = clock.now() + timedelta(seconds=1)

    replaced = await resumes.replace("k", ResumeContent(name="new"), later)

    assert replaced == replace(added, content=ResumeContent(name="new"), updated_at=later)
    assert await resumes.get("k") == replaced


async def test_replace_missing(resumes: ResumeRepository, clock: Clock) -> None:
    """What is not there cannot be replaced, and is not made."""
    with pytest.raises(ResumeNotFound):
        await resumes.replace("k", CONTENT, clock.now())

    with pytest.raises(ResumeNotFound):
        await resumes.get("k")


async def test_hidden(resumes: ResumeRepository, clock: Clock) -> None:
    """A hidden resume is neither read nor listed nor replaced; its key is taken until it is forgotten."""
    await resumes.add(resume_of(clock, "k"))

    await resumes.hide("k", LATER)
    await resumes.hide("k", LATER)

    assert list((await resumes.list(PageRequest(2))).items) == []
    with pytest.raises(ResumeNotFound):
        await resumes.get("k")
    with pytest.raises(ResumeNotFound):
        await resumes.replace("k", CONTENT, clock.now())
    with pytest.raises(ResumeAlreadyExists):
        await resumes.add(resume_of(clock, "k"))


async def test_forgotten(resumes: ResumeRepository, clock: Clock) -> None:
    """A forgotten key is free; one that is not hidden stays; one that is not there is no matter."""
    await resumes.add(resume_of(clock, "hidden"))
    await resumes.add(resume_of(clock, "shown"))
    await resumes.hide("hidden", LATER)

    for key in ("hidden", "shown", "absent"):
        await resumes.forget(key)

    assert (await resumes.get("shown")).unique_key == "shown"
    with pytest.raises(ResumeNotFound):
        await resumes.hide("hidden", LATER)
    await resumes.add(resume_of(clock, "hidden"))


async def test_a_deletion_is_due_until_it_has_ended(resumes: ResumeRepository, clock: Clock) -> None:
    """Hiding again puts it off; one alone takes it up; a key that is another one's by now is none of its business."""
    now = clock.now()
    for key in ("a", "b", "later"):
        await resumes.add(resume_of(clock, key))
        await resumes.hide(key, LATER if key == "later" else now)
    found = {deletion.unique_key: deletion for deletion in await resumes.unfinished_deletions(now)}

    taken = [await resumes.take_up(found["a"], LATER), await resumes.take_up(found["a"], LATER)]
    await resumes.forget("b")
    await resumes.add(resume_of(clock, "b"))
    late = await resumes.take_up(found["b"], LATER)

    assert found == {"a": Deletion("a", now), "b": Deletion("b", now)}
    assert (taken, late) == ([True, False], False)
    assert list(await resumes.unfinished_deletions(now)) == []
    assert {deletion.unique_key for deletion in await resumes.unfinished_deletions(LATER)} == {"a", "later"}
    assert (await resumes.get("b")).unique_key == "b"


async def test_hide_missing(resumes: ResumeRepository) -> None:
    """What is not there cannot be hidden."""
    with pytest.raises(ResumeNotFound):
        await resumes.hide("k", LATER)


DOCUMENT = '{"basics": {"name": "김"}, "$where": {"a.b": "\\u0000"}, "n": 1.10}'


async def test_an_imported_document_is_kept_beside_its_resume(resumes: ResumeRepository, clock: Clock) -> None:
    """To the character, for its own reader alone; a resume without one has an empty one."""
    imported, other = resume_of(clock, "imported"), resume_of(clock, "other")
    await resumes.add(imported, DOCUMENT)
    await resumes.add(other)

    documents = [await resumes.get_json_resume(key) for key in ("imported", "other")]

    assert documents == [DOCUMENT, ""]
    assert await resumes.get("imported") == imported
    assert [item.unique_key for item in (await resumes.list(PageRequest())).items] == ["other", "imported"]


async def test_an_imported_document_goes_with_its_resume(resumes: ResumeRepository, clock: Clock) -> None:
    """Replacing and hiding drop it; the next resume of the key does not find it."""
    for key in ("replaced", "hidden"):
        await resumes.add(resume_of(clock, key), DOCUMENT)

    await resumes.replace("replaced", CONTENT, clock.now())
    await resumes.hide("hidden", LATER)

    assert await resumes.get_json_resume("replaced") == ""
    for key in ("hidden", "absent"):
        with pytest.raises(ResumeNotFound, match=key):
            await resumes.get_json_resume(key)
    await resumes.forget("hidden")
    await resumes.add(resume_of(clock, "hidden"))
    assert await resumes.get_json_resume("hidden") == ""


async def test_a_resume_that_was_stored_by_an_earlier_version_is_read(database: Database, clock: Clock) -> None:
    """Without a document beside it, and with text that is refused by now."""
    text = "earlier \u202e text"
    document = {"_id": "k/old", "sort_key": clock.new_id(), "unique_key": "old"}
    times = {"created_at": clock.now(), "updated_at": clock.now()}
    parts = {"preview": {"name": "n", "summary": text, "total_experience_months": None}}
    content = {"content": {"name": "n", "summary": text}}
    await database.collection("resumes").insert_one(document | times | parts | content)
    resumes = MongoResumeRepository(database)

    read = await resumes.get("old")

    assert read.content == ResumeContent(name="n", summary=text)
    assert await resumes.get_json_resume("old") == ""
    assert (await resumes.list(PageRequest())).items[0].preview.summary == text


async def test_many_at_once_are_stored_and_read_each_by_itself(resumes: ResumeRepository, clock: Clock) -> None:
    """Of fifty that are added at once all but the one whose key is taken are stored; each is read by its own key."""
    taken = await resumes.add(resume_of(clock, "key-13"))
    wanted = [
        resume_of(clock, f"key-{number}", msgspec.structs.replace(CONTENT, name=f"이름 {number}"))
        for number in range(50)
    ]

    outcomes = await asyncio.gather(*(resumes.add(resume) for resume in wanted), return_exceptions=True)
    found = await asyncio.gather(*(resumes.get(f"key-{number}") for number in range(51)), return_exceptions=True)

    assert [type(outcome) for outcome in outcomes if isinstance(outcome, BaseException)] == [ResumeAlreadyExists]
    assert isinstance(outcomes[13], ResumeAlreadyExists)
    assert found[:13] + found[14:50] == wanted[:13] + wanted[14:]
    assert found[13] == taken
    assert isinstance(found[50], ResumeNotFound)


async def test_of_two_of_one_key_at_once_one_is_stored(resumes: ResumeRepository, clock: Clock) -> None:
    """Two callers who choose the same key at the same moment: one has it, the other is told."""
    one, other = resume_of(clock, "same"), resume_of(clock, "same", msgspec.structs.replace(CONTENT, name="다른 사람"))

    outcomes = await asyncio.gather(resumes.add(one), resumes.add(other), return_exceptions=True)

    stored = await resumes.get("same")
    assert [outcome for outcome in outcomes if not isinstance(outcome, BaseException)] == [stored]
    assert [type(outcome) for outcome in outcomes if isinstance(outcome, BaseException)] == [ResumeAlreadyExists]
