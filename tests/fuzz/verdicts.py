"""What an answer must keep to, whatever was asked."""

import json
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator
from schemathesis import Response
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.openapi.checks import JsonSchemaError
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.fuzz.contract import AnyCase, Document, reasons_of

EVENTS = "text/event-stream"
_CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance]


class Judge:
    """Finds what is wrong with an answer."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def judge(self, case: AnyCase, response: Response) -> list[str]:
        """What is wrong, one line each, without anything that differs between two answers of the same kind."""
        return [*self._by_document(case, response), *self._by_shape(case, response)]

    def _by_document(self, case: AnyCase, response: Response) -> Iterator[str]:
        is_stream = _media_type(response) == EVENTS
        try:
            case.validate_response(response, checks=_CHECKS if is_stream else [*_CHECKS, response_schema_conformance])
        except FailureGroup as group:
            yield from map(_describe, group.exceptions)
        if is_stream:
            yield from self._events(case, response)

    def _by_shape(self, case: AnyCase, response: Response) -> Iterator[str]:
        request_id = _header(response, "x-request-id")
        if not request_id:
            yield "no x-request-id"
        if response.status_code < 400:
            return
        if response.status_code in (429, 503) and not _header(response, "retry-after").isdigit():
            yield f"{response.status_code} without retry-after"
        yield from self._failure(case, response, request_id)

    def _failure(self, case: AnyCase, response: Response, request_id: str) -> Iterator[str]:
        try:
            details = {detail["@type"].rpartition(".")[2]: detail for detail in response.json()["details"]}
            reason, named = details["ErrorInfo"]["reason"], details["RequestInfo"]["request_id"]
        except (ValueError, KeyError, TypeError):
            yield f"{response.status_code} without ErrorInfo or RequestInfo"
            return
        if named != request_id:
            yield "RequestInfo names another request id than the header"
        documented = reasons_of(self._document, case.operation).get(response.status_code, frozenset())
        if reason not in documented:
            yield f"{response.status_code} {reason} is not documented"

    def _events(self, case: AnyCase, response: Response) -> Iterator[str]:
        """A stream begins with `started` and ends with `completed` or `failed`; each event is valid.

        A repeated request, which names a key, may be answered with `completed` alone.
        """
        content = self._document["paths"][case.operation.path][case.operation.method]["responses"]["200"]["content"]
        validator = Draft202012Validator({"components": self._document["components"], **content[EVENTS]["schema"]})
        events = _read_events(response.content)
        kinds = [next(iter(event.keys() - {"index"}), "") for event in events]
        is_repeated = kinds == ["completed"] and "Idempotency-Key" in case.headers
        if not is_repeated and (kinds[:1] != ["started"] or kinds[-1] not in ("completed", "failed")):
            yield f"a stream of {kinds}"
        for event in events:
            yield from (f"event: {error.json_path} {error.message[:200]}" for error in validator.iter_errors(event))


def _read_events(body: bytes) -> list[dict[str, Any]]:
    return [json.loads(line.removeprefix(b"data:")) for line in body.split(b"\n") if line.startswith(b"data:")]


def _describe(failure: Failure) -> str:
    """A failure without what differs from one answer to another."""
    if isinstance(failure, JsonSchemaError):
        place = "/".join("*" if isinstance(part, int) else str(part) for part in failure.instance_path)
        return f"{failure.title}: {place} breaks {'/'.join(map(str, failure.schema_path))}"
    return " ".join(f"{failure.title}: {failure.message}".split())[:400]


def _media_type(response: Response) -> str:
    return _header(response, "content-type").partition(";")[0]


def _header(response: Response, name: str) -> str:
    return next(iter(response.headers.get(name, [])), "")
