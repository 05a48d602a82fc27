"""The REST routes of the contracts, read from the gateway's descriptors."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from google.api import annotations_pb2
from google.protobuf.descriptor_pb2 import FileDescriptorSet

from tools.protos import DESCRIPTORS

_VERBS = ("get", "put", "post", "delete", "patch")


@dataclass(frozen=True, slots=True)
class Route:
    """One method with its HTTP verb and path template."""

    service: str
    method: str
    verb: str
    template: str
    body: str

    @property
    def variables(self) -> list[str]:
        """Fields that the path binds."""
        return re.findall(r"\{(\w+)\}", self.template)

    def path(self, **values: str) -> str:
        """The template with its variables filled in."""
        return self.template.format(**values)


def rest_routes() -> list[Route]:
    """Every method that has an HTTP annotation, in the order of the contracts."""
    return list(_read_routes(FileDescriptorSet.FromString(DESCRIPTORS.read_bytes())))


def _read_routes(files: FileDescriptorSet) -> Iterator[Route]:
    for file in files.file:
        for service in file.service:
            for method in service.method:
                if method.options.HasExtension(annotations_pb2.http):
                    rule = method.options.Extensions[annotations_pb2.http]
                    verb = next(name for name in _VERBS if getattr(rule, name))
                    name = f"{file.package}.{service.name}"
                    yield Route(name, method.name, verb.upper(), getattr(rule, verb), rule.body)
