"""What is stored and asked for: resumes of many kinds, and requests for them in both protocols."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from google.protobuf import json_format
from google.protobuf.message import Message

from career.resume.v1 import resume_pb2, resume_service_pb2
from shared.pages import Page
from tests.load.requests import request
from tests.support.resumes import load_example
from tests.support.varied_resumes import varied_resume

_SERVICE = "/career.resume.v1.ResumeService"
_RESUMES = "/api/v1/resumes"
VARIED = 1000
_CREATED = 100


@dataclass(frozen=True, slots=True)
class Grpc:
    """Calls of one method: its path, and its messages in base64."""

    path: str
    messages: Sequence[str]


@cache
def varied() -> Sequence[Mapping[str, Any]]:
    """Resumes of made-up people, without keys, each with its own texts; 2 to 3 KB of JSON."""
    return [without_key(varied_resume(seed).resume) for seed in range(VARIED)]


@cache
def created() -> Sequence[Mapping[str, Any]]:
    """What creates send: by turns the documented resume and a varied one."""
    documented = without_key(load_example())
    return [resume for other in varied()[:_CREATED] for resume in (documented, other)]


def without_key(resume: Mapping[str, Any]) -> dict[str, Any]:
    """The same resume, its key left to the service."""
    return {name: value for name, value in resume.items() if name != "unique_key"}


def rest_gets(keys: Sequence[str]) -> list[str]:
    """Reads of these resumes."""
    return [request("GET", f"{_RESUMES}/{key}").decode() for key in keys]


def rest_creates() -> list[str]:
    """Creates."""
    return [request("POST", _RESUMES, resume).decode() for resume in created()]


def rest_generations(keys: Sequence[str]) -> list[str]:
    """A question set for each key."""
    return [request("POST", f"/api/v1/interview/{key}/questions", {}).decode() for key in keys]


def grpc_gets(keys: Sequence[str]) -> Grpc:
    """Reads of these resumes."""
    return _grpc("GetResume", [resume_service_pb2.GetResumeRequest(unique_key=key) for key in keys])


def grpc_creates() -> Grpc:
    """Creates."""
    resumes = [json_format.ParseDict(dict(resume), resume_pb2.Resume()) for resume in created()]
    return _grpc("CreateResume", [resume_service_pb2.CreateResumeRequest(resume=resume) for resume in resumes])


def grpc_lists(after: Sequence[str]) -> Grpc:
    """Pages of the usual size: by turns the first one, and one behind one of these sort keys."""
    tokens = [token for key in after for token in ("", Page((), key).next_page_token)]
    return _grpc("ListResumes", [resume_service_pb2.ListResumesRequest(page_token=token) for token in tokens])


def _grpc(method: str, messages: Sequence[Message]) -> Grpc:
    encoded = [base64.b64encode(message.SerializeToString()).decode() for message in messages]
    return Grpc(f"{_SERVICE}/{method}", encoded)


def kinds(texts: Sequence[str]) -> list[Any]:
    """One kind of requests, as the generator is told."""
    return [[1, list(texts)]]


def json_bytes(resume: Mapping[str, Any]) -> int:
    """The size of a resume as JSON."""
    return len(json.dumps(resume, ensure_ascii=False).encode())
