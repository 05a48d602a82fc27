"""Between messages and the model. Refuses what cannot be read; what may not be is the model's to say."""

from datetime import date
from typing import Any

import msgspec
from google.api.httpbody_pb2 import HttpBody

from career.resume.v1 import resume_pb2, resume_service_pb2
from services.resume.errors import InvalidJsonResume, InvalidResume
from services.resume.experience import compute_experience
from services.resume.model import MAX_RESUME_BYTES, Resume, ResumeContent, ResumeSummary
from services.resume.rules import check_content
from shared.errors import Violation
from shared.pages import Page
from shared.resume_key import check_key, normalize_key
from shared.rpc.messages import message_values, write_timestamp

_JSON = "application/json"


def read_content(message: resume_pb2.Resume) -> ResumeContent:
    """What the candidate wrote; raises `InvalidResume` when it is too large as a whole."""
    if message.ByteSize() > MAX_RESUME_BYTES:
        raise InvalidResume([Violation("resume", f"must have at most {MAX_RESUME_BYTES} bytes in its binary form")])
    return msgspec.convert(message_values(message), ResumeContent)


def read_update(request: resume_service_pb2.UpdateResumeRequest) -> tuple[str, ResumeContent]:
    """Key and content of a replacement; raises `InvalidResume` when the resume itself names another key."""
    key, content = normalize_key(request.unique_key), read_content(request.resume)
    inner = normalize_key(request.resume.unique_key)
    if inner and inner != key:
        other = Violation("resume.unique_key", "must be absent or equal to the key of the path")
        raise InvalidResume([*check_key(key), other, *check_content(content)])
    return key, content


def read_import(request: resume_service_pb2.ImportJsonResumeRequest) -> tuple[str, bytes]:
    """Key and bytes of a document; raises `InvalidJsonResume` when it says that it is something else than JSON."""
    kind = request.document.content_type.partition(";")[0].strip().lower()
    if kind not in ("", _JSON):
        raise InvalidJsonResume([Violation("document.content_type", f"must be absent or {_JSON}")])
    return normalize_key(request.unique_key), request.document.data


def write_export(document: str) -> HttpBody:
    """A document as the body of an answer."""
    return HttpBody(content_type=_JSON, data=document.encode())


def write_resume(resume: Resume, today: date) -> resume_pb2.Resume:
    """A resume as a message, with the months of its work up to `today`."""
    content: dict[str, Any] = msgspec.to_builtins(resume.content)
    experience = compute_experience(resume.content, today)
    return resume_pb2.Resume(
        unique_key=resume.unique_key,
        created_at=write_timestamp(resume.created_at),
        updated_at=write_timestamp(resume.updated_at),
        computed_experience_months=experience.months,
        warnings=experience.warnings,
        **content,
    )


def write_page(page: Page[ResumeSummary]) -> resume_service_pb2.ListResumesResponse:
    """A page as a message."""
    return resume_service_pb2.ListResumesResponse(
        resumes=[
            resume_pb2.ResumeSummary(
                unique_key=item.unique_key,
                name=item.preview.name,
                summary=item.preview.summary,
                total_experience_months=item.preview.total_experience_months,
                created_at=write_timestamp(item.created_at),
                updated_at=write_timestamp(item.updated_at),
            )
            for item in page.items
        ],
        next_page_token=page.next_page_token,
    )
