"""OpenAI's chat completions."""

from collections.abc import Iterable, Sequence
from typing import Any

from tests.support.vendors.behaviours import VENDOR_TEXT, Answer, Refuse, Status, Tokens
from tests.support.vendors.http import Event, FakeHttpVendor
from tests.support.vendors.script import ReceivedRequest


class FakeOpenAI(FakeHttpVendor):
    """`base_url` ends in `/v1`, as the SDK wants it."""

    path = "/v1/chat/completions"

    @property
    def base_url(self) -> str:
        """What a client is given."""
        return f"{self.origin}/v1"

    def whole(self, request: ReceivedRequest, behaviour: Answer | Refuse) -> Any:
        """A `chat.completion`."""
        message: dict[str, Any] = {"role": "assistant", "content": None, "refusal": None}
        if isinstance(behaviour, Answer):
            message["content"] = behaviour.text
        elif not behaviour.filtered:
            message["refusal"] = VENDOR_TEXT
        choice: dict[str, Any] = {"index": 0, "message": message, "finish_reason": _finish(behaviour)}
        return _envelope(request, "chat.completion", [choice]) | _usage(behaviour)

    def opening(self, request: ReceivedRequest, behaviour: Answer | Refuse) -> Sequence[Event]:
        """The role."""
        deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
        if isinstance(behaviour, Refuse) and not behaviour.filtered:
            deltas.append({"refusal": VENDOR_TEXT})
        return [_chunk(request, delta) for delta in deltas]

    def deltas(self, request: ReceivedRequest, pieces: Iterable[str]) -> Sequence[Event]:
        """A chunk for each."""
        return [_chunk(request, {"content": piece}) for piece in pieces]

    def closing(self, request: ReceivedRequest, behaviour: Answer | Refuse) -> Sequence[Event]:
        """The finish reason, the usage where it was asked for, and the end mark."""
        events = [_chunk(request, {}, _finish(behaviour))]
        if request.body.get("stream_options", {}).get("include_usage"):
            events.append((None, _envelope(request, "chat.completion.chunk", []) | _usage(behaviour)))
        return [*events, (None, "[DONE]")]

    def error(self, behaviour: Status, message: str) -> Any:
        """An error object; the name stands as its code and its type."""
        return {"error": {"message": message, "type": behaviour.name, "code": behaviour.name, "param": None}}


def _chunk(request: ReceivedRequest, delta: dict[str, Any], finish: str | None = None) -> Event:
    choice: dict[str, Any] = {"index": 0, "delta": delta, "finish_reason": finish}
    return None, _envelope(request, "chat.completion.chunk", [choice])


def _finish(behaviour: Answer | Refuse) -> str:
    if isinstance(behaviour, Refuse):
        return "content_filter" if behaviour.filtered else "stop"
    return "length" if behaviour.truncated else "stop"


def _envelope(request: ReceivedRequest, kind: str, choices: list[dict[str, Any]]) -> dict[str, Any]:
    model = request.body.get("model")
    return {"id": "chatcmpl-1", "object": kind, "created": 1_795_000_000, "model": model, "choices": choices}


def _usage(behaviour: Answer | Refuse) -> dict[str, Any]:
    tokens = behaviour.tokens if isinstance(behaviour, Answer) else Tokens()
    if tokens is None:
        return {"usage": None}
    output = tokens.output + tokens.thinking
    return {
        "usage": {
            "prompt_tokens": tokens.input,
            "completion_tokens": output,
            "total_tokens": tokens.input + output,
            "prompt_tokens_details": {"cached_tokens": tokens.cached},
            "completion_tokens_details": {"reasoning_tokens": tokens.thinking},
        }
    }
