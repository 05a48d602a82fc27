"""Holds the OpenAPI documents and the catalogue of errors against the contracts and the code."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from google.api import annotations_pb2
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from gateway.render import HERE
from shared.yaml_file import read_yaml
from tools.openapi.documents import ALL, CATALOGUE, DOCS, write_documents
from tools.openapi.failures import GATEWAY_REASONS
from tools.protos import DESCRIPTORS

DOCUMENTS = sorted(DOCS.glob("*openapi.json"))
Operation = dict[str, Any]


@cache
def load(path: Path) -> dict[str, Any]:
    """A document that is checked in."""
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def operations(document: dict[str, Any]) -> dict[tuple[str, str], Operation]:
    """Operations by verb and path."""
    return {(verb, path): found for path, item in document["paths"].items() for verb, found in item.items()}


def resolve(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """The node, or what it points to."""
    if "$ref" not in node:
        return node
    target: Any = document
    for part in node["$ref"].removeprefix("#/").split("/"):
        target = target[part]
    return dict(target)


def contents(document: dict[str, Any], operation: Operation) -> Iterator[tuple[str, dict[str, Any]]]:
    """Bodies of an operation, sent and answered, with where they stand."""
    for content in operation.get("requestBody", {}).get("content", {}).values():
        yield "body", content
    for status, answer in operation["responses"].items():
        for content in resolve(document, answer)["content"].values():
            yield status, content


def validator(document: dict[str, Any], schema: dict[str, Any]) -> Draft202012Validator:
    """Checks values against a schema of a document."""
    components = {"components": {"schemas": document["components"]["schemas"]}}
    return Draft202012Validator({"allOf": [schema], **components})


def annotated_routes() -> set[tuple[str, str]]:
    """Verb and path of every HTTP rule that the gateway has."""
    files = FileDescriptorSet.FromString(DESCRIPTORS.read_bytes())
    methods = [method for file in files.file for service in file.service for method in service.method]
    rules = [method.options.Extensions[annotations_pb2.http] for method in methods]
    every = [one for rule in rules for one in (rule, *rule.additional_bindings)]
    return {(verb, getattr(rule, verb)) for rule in every if (verb := rule.WhichOneof("pattern"))}


def test_what_is_checked_in_is_what_the_contracts_say() -> None:
    """`make proto` would change none of the documents, nor the catalogue of errors."""
    for path, text in write_documents().items():
        assert path.read_text(encoding="utf-8") == text, path.name


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_documents_are_valid(path: Path) -> None:
    """Each is an OpenAPI 3.1 document, and each schema in it one of JSON Schema 2020-12."""
    document = load(path)

    problems = [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()]
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)

    assert problems == []


def test_every_route_is_in_the_documents() -> None:
    """Each HTTP rule of the contracts is one operation of one service's document, and of the one for all."""
    services = [path for path in DOCUMENTS if path != ALL]

    apart = [route for path in services for route in operations(load(path))]

    assert sorted(apart) == sorted(annotated_routes()) == sorted(operations(load(ALL)))


@pytest.mark.parametrize(
    ("verb", "path"),
    sorted(operations(load(ALL))),
    ids=[f"{verb} {path}" for verb, path in sorted(operations(load(ALL)))],
)
def test_every_operation_is_documented(verb: str, path: str) -> None:
    """Summary, description, every parameter, the answer with an example, and failures with their reasons."""
    document = load(ALL)
    operation = operations(document)[verb, path]
    parameters = [resolve(document, parameter) for parameter in operation["parameters"]]

    assert operation["summary"]
    assert operation["description"]
    assert {p["name"] for p in parameters if p["in"] == "path"} == set(re.findall(r"{(\w+)}", path))
    assert all(p["description"] for p in parameters)
    assert all("example" in p for p in parameters if p["in"] != "header")
    assert ("Idempotency-Key" in {p["name"] for p in parameters}) == (verb == "post")
    assert {"200", "400", "404", "405", "429", "500", "503", "504"} <= set(operation["responses"])
    for where, content in contents(document, operation):
        assert content["examples"], where


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_everything_has_a_description(path: Path) -> None:
    """Each schema that is named, and each property of it, says what it is."""
    schemas = load(path)["components"]["schemas"]

    silent = [name for name, schema in schemas.items() if not schema["description"]]
    silent += [
        f"{name}.{field}"
        for name, schema in schemas.items()
        for field, part in schema["properties"].items()
        if name not in ("ErrorInfo", "BadRequest", "RetryInfo", "RequestInfo") and not part.get("description")
    ]

    assert silent == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_examples_are_valid(path: Path) -> None:
    """Every example of a parameter, a body, an answer or a failure is what its schema says."""
    document = load(path)
    wrong = []

    for route, operation in operations(document).items():
        shown = [
            (parameter["name"], parameter["schema"], parameter["example"])
            for parameter in (resolve(document, parameter) for parameter in operation["parameters"])
            if "example" in parameter
        ]
        for where, content in contents(document, operation):
            examples = [resolve(document, example)["value"] for example in content["examples"].values()]
            shown += [(where, content["schema"], example) for example in examples]
        for where, schema, value in shown:
            wrong += [
                f"{route} {where}: {e.json_path} {e.message}" for e in validator(document, schema).iter_errors(value)
            ]

    assert wrong == []


@pytest.mark.parametrize(
    ("component", "value"),
    [
        pytest.param("resume.Resume.Input", {}, id="no name"),
        pytest.param("resume.Resume.Input", {"name": "김", "total_experience_months": 721}, id="too many months"),
        pytest.param("resume.Resume.Input", {"name": "김", "sections": [{"title": "x" * 201}]}, id="a title too long"),
        pytest.param("resume.Resume.Input", {"name": "김", "unique_key": "usage"}, id="a reserved key"),
        pytest.param("resume.Resume", {"name": "김"}, id="an answer without its empty lists"),
        pytest.param("interview.CreateFeedbackRequest.Input", {"rating": 6}, id="a rating out of range"),
        pytest.param("interview.CreateFeedbackRequest.Input", {"rating": 5, "reason": "rude"}, id="an unknown reason"),
        pytest.param("interview.StreamQuestionsResponse", {"index": 0}, id="an event without content"),
        pytest.param("Error", {"code": 3, "message": "", "details": [{"@type": "x"}]}, id="an unknown detail"),
    ],
)
def test_schemas_refuse_what_the_services_refuse(component: str, value: Any) -> None:
    """A schema is no empty shell: what breaks a rule is invalid."""
    document = load(ALL)

    problems = list(validator(document, {"$ref": f"#/components/schemas/{component}"}).iter_errors(value))

    assert problems


def test_the_catalogue_has_every_reason() -> None:
    """Each reason of the three services and of the gateway has a row with its status, meaning and what to do."""
    reasons = [entry["reason"] for entry in read_yaml(GATEWAY_REASONS)]
    for file in FileDescriptorSet.FromString(DESCRIPTORS.read_bytes()).file:
        values = [value.name for enum in file.enum_type if enum.name == "ErrorReason" for value in enum.value]
        reasons += [name.removeprefix("ERROR_REASON_") for name in values if not name.endswith("_UNSPECIFIED")]

    rows = re.findall(r"^\| `([A-Z_]+)` \| (\d{3}) \| [A-Z_]+ \| .+? \| .+? \| .+? \|$", CATALOGUE.read_text(), re.M)

    assert sorted(name for name, _ in rows) == sorted(reasons)


def test_the_pages_need_no_other_host() -> None:
    """The pages and what they start with name files of ours alone, and hold no script of their own."""
    pages = sorted(DOCS.glob("*/index.html"))
    assert [page.parent.name for page in pages] == ["interview", "learning", "resumes"]

    for page in pages:
        text = page.read_text(encoding="utf-8")
        named = re.findall(r'(?:src|href)="([^"]+)"', text)
        assert all(address.startswith(("/docs/swagger/", f"/api/v1/{page.parent.name}/")) for address in named)
        assert all((HERE / address.removeprefix("/")).is_file() for address in named if address.startswith("/docs/"))
        assert re.findall(r"<script(?![^>]* src=)|<style| style=| on\w+=", text) == []
