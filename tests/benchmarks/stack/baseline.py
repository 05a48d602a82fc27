"""What one would write instead: FastAPI, uvicorn (uvloop, httptools) and motor, with the same validation of resumes.

    python -m tests.benchmarks.stack.baseline

Settings are those of the resume service: `MONGODB_URL` or `MONGO_PORT`, and `RESUME_PORT`. It stores and reads resumes
and no more: no idempotency, no limits, no deadlines, no reasons of errors, no metrics, no erasure, no gRPC.
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints
from uuid import uuid4

import uvicorn
from fastapi import FastAPI, HTTPException
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorCollection
from pydantic import AfterValidator, BaseModel, Field, create_model
from pymongo.errors import DuplicateKeyError

from services.resume.model import Count, Range, ResumeContent, Text
from services.resume.rules import find_bad_character, is_mail, is_url
from shared.config import load_settings

Document = dict[str, Any]
_resumes: AsyncIOMotorCollection[Document]


def _clean(text: str) -> str:
    if fault := find_bad_character(text):
        raise ValueError(f"must not hold {fault}")
    return text


def _mail(text: str) -> str:
    if text and not is_mail(text):
        raise ValueError("must be a mail address such as name@example.com")
    return text


def _url(text: str) -> str:
    if text and not is_url(text):
        raise ValueError("must be an address that starts with http:// or https://")
    return text


_FORMS: dict[str, tuple[AfterValidator, ...]] = {
    "text": (),
    "mail": (AfterValidator(_mail),),
    "url": (AfterValidator(_url),),
}


def _model_of(struct: Any) -> type[BaseModel]:
    """The pydantic model that one would write by hand: the fields of ours with their rules."""
    fields: dict[str, Any] = {}
    for name, hint in get_type_hints(struct, include_extras=True).items():
        fields[name] = _field_of(hint)
    return create_model(struct.__name__, **fields)


def _field_of(hint: Any) -> tuple[Any, Any]:
    if get_origin(hint) in (Union, UnionType):
        present = next(argument for argument in get_args(hint) if argument is not type(None))
        return _field_of(present)[0] | None, None
    if get_origin(hint) is not Annotated:
        return _model_of(hint), None
    inner, rule = get_args(hint)
    if isinstance(rule, Text):
        kind: Any = Annotated[str, Field(min_length=int(rule.required), max_length=rule.limit), AfterValidator(_clean)]
        for check in _FORMS[rule.form]:
            kind = Annotated[kind, check]
        return kind, ... if rule.required else ""
    if isinstance(rule, Range):
        return Annotated[int, Field(ge=rule.low, le=rule.high)], None
    if isinstance(rule, Count):
        return Annotated[list[_field_of(get_args(inner)[0])[0]], Field(max_length=rule.limit)], []  # type: ignore[misc]
    raise TypeError(f"no rule for {hint}")


_Content = _model_of(ResumeContent)
NewResume = create_model("NewResume", __base__=_Content, unique_key=(Annotated[str, Field(max_length=64)], ""))
StoredResume = create_model("StoredResume", __base__=NewResume, created_at=(datetime, ...), updated_at=(datetime, ...))


@asynccontextmanager
async def _lifespan(_app: FastAPI) -> AsyncIterator[None]:
    global _resumes
    settings = load_settings()
    client: AsyncIOMotorClient[Document] = AsyncIOMotorClient(
        settings.database_url, w="majority", journal=True, tz_aware=True, timeoutMS=3000
    )
    _resumes = client[settings.mongodb_database]["plain_resumes"]
    await _resumes.create_index("created_at")
    yield
    client.close()


app = FastAPI(lifespan=_lifespan)


@app.post("/api/v1/resumes", response_model=StoredResume)
async def create_resume(resume: NewResume) -> Document:
    """Stores a resume."""
    now = datetime.now(UTC)
    document: Document = resume.model_dump(exclude_defaults=True)
    document |= {"unique_key": document.get("unique_key") or uuid4().hex, "created_at": now, "updated_at": now}
    try:
        await _resumes.insert_one({"_id": document["unique_key"], **document})
    except DuplicateKeyError:
        raise HTTPException(409, "there is a resume of this key") from None
    return document


@app.get("/api/v1/resumes/{unique_key}", response_model=StoredResume)
async def get_resume(unique_key: str) -> Document:
    """Reads a resume."""
    document = await _resumes.find_one({"_id": unique_key})
    if document is None:
        raise HTTPException(404, "there is no resume of this key")
    return document


if __name__ == "__main__":
    settings = load_settings()
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=settings.resume_port,
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_level="warning",
        backlog=4096,
    )
    sys.exit(0)
