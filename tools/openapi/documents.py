"""The documents as they are checked in: one for each service, one for all, and the catalogue of errors."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from shared.rpc.errors import DOMAIN
from shared.version import VERSION
from tools.openapi.catalogue import write_catalogue
from tools.openapi.contracts import Contracts, Service, load_contracts
from tools.openapi.examples import Examples
from tools.openapi.failures import gateway_failures
from tools.openapi.operations import Operations, tag_of
from tools.openapi.schemas import Schema
from tools.protos import ROOT

Document = dict[str, Any]

DOCS = ROOT / "gateway" / "docs"
ALL = DOCS / "openapi.json"
CATALOGUE = ROOT / "docs" / "errors.md"

_ABOUT = (
    "Interview questions and learning paths written from a resume. Every path works with and without a trailing slash. "
    "Every failure has one shape, `Error`; the reason in its `ErrorInfo` says which one it is."
)
_HEADERS: Schema = {
    "RequestId": {
        "description": "Names the call in every log. The one that was sent is taken over where it is fit for that.",
        "schema": {"type": "string", "minLength": 1},
    },
    "RetryAfter": {
        "description": "Seconds after which it may help to try again.",
        "schema": {"type": "string", "pattern": "^[0-9]+$"},
    },
    "Allow": {"description": "The methods that the path has.", "schema": {"type": "string"}},
}
_PARAMETERS: Schema = {
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        # No `example`: the page would send it, and every try after the first would get the first one's answer.
        "description": (
            "Names the call, such as `0b7f9c1e-6f0a-4a58-9d3e-5a1c2f7d8e90`: a repeated call of the same name and "
            "content gets the first one's answer."
        ),
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    }
}


def write_documents() -> Mapping[Path, str]:
    """Every file with its content; raises where something of the contracts has no comment, rule or example."""
    contracts = load_contracts()
    documents = {DOCS / f"{tag_of(service)}.openapi.json": [service] for service in contracts.services}
    documents[ALL] = list(contracts.services)
    return {path: _write(document_of(contracts, services)) for path, services in documents.items()} | {
        CATALOGUE: write_catalogue(contracts)
    }


def document_of(contracts: Contracts, services: Sequence[Service]) -> Document:
    """The OpenAPI document of some services."""
    operations = Operations(contracts, Examples(contracts))
    paths: dict[str, dict[str, Any]] = {}
    for service in services:
        for method in service.methods:
            paths.setdefault(method.path, {})[method.verb] = operations.of(service, method)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"career-coach: {', '.join(tag_of(service) for service in services)}",
            "version": VERSION,
            "description": _ABOUT,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": tag_of(service), "description": service.comment} for service in services],
        "paths": paths,
        "components": {
            "schemas": dict(sorted((operations.schemas.components | _errors(contracts, services)).items())),
            "parameters": _PARAMETERS,
            "headers": _HEADERS,
            "examples": dict(sorted(operations.failures.items())),
        },
    }


def _errors(contracts: Contracts, services: Sequence[Service]) -> dict[str, Schema]:
    """The one shape of failures."""
    reasons = [name for service in services for name in _reasons(contracts, service)]
    return {
        "Error": {
            "type": "object",
            "description": "How every failure is answered.",
            "properties": {
                "code": {"type": "integer", "description": "Number of the gRPC status."},
                "message": {"type": "string", "description": "What was wrong, for people."},
                "details": {
                    "type": "array",
                    "description": "What was wrong, for programs. An `ErrorInfo` is always there.",
                    "items": {"anyOf": [{"$ref": f"#/components/schemas/{name}"} for name in _details([])]},
                },
            },
            "required": ["code", "message", "details"],
        },
        **_details(sorted({*reasons, *(failure.reason for failure in gateway_failures())})),
    }


def _reasons(contracts: Contracts, service: Service) -> list[str]:
    return [reason.name for reason in contracts.reasons[service.package].values()]


def _details(reasons: Sequence[str]) -> dict[str, Schema]:
    text = {"type": "string"}
    violation = {
        "type": "object",
        "properties": {"field": text, "description": text, "reason": text},
        "required": ["field", "description"],
    }
    info = {
        "reason": {"type": "string", "enum": list(reasons)},
        "domain": {"const": DOMAIN},
        "metadata": {"type": "object", "additionalProperties": text},
    }
    delay = {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?s$"}
    return {
        "ErrorInfo": _detail("ErrorInfo", "Which failure it is. The metadata depend on the reason.", info),
        "BadRequest": _detail(
            "BadRequest", "Every field that is wrong.", {"field_violations": {"type": "array", "items": violation}}
        ),
        "RetryInfo": _detail("RetryInfo", "When it may help to try again.", {"retry_delay": delay}),
        "RequestInfo": _detail("RequestInfo", "Names the call in every log.", {"request_id": text}, serving_data=text),
    }


def _detail(name: str, comment: str, always: Schema, **sometimes: Schema) -> Schema:
    always = {"@type": {"const": f"type.googleapis.com/google.rpc.{name}"}, **always}
    properties = {**always, **sometimes}
    return {"type": "object", "description": comment, "properties": properties, "required": list(always)}


def _write(document: Document) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"
