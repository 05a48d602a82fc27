"""How calls fail: which reasons a method has, with which status, what to do, and what the answer looks like."""

import importlib
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from grpc import StatusCode

from shared.errors import CareerError
from shared.rpc.errors import DOMAIN, RETRY_AFTER_SECONDS
from shared.yaml_file import read_yaml
from tools.openapi.contracts import Contracts, Method, Reason, Service
from tools.protos import ROOT

GATEWAY_REASONS = ROOT / "gateway" / "error_reasons.yaml"
REQUEST_ID = "756c48c6-c139-4f0f-8b71-f546bf24eb84"
EVERYWHERE = ("MALFORMED_REQUEST", "INTERNAL_ERROR")
# Reasons of a service that only calls have that store something.
_OF_POSTS = frozenset({"IDEMPOTENCY_KEY_BUSY", "IDEMPOTENCY_KEY_REUSED"})
# A field that is wrong, where the contract has no example.
_WRONG_FIELDS: Mapping[str, tuple[str, str]] = {
    "INVALID_PAGE": ("page_size", "must not be negative"),
    "INVALID_REQUEST": ("language", "must be one of ko, en"),
    "INVALID_IDEMPOTENCY_KEY": ("idempotency-key", "must be one text of 1 to 255 visible ASCII characters"),
    "IDEMPOTENCY_KEY_REUSED": ("idempotency-key", "was used before for another request, or for what has been deleted"),
}
# What the gateway refuses of requests with a body alone.
_BODY_STATUSES = frozenset({413, 415})
_ERROR_MODULES = (
    *("services.resume.errors", "services.interview.errors", "services.learning.errors"),
    *("shared.generation.errors", "shared.idempotency", "shared.pages", "shared.rpc.errors"),
    "shared.rpc.idempotency_key",
)
_FAILS_AS = re.compile(r"Fails as (\w+) does")
_QUOTED = re.compile(r"`([A-Z][A-Z_]+)`")

# How the gateway writes gRPC's codes as HTTP.
HTTP_STATUS: Mapping[StatusCode, int] = {
    StatusCode.INVALID_ARGUMENT: 400,
    StatusCode.FAILED_PRECONDITION: 400,
    StatusCode.OUT_OF_RANGE: 400,
    StatusCode.UNAUTHENTICATED: 401,
    StatusCode.PERMISSION_DENIED: 403,
    StatusCode.NOT_FOUND: 404,
    StatusCode.ALREADY_EXISTS: 409,
    StatusCode.ABORTED: 409,
    StatusCode.RESOURCE_EXHAUSTED: 429,
    StatusCode.CANCELLED: 499,
    StatusCode.INTERNAL: 500,
    StatusCode.UNIMPLEMENTED: 501,
    StatusCode.UNAVAILABLE: 503,
    StatusCode.DEADLINE_EXCEEDED: 504,
}
RETRIED = frozenset({StatusCode.ABORTED, StatusCode.RESOURCE_EXHAUSTED, StatusCode.UNAVAILABLE})
WHAT_TO_DO: Mapping[StatusCode, str] = {
    StatusCode.INVALID_ARGUMENT: "Correct the request; as it is, it will be refused again.",
    StatusCode.FAILED_PRECONDITION: "Correct the request; as it is, it will be refused again.",
    StatusCode.NOT_FOUND: "Check the key and the id; what was deleted does not come back.",
    StatusCode.ALREADY_EXISTS: "Choose another key, or read what is there.",
    StatusCode.ABORTED: "Wait until the other call has ended, then repeat this one.",
    StatusCode.RESOURCE_EXHAUSTED: "Repeat it after the seconds in `retry-after`.",
    StatusCode.INTERNAL: "Repeat it once; tell the operator the request id if it fails again.",
    StatusCode.UNIMPLEMENTED: "Use another method.",
    StatusCode.UNAVAILABLE: "Repeat it after the seconds in `retry-after`, each time later.",
    StatusCode.DEADLINE_EXCEEDED: "Repeat it with a longer deadline.",
}


@dataclass(frozen=True, slots=True)
class Failure:
    """A reason with what a caller of the gateway sees of it. `source` is the service that has it, or `gateway`."""

    source: str
    reason: str
    status: int
    code: StatusCode
    meaning: str
    what_to_do: str
    answer: dict[str, Any]

    @property
    def name(self) -> str:
        """Names it among all, such as `resume.RESUME_NOT_FOUND`."""
        return f"{self.source}.{self.reason}"


def failures_of(contracts: Contracts, service: Service, method: Method) -> Mapping[int, list[Failure]]:
    """Every failure of a method by HTTP status: those of its comment, those of all methods, the gateway's."""
    reasons = contracts.reasons[service.package]
    comments = [method.comment, *_likened(service, method), service.comment]
    named = [*_QUOTED.findall(" ".join(comments)), *EVERYWHERE]
    if method.verb != "post":
        named = [name for name in named if name not in _OF_POSTS]
    found = {name: failure_of(service.package, reasons[name]) for name in named if name in reasons}
    # What both may say the gateway says first, and better.
    found |= {failure.reason: failure for failure in gateway_failures() if _concerns(failure, method)}
    by_status = defaultdict(list)
    for failure in found.values():
        by_status[failure.status].append(failure)
    return dict(sorted(by_status.items()))


def _likened(service: Service, method: Method) -> list[str]:
    """The comments of methods that a method fails like, as it says itself."""
    names = _FAILS_AS.findall(method.comment)
    return [other.comment for other in service.methods if other.name in names]


def _concerns(failure: Failure, method: Method) -> bool:
    """Whether the gateway may say so of this method."""
    if failure.reason == "BODY_NOT_ALLOWED":
        return not method.body
    if failure.reason == "ORIGIN_NOT_ALLOWED":
        return method.verb != "get"
    return bool(method.body) or failure.status not in _BODY_STATUSES


def failure_of(package: str, reason: Reason) -> Failure:
    """What a caller sees of a reason of the contracts."""
    return Failure(
        source=package.split(".")[1],
        reason=reason.name,
        status=HTTP_STATUS[reason.code],
        code=reason.code,
        meaning=_sentence(reason.meaning),
        what_to_do=WHAT_TO_DO[reason.code],
        answer=_answer(reason.name, reason.code, _message(reason), reason.example, _violation(reason)),
    )


@cache
def gateway_failures() -> tuple[Failure, ...]:
    """What the gateway answers by itself, in the order of its table."""
    return tuple(_read_gateway(GATEWAY_REASONS))


def _read_gateway(file: Path) -> Iterator[Failure]:
    for entry in read_yaml(file):
        code = StatusCode[entry["grpc"]]
        yield Failure(
            source="gateway",
            reason=entry["reason"],
            status=entry["status"],
            code=code,
            meaning=_sentence(entry["meaning"]),
            what_to_do=_sentence(entry["what_to_do"]),
            answer=_answer(
                entry["reason"],
                StatusCode[entry.get("code", entry["grpc"])],
                entry.get("message", entry["meaning"].rstrip(".")),
                {},
                None,
            ),
        )


def _answer(
    reason: str, code: StatusCode, message: str, metadata: Mapping[str, str], violation: tuple[str, str] | None
) -> dict[str, Any]:
    """An answer as the gateway writes it, empty texts included."""
    info = {"@type": _type("ErrorInfo"), "reason": reason, "domain": DOMAIN, "metadata": dict(metadata)}
    details: list[dict[str, Any]] = [info]
    if violation:
        field, description = violation
        fields = [{"field": field, "description": description, "reason": ""}]
        details.append({"@type": _type("BadRequest"), "field_violations": fields})
        message = f"{message}: {field} {description}"
    if code in RETRIED:
        details.append({"@type": _type("RetryInfo"), "retry_delay": f"{RETRY_AFTER_SECONDS}s"})
    details.append({"@type": _type("RequestInfo"), "request_id": REQUEST_ID, "serving_data": ""})
    number, _ = code.value
    return {"code": number, "message": message, "details": details}


def _type(detail: str) -> str:
    return f"type.googleapis.com/google.rpc.{detail}"


def _violation(reason: Reason) -> tuple[str, str] | None:
    if not reason.names_fields:
        return None
    return reason.field_example or _WRONG_FIELDS[reason.name]


def _message(reason: Reason) -> str:
    """The text that the service sends, with the facts of the example; its meaning while no error of ours has it."""
    facts = {"summary": reason.example.get("attempt_1", ""), **reason.example}
    return _messages().get(reason.name, reason.meaning).format_map(facts)


@cache
def _messages() -> Mapping[str, str]:
    """The texts of our errors by reason."""
    for module in _ERROR_MODULES:
        importlib.import_module(module)
    return {error.reason: error.message for error in _kinds(CareerError) if hasattr(error, "reason")}


def _kinds(error: type[CareerError]) -> Iterator[type[CareerError]]:
    for kind in error.__subclasses__():
        yield kind
        yield from _kinds(kind)


def _sentence(text: str) -> str:
    """With a capital at its beginning and a full stop at its end."""
    text = " ".join(text.split())
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."
