"""Examples of what is sent and answered. `examples.yaml` has them by message; an example resume stands in `examples/`.

Answers are completed with what the gateway always writes: empty texts and lists, zeros and switches that are off.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from google.protobuf.descriptor_pb2 import FieldDescriptorProto

from shared.yaml_file import read_yaml
from tools.openapi.contracts import Contracts, Field, Method
from tools.openapi.schemas import HTTP_BODY, TIMESTAMP
from tools.protos import ROOT

_FILE = Path(__file__).with_name("examples.yaml")
_RESUME = ROOT / "examples" / "resume-backend-36m.json"
_ZEROS: Mapping[int, Any] = {
    FieldDescriptorProto.TYPE_STRING: "",
    FieldDescriptorProto.TYPE_BOOL: False,
    FieldDescriptorProto.TYPE_INT32: 0,
    FieldDescriptorProto.TYPE_INT64: "0",
    FieldDescriptorProto.TYPE_DOUBLE: 0.0,
}


class Examples:
    """The examples of the contracts."""

    def __init__(self, contracts: Contracts) -> None:
        self._messages = contracts.messages
        self._file: dict[str, Any] = _read()

    def of_parameter(self, field: Field) -> Any:  # noqa: ANN401 - whatever the field holds
        """A value of a parameter; raises `KeyError` where nobody wrote one."""
        return self._file["parameters"][field.name]

    def requests(self, method: Method) -> Mapping[str, Any]:
        """Bodies of a method by name."""
        field = next((field for field in self._messages[method.request].fields if field.name == method.body), None)
        message = field.type_name if field and field.type_name != HTTP_BODY else method.request
        named: Mapping[str, Any] = self._file["requests"][message]
        return named

    def answers(self, method: Method) -> Mapping[str, Any]:
        """Answers of a method by name, complete."""
        named = self._file["answers"][method.response]
        return {name: self._complete(method.response, value) for name, value in named.items()}

    def _complete(self, message: str, value: Any) -> Any:  # noqa: ANN401 - a JSON value
        known = self._messages.get(message)
        if known is None:
            return value
        return {
            field.name: self._complete_field(field, value[field.name]) if field.name in value else self._empty(field)
            for field in known.fields
            if field.name in value or not _is_omitted(field)
        }

    def _complete_field(self, field: Field, value: Any) -> Any:  # noqa: ANN401 - a JSON value
        if not field.type_name or field.type_name == TIMESTAMP:
            return value
        if field.is_list:
            return [self._complete(field.type_name, item) for item in value]
        return self._complete(field.type_name, value)

    def _empty(self, field: Field) -> Any:  # noqa: ANN401 - a JSON value
        return [] if field.is_list else _ZEROS[field.proto.type]


def _is_omitted(field: Field) -> bool:
    """Whether the gateway leaves it out while it is not set."""
    return bool(field.type_name and not field.is_list) or field.proto.proto3_optional or field.is_alternative


@cache
def _read() -> dict[str, Any]:
    file: dict[str, Any] = read_yaml(_FILE)
    resume = json.loads(_RESUME.read_text(encoding="utf-8"))
    times = {"created_at": "2026-11-20T09:00:00.125Z", "updated_at": "2026-11-20T09:00:00.125Z"}
    file["requests"].setdefault("career.resume.v1.Resume", {})["resume"] = resume
    file["answers"]["career.resume.v1.Resume"] = {"resume": {"unique_key": "kim-2026"} | resume | times}
    return file
