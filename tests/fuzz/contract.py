"""The document that requests are made from and answers held against."""

import json
from typing import Any, cast

import schemathesis
from schemathesis import Case
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation, BaseSchema

from tools.openapi.documents import ALL

Document = dict[str, Any]
Operation = APIOperation[Any, Any, Any, Any]
AnyCase = Case[Operation]


def load_document() -> Document:
    """The checked-in document, stricter: an answer has no field beside those that the document names."""
    document: Document = json.loads(ALL.read_text(encoding="utf-8"))
    for name, schema in document["components"]["schemas"].items():
        if not name.endswith(".Input"):
            schema["additionalProperties"] = False
    return document


def load_schema(document: Document, base_url: str) -> BaseSchema:
    """The document as the fuzzer reads it."""
    schema: BaseSchema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=base_url)
    # Nothing in here is anybody's; a finding has the whole request.
    schema.config.output.sanitization.enabled = False
    return schema


def load_operations(schema: BaseSchema) -> dict[str, Operation]:
    """Every operation by its id; raises where the fuzzer cannot read one."""
    operations = [cast(Ok[Operation], result).ok() for result in schema.get_all_operations()]
    return {operation.definition.raw["operationId"]: operation for operation in operations}


def reasons_of(document: Document, operation: Operation) -> dict[int, frozenset[str]]:
    """The reasons that an operation documents, by status."""
    responses = document["paths"][operation.path][operation.method]["responses"]
    return {
        int(status): frozenset(response["content"]["application/json"]["examples"])
        for status, response in responses.items()
        if status != "200"
    }
