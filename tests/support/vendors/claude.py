"""Anthropic's messages."""

from collections.abc import Iterable, Sequence
from typing import Any

from tests.support.vendors.behaviours import VENDOR_TEXT, Answer, Refuse, Status, Tokens
from tests.support.vendors.http import Event, FakeHttpVendor
from tests.support.vendors.script import ReceivedRequest

_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    408: "timeout_error",
    413: "request_too_large",
    422: "invalid_request_error",
    429: "rate_limit_error",
    500: "api_error",
    504: "timeout_error",
    529: "overloaded_error",
}


class FakeClaude(FakeHttpVendor):
    """`base_url` has no path, as the SDK wants it. A thinking block comes before the text."""

    path = "/v1/messages"

    @property
    def base_url(self) -> str:
        """What a client is given."""
        return self.origin

    def whole(self, request: ReceivedRequest, behaviour: Answer | Refuse) -> Any:
        """A `message`."""
        content: list[dict[str, Any]] = [{"type": "thinking", "thinking": VENDOR_TEXT, "signature": "s"}]
        if isinstance(behaviour, Answer):
            content.append({"type": "text", "text": behaviour.text})
        return _message(request, content, _stop(behaviour), _usage(behaviour))

    def opening(self, request: ReceivedRequest, behaviour: Answer | Refuse) -> Sequence[Event]:
        """The message's start with what it has cost so far, a thinking block, and the start of the text."""
        usage = _usage(behaviour)
        start = None if usage is None else usage | {"output_tokens": 1, "output_tokens_details": None}
        return _named(
            {"type": "message_start", "message": _message(request, [], None, start)},
            {"type": "ping"},
            _block_start(0, {"type": "thinking", "thinking": "", "signature": ""}),
            _delta(0, {"type": "thinking_delta", "thinking": VENDOR_TEXT}),
            {"type": "content_block_stop", "index": 0},
            _block_start(1, {"type": "text", "text": ""}),
        )

    def deltas(self, _request: ReceivedRequest, pieces: Iterable[str]) -> Sequence[Event]:
        """A delta of the text for each."""
        return _named(*(_delta(1, {"type": "text_delta", "text": piece}) for piece in pieces))

    def closing(self, _request: ReceivedRequest, behaviour: Answer | Refuse) -> Sequence[Event]:
        """The end of the text, the message's delta with the reason of its end, and its stop."""
        return _named(
            {"type": "content_block_stop", "index": 1},
            {"type": "message_delta", "delta": {"stop_reason": _stop(behaviour)}, "usage": _usage(behaviour)},
            {"type": "message_stop"},
        )

    def error(self, behaviour: Status, message: str) -> Any:
        """An error object, its type by the status unless the behaviour names one."""
        kind = behaviour.name or _TYPES.get(behaviour.code)
        return {"type": "error", "error": {"type": kind, "message": message}}


def _named(*data: dict[str, Any]) -> list[Event]:
    return [(str(item["type"]), item) for item in data]


def _block_start(index: int, block: dict[str, Any]) -> dict[str, Any]:
    return {"type": "content_block_start", "index": index, "content_block": block}


def _delta(index: int, delta: dict[str, Any]) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": index, "delta": delta}


def _message(request: ReceivedRequest, content: list[dict[str, Any]], stop: str | None, usage: Any) -> dict[str, Any]:
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": request.body.get("model"),
        "content": content,
        "stop_reason": stop,
        "stop_sequence": None,
        "usage": usage,
    }


def _stop(behaviour: Answer | Refuse) -> str:
    if isinstance(behaviour, Refuse):
        return "refusal"
    return "max_tokens" if behaviour.truncated else "end_turn"


def _usage(behaviour: Answer | Refuse) -> dict[str, Any] | None:
    tokens = behaviour.tokens if isinstance(behaviour, Answer) else Tokens()
    if tokens is None:
        return None
    return {
        "input_tokens": tokens.input - tokens.cached,
        "cache_read_input_tokens": tokens.cached,
        "cache_creation_input_tokens": 0,
        "output_tokens": tokens.output + tokens.thinking,
        "output_tokens_details": {"thinking_tokens": tokens.thinking},
    }
