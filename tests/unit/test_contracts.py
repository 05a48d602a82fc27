"""Holds what is made from the contracts, and what names their parts, against the contracts."""

import importlib
import inspect
from pathlib import Path
from typing import Any

import pytest

from career.interview.v1 import error_reason_pb2 as interview_reasons
from career.learning.v1 import error_reason_pb2 as learning_reasons
from career.resume.v1 import error_reason_pb2 as resume_reasons
from shared.errors import CareerError, DatabaseUnavailable
from shared.idempotency import IdempotencyKeyBusy, IdempotencyKeyReused
from shared.pages import InvalidPage
from shared.rpc.errors import InternalError, MalformedRequest
from shared.rpc.idempotency_key import InvalidIdempotencyKey
from tools.protos import DESCRIPTORS, STUBS, generate

PREFIX = "ERROR_REASON_"
EVERYWHERE: set[type[CareerError]] = {
    DatabaseUnavailable,
    IdempotencyKeyBusy,
    IdempotencyKeyReused,
    InternalError,
    InvalidIdempotencyKey,
    InvalidPage,
    MalformedRequest,
}


def tree_of(folder: Path) -> dict[str, bytes]:
    """Files below a folder, without what Python leaves there."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_what_is_checked_in_is_what_the_contracts_say(tmp_path: Path) -> None:
    """`make proto` would change nothing."""
    generate(tmp_path, tmp_path / "descriptors.pb")

    assert tree_of(STUBS / "career") == tree_of(tmp_path / "career")
    assert DESCRIPTORS.read_bytes() == (tmp_path / "descriptors.pb").read_bytes()


@pytest.mark.parametrize(
    ("reasons", "modules"),
    [
        pytest.param(resume_reasons, ["services.resume.errors"], id="resume"),
        pytest.param(interview_reasons, ["services.interview.errors", "shared.generation.errors"], id="interview"),
        pytest.param(learning_reasons, ["services.learning.errors", "shared.generation.errors"], id="learning"),
    ],
)
def test_every_reason_has_its_error_and_every_error_its_reason(reasons: Any, modules: list[str]) -> None:
    """`error_reason.proto` lists exactly what the service can answer with."""
    own = [
        member
        for module in modules
        for _, member in inspect.getmembers(importlib.import_module(module), inspect.isclass)
        if issubclass(member, CareerError) and member.__module__ == module
    ]
    said = {error.reason for error in (*own, *EVERYWHERE)}

    listed = {value.name.removeprefix(PREFIX) for value in reasons.ErrorReason.DESCRIPTOR.values}

    assert said == listed - {"UNSPECIFIED"}
