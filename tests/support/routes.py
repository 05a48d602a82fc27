"""The REST routes of the contracts, read from the gateway's descriptors, and what a route of the gateway takes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

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


def fits(match: dict[str, Any], path: str) -> bool:
    """As Envoy compares a path, whatever else a route asks for."""
    if "safe_regex" in match:
        return re.fullmatch(match["safe_regex"]["regex"], path) is not None
    return path == match["path"] if "path" in match else path.startswith(match["prefix"])


def takes(match: dict[str, Any], path: str, *, keyed: bool) -> bool:
    """Whether a route takes a request that has no header but, perhaps, an idempotency key."""
    wanted = {header["name"] for header in match.get("headers", [])}
    return wanted <= ({"idempotency-key"} if keyed else set()) and fits(match, path)


def _read_routes(files: FileDescriptorSet) -> Iterator[Route]:
    for file in files.file:
        for service in file.service:
            for method in service.method:
                if method.options.HasExtension(annotations_pb2.http):
                    rule = method.options.Extensions[annotations_pb2.http]
                    verb = next(name for name in _VERBS if getattr(rule, name))
                    name = f"{file.package}.{service.name}"
                    yield Route(name, method.name, verb.upper(), getattr(rule, verb), rule.body)
