"""Makes Envoy's own replies out of `error_reasons.yaml`: one shape for REST, statuses with details for gRPC."""

import base64
import dataclasses
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc.code_pb2 import Code
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RequestInfo, RetryInfo
from google.rpc.status_pb2 import Status

from shared.yaml_file import read_yaml

SOURCE = Path(__file__).resolve().parent / "error_reasons.yaml"
DOMAIN = "career-coach"
# The reasons that stand for every other status of their hundred.
_ANY_OF_4XX, _ANY_OF_5XX = "MALFORMED_REQUEST", "ANSWER_UNUSABLE"
# What rest.lua notes of a request that it refuses.
_NOTES = "career"
# Absent where Envoy could not even read the headers.
_REQUEST_ID = "x-request-id"
_GRPC_TYPE = r"application/grpc(\+.*)?"
_BODY = "%LOCAL_REPLY_BODY%"
# What Envoy refuses without a word.
_NO_HOST = "the request must name its host"
_BAD_PATH = "the path must hold neither %00 nor #"

Tree = dict[str, Any]


@dataclasses.dataclass(frozen=True, slots=True)
class Reason:
    """One entry of `error_reasons.yaml`; `retry_after` in seconds."""

    reason: str
    status: int
    grpc: str
    meaning: str
    what_to_do: str
    message: str = ""
    code: str = ""
    retry_after: int = 0
    field: str = ""
    when: dict[str, str] = dataclasses.field(default_factory=dict)


def read_reasons(requests_per_minute: int) -> list[Reason]:
    """Every reason in the order of the file. A refused client waits until its address has one request again."""
    rate = math.ceil(60 / requests_per_minute) if requests_per_minute else 1
    return [
        Reason(**entry | {"retry_after": rate if entry.get("retry_after") == "rate" else entry.get("retry_after", 0)})
        for entry in read_yaml(SOURCE)
    ]


def build_mappers(requests_per_minute: int) -> list[Tree]:
    """The mappers of Envoy's `local_reply_config`; the first that fits is taken."""
    reasons = read_reasons(requests_per_minute)
    by_name = {reason.reason: reason for reason in reasons}
    malformed = by_name[_ANY_OF_4XX]
    return [
        *(_grpc_mapper(reason, *_conditions(reason)) for reason in reasons),
        _grpc_mapper(by_name[_ANY_OF_4XX], _status("GE", 400), _below(500)),
        _grpc_mapper(by_name[_ANY_OF_5XX], _status("GE", 500)),
        # An OK of the gateway's own to a native client, if there ever is one, is none of these.
        _json_mapper(malformed, _NO_HOST, _has(":path"), _lacks(":authority")),
        _json_mapper(malformed, _BAD_PATH, *_conditions(malformed), _header(":path", "[^?]*%00.*|.*#.*")),
        *_json_mappers(reasons),
        _json_mapper(by_name[_ANY_OF_5XX], _BODY, _status("GE", 500)),
        _json_mapper(malformed, _BODY, _status("GE", 400)),
    ]


def _json_mappers(reasons: list[Reason]) -> Iterator[Tree]:
    for reason in reasons:
        mapper = _json_mapper(reason, reason.message or _BODY, *_conditions(reason), _has(_REQUEST_ID))
        _name_request(mapper)
        if reason.reason == _ANY_OF_4XX:
            # The transcoder's words: rest.lua reads the field out of them, and takes this header away.
            mapper["headers_to_add"] = [_add("x-gateway-reply", reason.reason)]
        yield mapper
        yield _json_mapper(reason, reason.message or _BODY, *_conditions(reason))


def _json_mapper(reason: Reason, message: str, *conditions: Tree) -> Tree:
    details: list[Tree] = [
        {"@type": _type(ErrorInfo), "reason": reason.reason, "domain": DOMAIN, "metadata": {}},
    ]
    if reason.field and "script" in reason.when:
        violation = {"field": f"%DYNAMIC_METADATA({_NOTES}:field)%", "description": _BODY}
        details.append({"@type": _type(BadRequest), "field_violations": [violation]})
    if reason.retry_after:
        details.append({"@type": _type(RetryInfo), "retry_delay": f"{reason.retry_after}s"})
    number = Code.Value(reason.code or reason.grpc)
    text = message if message == _BODY else message.replace("%", "%%")
    return {
        "filter": _all(conditions),
        "headers_to_add": _retry_after(reason),
        "body_format_override": {"json_format": {"code": number, "message": text, "details": details}},
    }


def _name_request(mapper: Tree) -> None:
    request = {"@type": _type(RequestInfo), "request_id": f"%REQ({_REQUEST_ID})%", "serving_data": ""}
    mapper["body_format_override"]["json_format"]["details"].append(request)


def _grpc_mapper(reason: Reason, *conditions: Tree) -> Tree:
    number = Code.Value(reason.grpc)
    details: list[Message] = [ErrorInfo(reason=reason.reason, domain=DOMAIN)]
    if reason.retry_after:
        details.append(RetryInfo(retry_delay=Duration(seconds=reason.retry_after)))
    status = Status(code=number, message=reason.message, details=[_pack(detail) for detail in details])
    packed = base64.b64encode(status.SerializeToString()).decode().rstrip("=")
    # The transcoder has made gRPC of a REST call, too, and notes its path.
    native = [_header("content-type", _GRPC_TYPE), _lacks("x-envoy-original-path")]
    return {
        "filter": _all([*native, *conditions]),
        "headers_to_add": [
            _add("grpc-status", str(number)),
            _add("grpc-status-details-bin", packed),
            *_retry_after(reason),
        ],
        "body_format_override": {"text_format_source": {"inline_string": reason.message.replace("%", "%%") or _BODY}},
    }


def _conditions(reason: Reason) -> list[Tree]:
    conditions = [_status("EQ", reason.status)]
    if "script" in reason.when:
        matcher = {
            "filter": _NOTES,
            "path": [{"key": "reason"}],
            "value": {"string_match": {"exact": reason.when["script"]}},
        }
        conditions.append({"metadata_filter": {"matcher": matcher, "match_if_key_not_found": False}})
    if "flag" in reason.when:
        conditions.append({"response_flag_filter": {"flags": [reason.when["flag"]]}})
    return conditions


def _retry_after(reason: Reason) -> list[Tree]:
    return [_add("retry-after", str(reason.retry_after))] if reason.retry_after else []


def _all(conditions: Any) -> Tree:  # noqa: ANN401 - a sequence of conditions
    filters = list(conditions)
    return filters[0] if len(filters) == 1 else {"and_filter": {"filters": filters}}


def _status(operator: str, number: int) -> Tree:
    value = {"default_value": number, "runtime_key": f"reply.{operator.lower()}.{number}"}
    return {"status_code_filter": {"comparison": {"op": operator, "value": value}}}


def _below(number: int) -> Tree:
    return _status("LE", number - 1)


def _header(name: str, regex: str) -> Tree:
    return {"header_filter": {"header": {"name": name, "string_match": {"safe_regex": {"regex": regex}}}}}


def _has(name: str) -> Tree:
    return {"header_filter": {"header": {"name": name, "present_match": True}}}


def _lacks(name: str) -> Tree:
    return {"header_filter": {"header": {"name": name, "present_match": True, "invert_match": True}}}


def _add(name: str, value: str) -> Tree:
    return {"header": {"key": name, "value": value}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}


def _type(message: type[Message]) -> str:
    return f"type.googleapis.com/{message.DESCRIPTOR.full_name}"


def _pack(message: Message) -> AnyMessage:
    packed = AnyMessage()
    packed.Pack(message)
    return packed
