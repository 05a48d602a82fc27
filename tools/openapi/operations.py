"""Methods as operations of OpenAPI: parameters, bodies, answers and failures."""

import re
from collections.abc import Mapping
from typing import Any

from tools.openapi.contracts import Contracts, Field, Method, Service
from tools.openapi.examples import Examples
from tools.openapi.failures import RETRIED, Failure, failures_of
from tools.openapi.schemas import Schema, Schemas

Operation = dict[str, Any]

JSON = "application/json"
EVENTS = "text/event-stream"
_FIRST_SENTENCE = re.compile(r"(.+?)[.;](?: |$)")
_EVENTS_NOTE = (
    "Sent as server-sent events. Each has one line, `data: ` and one object of this schema as JSON. A failure that is "
    "known before the first event is answered with its status instead; a later one is the event `failed`."
)


def tag_of(service: Service) -> str:
    """The word of the service in its paths: `resumes`, `interview`, `learning`."""
    return service.methods[0].path.split("/")[3].partition(":")[0]


class Operations:
    """Makes operations, and gathers the components that they refer to."""

    def __init__(self, contracts: Contracts, examples: Examples) -> None:
        self._contracts = contracts
        self._examples = examples
        self.schemas = Schemas(contracts)
        self.failures: dict[str, Schema] = {}

    def of(self, service: Service, method: Method) -> Operation:
        """One operation."""
        tag = tag_of(service)
        operation: Operation = {
            "tags": [tag],
            "operationId": "_".join((tag, method.name, *([] if method.is_first else ["by", *method.path_fields]))),
            "summary": summary_of(method.comment),
            "description": method.comment,
            "parameters": self._parameters(method),
        }
        if method.body:
            operation["requestBody"] = self._body(method)
        operation["responses"] = {"200": self._answer(method)} | {
            str(status): self._refusal(status, failures)
            for status, failures in failures_of(self._contracts, service, method).items()
        }
        return operation

    def _parameters(self, method: Method) -> list[Schema]:
        fields = {field.name: field for field in self._contracts.messages[method.request].fields}
        parameters = [self._parameter(fields[name], "path") for name in method.path_fields]
        if query_fields := self._query_fields(method, list(fields.values())):
            parameters += [self._parameter(field, "query") for field in query_fields]
        if method.verb == "post":
            parameters.append({"$ref": "#/components/parameters/IdempotencyKey"})
        return parameters

    def _query_fields(self, method: Method, fields: list[Field]) -> list[Field]:
        """Fields that the query binds: all that neither path nor body do.

        Where the whole message is the body the query may say the same, and is documented while nothing is required.
        """
        left = [field for field in fields if field.name not in (*method.path_fields, method.body)]
        if method.body == "*" and any(field.is_required for field in left):
            return []
        return left

    def _parameter(self, field: Field, place: str) -> Schema:
        parameter = {
            "name": field.name,
            "in": place,
            "required": place == "path" or field.is_required,
            "description": field.comment,
            "schema": self.schemas.of_field(field, is_request=True),
        }
        return parameter | {"example": self._examples.of_parameter(field)}

    def _body(self, method: Method) -> Schema:
        message = self._contracts.messages[method.request]
        if method.body == "*":
            left = [field for field in message.fields if field.name not in method.path_fields]
            schema = self.schemas.body(method.request, without=method.path_fields)
            required = any(field.is_required for field in left)
            description = "May be left out." if not required else ""
        else:
            (field,) = (field for field in message.fields if field.name == method.body)
            schema, required = self.schemas.of_field(field, is_request=True), True
            description = field.comment
        body: Schema = {"required": required, "content": {JSON: self._content(schema, self._examples.requests(method))}}
        return body | ({"description": description} if description else {})

    def _answer(self, method: Method) -> Schema:
        media = EVENTS if method.streams else JSON
        schema = self.schemas.of(method.response, is_request=False)
        described = self._contracts.messages.get(method.response)
        comment = described.comment if described else "The document."
        return {
            "description": f"{comment} {_EVENTS_NOTE}" if method.streams else comment,
            "headers": {"x-request-id": {"$ref": "#/components/headers/RequestId"}},
            "content": {media: self._content(schema, self._examples.answers(method))},
        }

    def _content(self, schema: Schema, examples: Mapping[str, Any]) -> Schema:
        return {"schema": schema, "examples": {name: {"value": value} for name, value in examples.items()}}

    def _refusal(self, status: int, failures: list[Failure]) -> Schema:
        headers = {"x-request-id": {"$ref": "#/components/headers/RequestId"}}
        if any(failure.code in RETRIED for failure in failures):
            headers["retry-after"] = {"$ref": "#/components/headers/RetryAfter"}
        if status == 405:
            headers["allow"] = {"$ref": "#/components/headers/Allow"}
        return {
            "description": "\n".join(f"- `{failure.reason}`: {failure.meaning}" for failure in failures),
            "headers": headers,
            "content": {
                JSON: {
                    "schema": {"$ref": "#/components/schemas/Error"},
                    "examples": {failure.reason: self._failure(failure) for failure in failures},
                }
            },
        }

    def _failure(self, failure: Failure) -> Schema:
        self.failures[failure.name] = {"summary": failure.meaning, "value": failure.answer}
        return {"$ref": f"#/components/examples/{failure.name}"}


def summary_of(comment: str) -> str:
    """The first sentence of a comment, or what of it stands before a semicolon, without its end."""
    found = _FIRST_SENTENCE.match(comment)
    if found is None:
        raise ValueError(f"no sentence: {comment}")
    return found[1]
