"""The REST paths of the contracts, read from `descriptors.pb`, and the routes that they need beside the transcoder."""

import re
from collections import defaultdict
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

from google.api import annotations_pb2
from google.protobuf.descriptor_pb2 import FileDescriptorSet, MethodDescriptorProto

DESCRIPTORS = Path(__file__).resolve().parent / "descriptors.pb"
TRANSCODER = "envoy.filters.http.grpc_json_transcoder"
_VERBS = ("get", "put", "post", "delete", "patch")
_VARIABLE = re.compile(r"\{[^}]*\}")

Tree = dict[str, Any]


def build_stream_routes(transcoder: Tree) -> Iterator[Tree]:
    """One route for each path that answers with server-sent events; `transcoder` is what the other paths have."""
    config = deepcopy(transcoder)
    config["print_options"] |= {"stream_newline_delimited": False, "stream_sse_style_delimited": True}
    for method in _read_methods():
        if method.server_streaming:
            for _, template in _bindings(method):
                yield {
                    "name": f"rest-stream-{method.name}",
                    "match": {"safe_regex": {"regex": path_regex(template)}},
                    "route": {"cluster": "resume"},
                    "typed_per_filter_config": {TRANSCODER: config},
                }


def build_refusals_of_methods() -> Iterator[Tree]:
    """One route for each path of the contracts, which answers 405 to every method but its own.

    Paths with more literal words come first, as the transcoder prefers them.
    """
    methods: dict[str, set[str]] = defaultdict(set)
    for method in _read_methods():
        for verb, template in _bindings(method):
            methods[_VARIABLE.sub("{}", template)].add(verb)
    for template in sorted(methods, key=lambda template: (template.count("{}"), -len(template), template)):
        yield refuse_other_methods({"safe_regex": {"regex": path_regex(template)}}, methods[template])


def refuse_other_methods(match: Tree, allowed: set[str]) -> Tree:
    """A route that answers 405 with `allow` to all but the allowed methods, and to no preflight."""
    allow = ", ".join(sorted(allowed))
    # Envoy looks at headers before paths, on each route of each request: comparing takes less time than a pattern.
    others = [{"name": ":method", "invert_match": True, "string_match": {"exact": name}} for name in sorted(allowed)]
    no_preflight = {"name": "access-control-request-method", "present_match": True, "invert_match": True}
    return {
        "name": "wrong-method",
        "match": match | {"headers": [*others, no_preflight]},
        "direct_response": {"status": 405},
        "response_headers_to_add": [{"header": {"key": "allow", "value": allow}}],
        "typed_per_filter_config": bypass_transcoder(),
    }


def bypass_transcoder() -> Tree:
    """What a route needs that is none of the contracts'."""
    return {
        TRANSCODER: {"@type": "type.googleapis.com/envoy.config.route.v3.FilterConfig", "disabled": True},
    }


def path_regex(template: str) -> str:
    """What matches the paths of a template, with and without a slash at the end."""
    return "[^/:]+".join(re.escape(part) for part in _VARIABLE.split(template)) + "/?"


def _read_methods() -> Iterator[MethodDescriptorProto]:
    files = FileDescriptorSet.FromString(DESCRIPTORS.read_bytes())
    for file in files.file:
        for service in file.service:
            yield from service.method


def _bindings(method: MethodDescriptorProto) -> Iterator[tuple[str, str]]:
    if not method.options.HasExtension(annotations_pb2.http):
        return
    first = method.options.Extensions[annotations_pb2.http]
    for rule in (first, *first.additional_bindings):
        for verb in _VERBS:
            if getattr(rule, verb):
                yield verb.upper(), getattr(rule, verb)
