"""The resume service through its typed client."""

from __future__ import annotations  # the typed clients have their names in the stubs alone

import unicodedata
from datetime import timedelta
from typing import TYPE_CHECKING

import grpc
import pytest

from career.resume.v1 import resume_pb2
from career.resume.v1 import resume_service_pb2 as messages
from services.resume.adapters.memory import MemoryResumeRepository
from services.resume.errors import ErasureIncomplete
from services.resume.model import ResumeContent
from services.resume.use_cases import ResumeUseCases
from shared.clock import Clock
from tests.support.derived import SwitchableDatabase, SwitchableDerivedData
from tests.support.failures import failure_of
from tests.support.idempotency import memory_idempotency
from tests.support.resumes import EXAMPLES, example_message

if TYPE_CHECKING:
    from career.resume.v1.resume_service_pb2_grpc import ResumeServiceAsyncStub


async def create(resumes: ResumeServiceAsyncStub, resume: resume_pb2.Resume) -> resume_pb2.Resume:
    """Creates a resume."""
    return await resumes.CreateResume(messages.CreateResumeRequest(resume=resume))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
async def test_what_is_created_is_read(resumes: ResumeServiceAsyncStub, path: object) -> None:
    """A resume comes back as it was sent, with a key and times."""
    sent = example_message(path)  # type: ignore[arg-type] # a parameter's type is lost in the table

    created = await create(resumes, sent)

    read = await resumes.GetResume(messages.GetResumeRequest(unique_key=created.unique_key))
    assert read == created
    assert created.created_at.ToSeconds() > 0
    for field in ("unique_key", "created_at", "updated_at", "computed_experience_months", "warnings"):
        created.ClearField(field)
    assert created == sent


async def test_chosen_key_is_kept(resumes: ResumeServiceAsyncStub) -> None:
    """A client's own key names the resume, however its Hangul was composed."""
    await create(resumes, resume_pb2.Resume(name="김", unique_key=unicodedata.normalize("NFD", "김개발-1")))

    read = await resumes.GetResume(messages.GetResumeRequest(unique_key="김개발-1"))

    assert read.unique_key == "김개발-1"


async def test_taken_key_is_refused(resumes: ResumeServiceAsyncStub) -> None:
    """A second resume under the same key is refused, and the first one stays."""
    await create(resumes, resume_pb2.Resume(name="first", unique_key="k"))

    failure = await failure_of(create(resumes, resume_pb2.Resume(name="second", unique_key="k")))

    assert (failure.code, failure.reason) == (grpc.StatusCode.ALREADY_EXISTS, "RESUME_ALREADY_EXISTS")
    assert failure.metadata == {"unique_key": "k"}
    assert (await resumes.GetResume(messages.GetResumeRequest(unique_key="k"))).name == "first"


async def test_unknown_key(resumes: ResumeServiceAsyncStub) -> None:
    """Reading, replacing and deleting what is not there is NOT_FOUND."""
    calls = (
        resumes.GetResume(messages.GetResumeRequest(unique_key="k")),
        resumes.UpdateResume(messages.UpdateResumeRequest(unique_key="k", resume=resume_pb2.Resume(name="n"))),
        resumes.DeleteResume(messages.DeleteResumeRequest(unique_key="k")),
    )

    failures = [await failure_of(call) for call in calls]

    assert {(f.code, f.reason) for f in failures} == {(grpc.StatusCode.NOT_FOUND, "RESUME_NOT_FOUND")}


async def test_bad_resume_names_every_field(resumes: ResumeServiceAsyncStub) -> None:
    """A refusal names every offending field, with the rule it breaks."""
    bad = example_message(name="", total_experience_months=721, contact_info={"email": "x"}, unique_key="docs")

    failure = await failure_of(create(resumes, bad))

    assert (failure.code, failure.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_RESUME")
    assert set(failure.fields) == {"unique_key", "name", "total_experience_months", "contact_info.email"}
    assert failure.fields["total_experience_months"] == "must be 0 to 720"


async def test_hundreds_of_bad_fields_fit_into_the_answer(resumes: ResumeServiceAsyncStub) -> None:
    """However much is wrong, the answer stays below what a client accepts, and says how much it left out."""
    job = resume_pb2.WorkExperience(achievements=["가" * 1_001] * 50)

    failure = await failure_of(create(resumes, resume_pb2.Resume(name="n", work_experiences=[job])))

    assert failure.code is grpc.StatusCode.INVALID_ARGUMENT
    assert failure.fields["…"] == "and 10 more fields"


async def test_huge_resume_is_refused(resumes: ResumeServiceAsyncStub) -> None:
    """A resume whose parts are all allowed may still be too large as a whole."""
    sections = [resume_pb2.Section(text="가" * 10_000)] * 20

    failure = await failure_of(create(resumes, resume_pb2.Resume(name="n", sections=sections)))

    assert list(failure.fields) == ["resume"]


async def test_pages_meet(resumes: ResumeServiceAsyncStub) -> None:
    """Pages list every resume once, newest first."""
    for number in range(5):
        await create(resumes, resume_pb2.Resume(name=f"n{number}", summary="가" * 300))

    first = await resumes.ListResumes(messages.ListResumesRequest(page_size=3))
    second = await resumes.ListResumes(messages.ListResumesRequest(page_size=3, page_token=first.next_page_token))

    assert [entry.name for entry in (*first.resumes, *second.resumes)] == ["n4", "n3", "n2", "n1", "n0"]
    assert (bool(first.next_page_token), second.next_page_token) == (True, "")
    assert len(first.resumes[0].summary) == 200


async def test_replacing_leaves_nothing_of_the_old(resumes: ResumeServiceAsyncStub) -> None:
    """A replaced resume has the new content alone and keeps its key and birth."""
    created = await create(resumes, example_message(unique_key="k"))

    await resumes.UpdateResume(messages.UpdateResumeRequest(unique_key="k", resume=resume_pb2.Resume(name="new")))

    read = await resumes.GetResume(messages.GetResumeRequest(unique_key="k"))
    assert (read.name, read.summary, len(read.work_experiences)) == ("new", "", 0)
    assert read.created_at == created.created_at


async def test_body_cannot_rename(resumes: ResumeServiceAsyncStub) -> None:
    """A body with another key than the path is refused."""
    await create(resumes, resume_pb2.Resume(name="n", unique_key="k"))
    request = messages.UpdateResumeRequest(unique_key="k", resume=resume_pb2.Resume(name="n", unique_key="other"))

    failure = await failure_of(resumes.UpdateResume(request))

    assert list(failure.fields) == ["resume.unique_key"]


async def test_a_renaming_body_does_not_hide_what_else_is_wrong(resumes: ResumeServiceAsyncStub) -> None:
    """The refusal of another key names the other offending fields, too."""
    bad = resume_pb2.Resume(unique_key="other", total_experience_months=721)

    failure = await failure_of(resumes.UpdateResume(messages.UpdateResumeRequest(unique_key="a b", resume=bad)))

    assert set(failure.fields) == {"unique_key", "resume.unique_key", "name", "total_experience_months"}


async def test_deleting_erases_what_was_derived(
    resumes: ResumeServiceAsyncStub, derived: SwitchableDerivedData
) -> None:
    """A deleted resume is gone with its derived data, and its key is free again."""
    await create(resumes, resume_pb2.Resume(name="n", unique_key="k"))
    derived.documents["k"] = 3

    response = await resumes.DeleteResume(messages.DeleteResumeRequest(unique_key="k"))

    assert (response.erased_documents, derived.documents) == (3, {})
    failure = await failure_of(resumes.GetResume(messages.GetResumeRequest(unique_key="k")))
    assert failure.reason == "RESUME_NOT_FOUND"
    assert (await create(resumes, resume_pb2.Resume(name="again", unique_key="k"))).name == "again"


async def test_interrupted_deletion_is_taken_up_again(
    resumes: ResumeServiceAsyncStub, derived: SwitchableDerivedData
) -> None:
    """While derived data cannot be erased the resume is hidden, its key stays taken, and the same call finishes."""
    await create(resumes, resume_pb2.Resume(name="n", unique_key="k"))
    derived.documents["k"] = 1
    derived.on = False

    failure = await failure_of(resumes.DeleteResume(messages.DeleteResumeRequest(unique_key="k")))

    assert (failure.code, failure.reason) == (grpc.StatusCode.UNAVAILABLE, "ERASURE_INCOMPLETE")
    assert failure.retry_seconds == int(str(failure.trailers["retry-after"]))
    hidden = await failure_of(resumes.GetResume(messages.GetResumeRequest(unique_key="k")))
    assert hidden.reason == "RESUME_NOT_FOUND"
    taken = await failure_of(create(resumes, resume_pb2.Resume(name="n", unique_key="k")))
    assert taken.reason == "RESUME_ALREADY_EXISTS"
    assert len((await resumes.ListResumes(messages.ListResumesRequest())).resumes) == 0
    derived.on = True
    assert (await resumes.DeleteResume(messages.DeleteResumeRequest(unique_key="k"))).erased_documents == 1


async def test_an_interrupted_deletion_ends_by_itself(clock: Clock) -> None:
    """As soon as the services that were away are back."""
    derived, now = SwitchableDerivedData(), [clock.now()]
    moving = Clock(now=lambda: now[0])
    cases = ResumeUseCases(
        MemoryResumeRepository(), [derived], memory_idempotency(moving), SwitchableDatabase(), moving
    )
    await cases.create("k", ResumeContent(name="n"))
    derived.documents["k"], derived.on = 1, False
    with pytest.raises(ErasureIncomplete):
        await cases.delete("k")
    now[0] += timedelta(seconds=20)
    await cases.finish_deletions()
    still_there = dict(derived.documents)
    derived.on = True
    now[0] += timedelta(seconds=20)

    await cases.finish_deletions()

    assert (still_there, derived.documents) == ({"k": 1}, {})
    assert (await cases.create("k", ResumeContent(name="again"))).content.name == "again"


async def test_health(resumes: ResumeServiceAsyncStub, database: SwitchableDatabase) -> None:
    """The service says that it works, and fails while its database is away."""
    healthy = await resumes.Health(messages.HealthRequest())
    database.on = False

    failure = await failure_of(resumes.Health(messages.HealthRequest()))

    assert (healthy.status, healthy.service) == ("SERVING", "career.resume.v1.ResumeService")
    assert (failure.code, failure.reason) == (grpc.StatusCode.UNAVAILABLE, "DATABASE_UNAVAILABLE")
