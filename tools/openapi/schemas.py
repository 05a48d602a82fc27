"""Messages as JSON schemas: one for what the gateway answers, another for what it is sent.

An answer has every text, number, switch and list, empty ones included, and leaves out optional fields and messages that
are not set. A request may leave out whatever is not required.
"""

from collections.abc import Iterator
from typing import Any

from google.protobuf.descriptor_pb2 import FieldDescriptorProto

from tools.openapi.contracts import Contracts, Field, Message
from tools.openapi.rules import ALWAYS_SET, Keywords, keywords_of

Schema = dict[str, Any]

STATUS = "google.rpc.Status"
HTTP_BODY = "google.api.HttpBody"
TIMESTAMP = "google.protobuf.Timestamp"
_SCALARS: dict[int, Schema] = {
    FieldDescriptorProto.TYPE_STRING: {"type": "string"},
    FieldDescriptorProto.TYPE_BOOL: {"type": "boolean"},
    FieldDescriptorProto.TYPE_INT32: {"type": "integer", "format": "int32"},
    FieldDescriptorProto.TYPE_INT64: {"type": "string", "format": "int64"},
    FieldDescriptorProto.TYPE_DOUBLE: {"type": "number", "format": "double"},
}
_WELL_KNOWN: dict[str, Schema] = {
    TIMESTAMP: {"type": "string", "format": "date-time"},
    HTTP_BODY: {"type": "object"},
    STATUS: {"$ref": "#/components/schemas/Error"},
}
_INT32_MAX = 2**31 - 1


def schema_name(message: str, *, is_request: bool) -> str:
    """Name among the components: `interview.QuestionSet`, or `resume.Resume.Input` where it is sent."""
    package, _, name = message.rpartition(".")
    return f"{package.split('.')[1]}.{name}{'.Input' if is_request else ''}"


def reference(message: str, *, is_request: bool) -> Schema:
    """A schema that points to the component of a message."""
    if message in _WELL_KNOWN:
        return dict(_WELL_KNOWN[message])
    return {"$ref": f"#/components/schemas/{schema_name(message, is_request=is_request)}"}


class Schemas:
    """The components that a document needs: whatever is asked for, and all that this refers to."""

    def __init__(self, contracts: Contracts) -> None:
        self._contracts = contracts
        self.components: dict[str, Schema] = {}

    def of(self, message: str, *, is_request: bool) -> Schema:
        """A schema that points to a message, which is a component from now on."""
        name = schema_name(message, is_request=is_request)
        if message not in _WELL_KNOWN and name not in self.components:
            self.components[name] = {}
            self.components[name] = self._object(self._contracts.messages[message], is_request=is_request)
        return reference(message, is_request=is_request)

    def body(self, message: str, *, without: list[str]) -> Schema:
        """The body of a request that is a whole message but for the fields that the path binds."""
        known = self._contracts.messages[message]
        name = schema_name(message, is_request=True)
        left = Message(known.full_name, known.comment, tuple(f for f in known.fields if f.name not in without))
        self.components[name] = self._object(left, is_request=True)
        return reference(message, is_request=True)

    def of_field(self, field: Field, *, is_request: bool) -> Schema:
        """A field with its limits, without its description."""
        keywords = keywords_of(field.full_name, is_request=is_request)
        schema = self._value(field, is_request=is_request)
        if is_request and schema.get("format") == "int32":
            keywords = {"maximum": _INT32_MAX} | keywords
        if not field.is_list:
            return schema | keywords
        of_items = keywords.pop("items", {}) | ({"enum": keywords.pop("enum")} if "enum" in keywords else {})
        return {"type": "array", "items": schema | of_items} | keywords

    def _value(self, field: Field, *, is_request: bool) -> Schema:
        if field.type_name:
            return self.of(field.type_name, is_request=is_request)
        return dict(_SCALARS[field.proto.type])

    def _object(self, message: Message, *, is_request: bool) -> Schema:
        fields = [field for field in message.fields if not (is_request and is_set_by_service(field))]
        schema: Schema = {"type": "object", "description": message.comment}
        schema["properties"] = {
            field.name: _described(_optional_key(field, self.of_field(field, is_request=is_request)), field.comment)
            for field in fields
        }
        required = [field.name for field in fields if (_must_have(field) if is_request else _always_has(field))]
        if required:
            schema["required"] = required
        if alternatives := [field.name for field in fields if field.is_alternative]:
            schema["oneOf"] = [{"required": [name]} for name in alternatives]
        return schema


def is_set_by_service(field: Field) -> bool:
    """Whether it means nothing in a request."""
    return field.comment.endswith("Set by the service.") or "Output only" in field.comment


def _described(schema: Schema, comment: str) -> Schema:
    return schema | {"description": comment}


def _optional_key(field: Field, schema: Keywords) -> Schema:
    """The key inside of a resume may be empty: then the service chooses, or the path does."""
    if field.full_name == "career.resume.v1.Resume.unique_key" and "pattern" in schema:
        del schema["minLength"]
        schema["pattern"] = f"^$|{schema['pattern']}"
    return schema


def _must_have(field: Field) -> bool:
    return field.is_required


def _always_has(field: Field) -> bool:
    if field.is_alternative or field.proto.proto3_optional:
        return False
    return field.is_list or not field.type_name or field.type_name == TIMESTAMP or field.full_name in ALWAYS_SET


def walk_fields(contracts: Contracts) -> Iterator[Field]:
    """Every field of every message."""
    for message in contracts.messages.values():
        yield from message.fields
