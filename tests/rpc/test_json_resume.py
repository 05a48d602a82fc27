"""JSON Resume documents in and out of the resume service, through its typed client."""

from __future__ import annotations  # the typed clients have their names in the stubs alone

import asyncio
import json
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from google.api.httpbody_pb2 import HttpBody
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from career.resume.v1 import resume_pb2
from career.resume.v1 import resume_service_pb2 as messages
from services.resume.adapters.memory import MemoryResumeRepository
from services.resume.use_cases import ResumeUseCases
from shared.clock import Clock
from shared.generation.prompts import fence_json
from shared.resume_profile.profile import build_profile
from shared.rpc.messages import message_values
from tests.support.derived import SwitchableDatabase, SwitchableDerivedData
from tests.support.failures import failure_of
from tests.support.idempotency import memory_idempotency
from tests.unit.resume.json_resumes import EXAMPLE, TEXTS, documents, is_valid

if TYPE_CHECKING:
    from career.resume.v1.resume_service_pb2_grpc import ResumeServiceAsyncStub

DOCUMENT = EXAMPLE.read_bytes()
NAMES = TEXTS.filter(lambda text: bool(text.strip()))


async def import_document(resumes: ResumeServiceAsyncStub, data: bytes, key: str = "") -> resume_pb2.Resume:
    """Imports the bytes of a document."""
    request = messages.ImportJsonResumeRequest(unique_key=key, document=HttpBody(data=data))
    return await resumes.ImportJsonResume(request)


async def export(resumes: ResumeServiceAsyncStub, key: str) -> HttpBody:
    """Exports a resume."""
    return await resumes.ExportJsonResume(messages.ExportJsonResumeRequest(unique_key=key))


def encode(document: Any, *, ascii_only: bool = False) -> bytes:
    """A document as a client sends it."""
    return json.dumps(document, ensure_ascii=ascii_only).encode()


async def test_an_imported_resume_is_read_like_any_other(resumes: ResumeServiceAsyncStub) -> None:
    """It has its fields, its key and its months, and is in the list."""
    imported = await import_document(resumes, DOCUMENT, "lee")

    read = await resumes.GetResume(messages.GetResumeRequest(unique_key="lee"))
    listed = await resumes.ListResumes(messages.ListResumesRequest())
    assert read == imported
    assert (read.name, read.work_experiences[0].company) == ("이서버", "모아커머스")
    assert (read.computed_experience_months, list(read.warnings)) == (66, [])
    assert [entry.name for entry in listed.resumes] == ["이서버"]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.sampled_from(["1.0.0", "1.3.1"]).flatmap(lambda version: documents(version, name=NAMES)), st.booleans())
def test_every_valid_document_comes_back_as_it_was(document: dict[str, Any], ascii_only: bool) -> None:
    """Deep-equal and byte for byte: members that no field has, absent and empty, dates of each precision, numbers."""
    use_cases = ResumeUseCases(
        MemoryResumeRepository(), [SwitchableDerivedData()], memory_idempotency(), SwitchableDatabase(), Clock()
    )
    data = encode(document, ascii_only=ascii_only)

    exported = asyncio.run(_round_trip(use_cases, data))

    assert json.loads(exported) == document
    assert exported.encode() == data


async def _round_trip(use_cases: ResumeUseCases, data: bytes) -> str:
    resume = await use_cases.import_json_resume("", data)
    return await use_cases.export_json_resume(resume.unique_key)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(DOCUMENT, id="example"),
        pytest.param(b'{"basics": {"name": "k"}, "a": [1.10, 1e999, -0, ' + b"7" * 5_000 + b"]}", id="numbers"),
        pytest.param(rb'{"basics":{"name":"\uae40\u0020"},"work":[],"x":null,"y":{"":""}}', id="escapes"),
    ],
)
async def test_an_export_is_what_was_sent(resumes: ResumeServiceAsyncStub, data: bytes) -> None:
    """To the byte, as `application/json`."""
    imported = await import_document(resumes, data)

    exported = await export(resumes, imported.unique_key)

    assert (exported.content_type, exported.data) == ("application/json", data)


async def test_a_byte_order_mark_is_no_part_of_the_document(resumes: ResumeServiceAsyncStub) -> None:
    """Some editors write one, and JSON knows none."""
    imported = await import_document(resumes, b"\xef\xbb\xbf" + DOCUMENT)

    exported = await export(resumes, imported.unique_key)

    assert exported.data == DOCUMENT


async def test_a_replaced_resume_exports_what_replaced_it(resumes: ResumeServiceAsyncStub) -> None:
    """Nothing of the imported document is left, and what is made of the new fields is valid."""
    await import_document(resumes, DOCUMENT, "lee")
    new = resume_pb2.Resume(name="새 이름", work_experiences=[resume_pb2.WorkExperience(duration="2022.01 ~ 현재")])

    await resumes.UpdateResume(messages.UpdateResumeRequest(unique_key="lee", resume=new))

    document = json.loads((await export(resumes, "lee")).data)
    assert is_valid(document, "1.0.0", formats=True)
    assert document["basics"] == {"name": "새 이름"}
    assert document["work"] == [{"startDate": "2022-01", "duration": "2022.01 ~ 현재"}]
    assert document.keys() == {"$schema", "basics", "work", "meta"}


async def test_a_resume_that_was_never_imported_can_move(resumes: ResumeServiceAsyncStub) -> None:
    """Its export, imported under another key, is the same resume."""
    imported = await import_document(resumes, DOCUMENT)
    imported.unique_key = "own"
    own = await resumes.CreateResume(messages.CreateResumeRequest(resume=imported))

    moved = await import_document(resumes, (await export(resumes, "own")).data, "moved")

    for resume in (own, moved):
        for field in ("unique_key", "created_at", "updated_at"):
            resume.ClearField(field)
    assert moved == own


async def test_a_deleted_resume_exports_nothing(
    resumes: ResumeServiceAsyncStub, derived: SwitchableDerivedData
) -> None:
    """Neither while derived data is still to be erased nor after; nor does the next resume of that key."""
    await import_document(resumes, DOCUMENT, "lee")
    derived.on = False
    await failure_of(resumes.DeleteResume(messages.DeleteResumeRequest(unique_key="lee")))
    hidden = await failure_of(export(resumes, "lee"))
    derived.on = True
    await resumes.DeleteResume(messages.DeleteResumeRequest(unique_key="lee"))

    gone = await failure_of(export(resumes, "lee"))

    assert (hidden.reason, gone.reason) == ("RESUME_NOT_FOUND", "RESUME_NOT_FOUND")
    await resumes.CreateResume(
        messages.CreateResumeRequest(resume=resume_pb2.Resume(unique_key="lee", name="다른 사람"))
    )
    assert json.loads((await export(resumes, "lee")).data)["basics"] == {"name": "다른 사람"}


async def test_a_taken_key_is_refused(resumes: ResumeServiceAsyncStub) -> None:
    """An import never replaces a resume."""
    await resumes.CreateResume(messages.CreateResumeRequest(resume=resume_pb2.Resume(name="first", unique_key="k")))

    failure = await failure_of(import_document(resumes, DOCUMENT, "k"))

    assert (failure.code, failure.reason) == (grpc.StatusCode.ALREADY_EXISTS, "RESUME_ALREADY_EXISTS")
    assert json.loads((await export(resumes, "k")).data)["basics"] == {"name": "first"}


async def test_a_refusal_names_places_of_the_document_and_the_key(resumes: ResumeServiceAsyncStub) -> None:
    """All at once, and with nothing of what stands there."""
    data = encode({"basics": {"summary": "SECRET" * 1_000}, "work": [{}, {}, {"startDate": "SECRET"}]})

    failure = await failure_of(import_document(resumes, data, "docs"))

    assert (failure.code, failure.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_JSON_RESUME")
    assert failure.fields == {
        "unique_key": "is a reserved word",
        "work[2].startDate": "must be a date such as 2024, 2024-05 or 2024-05-31",
        "basics.name": "is required",
        "basics.summary": "must have at most 5000 characters",
    }
    assert "SECRET" not in failure.message


@pytest.mark.parametrize(
    ("document", "field"),
    [
        pytest.param(HttpBody(), "document", id="nothing"),
        pytest.param(HttpBody(data=b"name: kim"), "document", id="yaml"),
        pytest.param(HttpBody(data=DOCUMENT, content_type="text/html"), "document.content_type", id="html"),
        pytest.param(HttpBody(data=b'{"basics": {"name": "a", "name": "b"}}'), "basics.name", id="twice"),
        pytest.param(HttpBody(data=rb'{"basics": {"name": "a\ud800"}}'), "basics.name", id="half-pair"),
    ],
)
async def test_what_is_no_document_is_refused(resumes: ResumeServiceAsyncStub, document: HttpBody, field: str) -> None:
    """With the place that is wrong, and nothing is stored."""
    failure = await failure_of(resumes.ImportJsonResume(messages.ImportJsonResumeRequest(document=document)))

    assert (failure.code, failure.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_JSON_RESUME")
    assert list(failure.fields) == [field]
    assert len((await resumes.ListResumes(messages.ListResumesRequest())).resumes) == 0


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8", "Application/JSON", ""])
async def test_json_is_taken_by_any_of_its_names(resumes: ResumeServiceAsyncStub, kind: str) -> None:
    """Gateways and libraries add a character set."""
    body = HttpBody(content_type=kind, data=DOCUMENT)

    imported = await resumes.ImportJsonResume(messages.ImportJsonResumeRequest(document=body))

    assert imported.name == "이서버"


async def test_what_no_field_takes_over_reaches_no_prompt(resumes: ResumeServiceAsyncStub) -> None:
    """Generators read a resume by GetResume: the picture, references and interests of a document are not in it."""
    document = json.loads(DOCUMENT)
    document["basics"] |= {"image": "https://a.kr/MARK.jpg", "birth": "MARK"}
    document |= {"references": [{"name": "MARK", "reference": "MARK"}], "interests": [{"name": "MARK"}], "x": "MARK"}
    imported = await import_document(resumes, encode(document), "lee")

    resume = message_values(await resumes.GetResume(messages.GetResumeRequest(unique_key=imported.unique_key)))

    profile = build_profile(resume)
    seen = fence_json(profile.resume)
    assert "MARK" not in json.dumps(resume, default=str)
    assert "모아커머스" in seen
    for personal in ("이서버", "lee.server@example.com", "9876", "leeserver", "lee.example.com"):
        assert personal not in seen


async def test_months_that_differ_are_marked_and_stay(resumes: ResumeServiceAsyncStub) -> None:
    """What the client stated is kept; a client that sends back what it read changes nothing."""
    jobs = [resume_pb2.WorkExperience(duration="2022.01 ~ 2023.12")] * 2
    sent = resume_pb2.Resume(name="n", unique_key="k", total_experience_months=48, work_experiences=jobs)

    created = await resumes.CreateResume(messages.CreateResumeRequest(resume=sent))

    assert (created.total_experience_months, created.computed_experience_months) == (48, 24)
    assert list(created.warnings) == ["EXPERIENCE_MONTHS_DIFFER"]
    created.computed_experience_months = 5
    created.warnings[:] = ["ANYTHING"]
    created.total_experience_months = 24
    updated = await resumes.UpdateResume(messages.UpdateResumeRequest(unique_key="k", resume=created))
    assert (updated.computed_experience_months, list(updated.warnings)) == (24, [])


async def test_without_readable_work_no_months_are_computed(resumes: ResumeServiceAsyncStub) -> None:
    """Absent is not zero."""
    created = await resumes.CreateResume(messages.CreateResumeRequest(resume=resume_pb2.Resume(name="n")))

    assert not created.HasField("computed_experience_months")
