"""The contracts as a reader sees them: messages, methods and reasons, each with its comment."""

import json
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from google.api import annotations_pb2
from google.api.http_pb2 import HttpRule
from google.protobuf.descriptor_pb2 import (
    FieldDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
    MethodDescriptorProto,
)
from grpc import StatusCode

from tools.protos import write_descriptors

# Where protobuf keeps the parts of a file: the numbers of a comment's path.
_MESSAGE, _SERVICE, _ENUM, _FIELD, _VALUE, _METHOD = 4, 6, 5, 2, 2, 2
_PREFIX = "ERROR_REASON_"
_METADATA = re.compile(r"\s*(?:No metadata\.|Metadata: (?P<names>.*?)\.(?= Example|$))")
_EXAMPLE = re.compile(r"Example: `(\{.*?\})`")
_FIELD_EXAMPLE = re.compile(r"Example of a field: `(.+?)`: `(.+?)`")


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a message."""

    message: str
    proto: FieldDescriptorProto
    comment: str

    @property
    def name(self) -> str:
        """Its name in JSON, too."""
        return self.proto.name

    @property
    def full_name(self) -> str:
        """Such as `career.resume.v1.Resume.name`."""
        return f"{self.message}.{self.name}"

    @property
    def type_name(self) -> str:
        """Full name of the message that it holds; empty where it holds none."""
        return self.proto.type_name.removeprefix(".")

    @property
    def is_list(self) -> bool:
        """Whether it is repeated."""
        return self.proto.label == FieldDescriptorProto.LABEL_REPEATED

    @property
    def is_alternative(self) -> bool:
        """Whether it is one of several of which one is set."""
        return self.proto.HasField("oneof_index") and not self.proto.proto3_optional

    @property
    def is_required(self) -> bool:
        """Whether a request must have it, as its comment says."""
        return self.comment.endswith("Required.")


@dataclass(frozen=True, slots=True)
class Message:
    """A message of ours."""

    full_name: str
    comment: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Method:
    """A method with one of its HTTP rules; `is_first` says whether it is the first of them."""

    service: str
    name: str
    comment: str
    request: str
    response: str
    streams: bool
    verb: str
    path: str
    body: str
    is_first: bool

    @property
    def path_fields(self) -> list[str]:
        """Fields that the path binds."""
        return re.findall(r"\{(\w+)\}", self.path)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a call can fail. `metadata` says what `ErrorInfo` carries; the examples are those of the contract."""

    name: str
    code: StatusCode
    meaning: str
    metadata: str
    example: Mapping[str, str]
    field_example: tuple[str, str] | None

    @property
    def names_fields(self) -> bool:
        """Whether the failure names the fields that are wrong."""
        return "google.rpc.BadRequest" in self.meaning or self.field_example is not None


@dataclass(frozen=True, slots=True)
class Service:
    """A service that the gateway serves. `package` is such as `career.resume.v1`."""

    package: str
    name: str
    comment: str
    methods: tuple[Method, ...]


class Contracts:
    """All contracts."""

    def __init__(self, files: FileDescriptorSet) -> None:
        self._files = [file for file in files.file if file.package.startswith("career.")]

    @cached_property
    def messages(self) -> Mapping[str, Message]:
        """By full name."""
        return {message.full_name: message for file in self._files for message in _messages(file)}

    @cached_property
    def services(self) -> tuple[Service, ...]:
        """Those with methods that have HTTP rules, the resume service first: the others read from it."""
        found = [service for file in self._files for service in _services(file)]
        served = (service for service in found if service.methods)
        return tuple(sorted(served, key=lambda service: service.package != "career.resume.v1"))

    @cached_property
    def reasons(self) -> Mapping[str, Mapping[str, Reason]]:
        """By package and name, in the order of the contract."""
        return {file.package: reasons for file in self._files if (reasons := _reasons(file))}


@cache
def load_contracts() -> Contracts:
    """Compiles the contracts with their comments; raises `ProtocFailed`."""
    with tempfile.TemporaryDirectory() as scratch:
        target = Path(scratch) / "descriptors.pb"
        write_descriptors(target, comments=True)
        return Contracts(FileDescriptorSet.FromString(target.read_bytes()))


def _comments(file: FileDescriptorProto) -> Mapping[tuple[int, ...], str]:
    return {
        tuple(location.path): " ".join(location.leading_comments.split())
        for location in file.source_code_info.location
        if location.leading_comments
    }


def _messages(file: FileDescriptorProto) -> Iterator[Message]:
    comments = _comments(file)
    for index, proto in enumerate(file.message_type):
        full_name = f"{file.package}.{proto.name}"
        fields = tuple(
            Field(full_name, field, comments.get((_MESSAGE, index, _FIELD, number), ""))
            for number, field in enumerate(proto.field)
        )
        yield Message(full_name, comments.get((_MESSAGE, index), ""), fields)


def _services(file: FileDescriptorProto) -> Iterator[Service]:
    comments = _comments(file)
    for index, proto in enumerate(file.service):
        methods = [
            _method(proto.name, method, comments.get((_SERVICE, index, _METHOD, number), ""), rule, is_first=not turn)
            for number, method in enumerate(proto.method)
            for turn, rule in enumerate(_rules(method))
        ]
        yield Service(file.package, proto.name, comments.get((_SERVICE, index), ""), tuple(methods))


def _rules(method: MethodDescriptorProto) -> Sequence[HttpRule]:
    """The HTTP rules of a method, the first one first; none where it has none."""
    if not method.options.HasExtension(annotations_pb2.http):
        return ()
    first = method.options.Extensions[annotations_pb2.http]
    return (first, *first.additional_bindings)


def _method(service: str, method: MethodDescriptorProto, comment: str, rule: HttpRule, *, is_first: bool) -> Method:
    verb = rule.WhichOneof("pattern")
    return Method(
        service=service,
        name=method.name,
        comment=comment,
        request=method.input_type.removeprefix("."),
        response=method.output_type.removeprefix("."),
        streams=method.server_streaming,
        verb=verb,
        path=getattr(rule, verb),
        body=rule.body,
        is_first=is_first,
    )


def _reasons(file: FileDescriptorProto) -> Mapping[str, Reason]:
    comments = _comments(file)
    return {
        reason.name: reason
        for index, enum in enumerate(file.enum_type)
        if enum.name == "ErrorReason"
        for number, value in enumerate(enum.value)
        if value.number
        for reason in [_reason(value.name, comments.get((_ENUM, index, _VALUE, number), ""))]
    }


def _reason(name: str, comment: str) -> Reason:
    """Reads `CODE: meaning. Metadata: names. Example: {…}.`; raises `ValueError` for a comment of another form."""
    code, _, text = comment.partition(": ")
    metadata = _METADATA.search(text)
    if metadata is None:
        raise ValueError(f"{name}: the comment must say which metadata there are")
    example: dict[str, Any] = json.loads(found[1]) if (found := _EXAMPLE.search(text)) else {}
    field = _FIELD_EXAMPLE.search(text)
    return Reason(
        name=name.removeprefix(_PREFIX),
        code=StatusCode[code],
        meaning=text[: metadata.start()],
        metadata=metadata["names"] or "",
        example=example,
        field_example=(field[1], field[2]) if field else None,
    )
