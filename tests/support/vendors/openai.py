"""OpenAI's chat completions."""

from collections.abc import Sequence
from typing import Any

from tests.support.vendors.behaviours import VENDOR_TEXT, Answer, Refuse, Status, Tokens, pieces_of
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

    def events(self, request: ReceivedRequest, behaviour: Answer | Refuse) -> Sequence[Event]:
        """Chunks: the role, the text, the finish reason, the usage where it was asked for, and the end mark."""
        deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
        if isinstance(behaviour, Answer):
            deltas += [{"content": piece} for piece in pieces_of(behaviour.text)]
        elif not behaviour.filtered:
            deltas.append({"refusal": VENDOR_TEXT})
        choices: list[dict[str, Any]] = [{"index": 0, "delta": delta, "finish_reason": None} for delta in deltas]
        choices.append({"index": 0, "delta": {}, "finish_reason": _finish(behaviour)})
        events: list[Event] = [(None, _envelope(request, "chat.completion.chunk", [choice])) for choice in choices]
        if request.body.get("stream_options", {}).get("include_usage"):
            events.append((None, _envelope(request, "chat.completion.chunk", []) | _usage(behaviour)))
        return [*events, (None, "[DONE]")]

    def error(self, behaviour: Status, message: str) -> Any:
        """An error object; the name stands as its code and its type."""
        return {"error": {"message": message, "type": behaviour.name, "code": behaviour.name, "param": None}}


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
