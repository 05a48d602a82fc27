"""What each fault has to lead to: the outcome of the attempt that met it, by the classes of `shared/llm/errors.py`."""

from collections.abc import Mapping

from tests.support.vendors.faults import Cell

_LATE = "OVERTAKEN"

# A fault, and its outcome with all vendors in both modes.
OUTCOMES: Mapping[str, str] = {
    "refused": "CONNECTION_FAILED",
    "dns-failure": "CONNECTION_FAILED",
    "tls-failure": "CONNECTION_FAILED",
    "400": "REQUEST_REJECTED",
    "401": "CREDENTIALS_REJECTED",
    "403": "CREDENTIALS_REJECTED",
    "404": "MODEL_NOT_FOUND",
    "408": "TIMEOUT",
    "413": "REQUEST_REJECTED",
    "429": "RATE_LIMITED",
    "429-retry-after-1": "RATE_LIMITED",
    "429-retry-after-3600": "RATE_LIMITED",
    "429-retry-after-date": "RATE_LIMITED",
    "429-retry-after-garbage": "RATE_LIMITED",
    "quota": "QUOTA_EXHAUSTED",
    "500": "OVERLOADED",
    "502": "OVERLOADED",
    "503": "OVERLOADED",
    "529": "OVERLOADED",
    "hang-before-headers": _LATE,
    "hang-in-body": _LATE,
    "keep-alive": _LATE,
    "drip": _LATE,
    "truncated-body": "CONNECTION_FAILED",
    "wrong-content-length": "CONNECTION_FAILED",
    "malformed-json": "PROVIDER_FAILED",
    "deep-json": "PROVIDER_FAILED",
    "huge-number": "PROVIDER_FAILED",
    "huge-body": "ANSWER_MALFORMED",
    "gzip-bomb": "ANSWER_MALFORMED",
    "redirect-302": "PROVIDER_FAILED",
    "redirect-307": "PROVIDER_FAILED",
    "ok-with-error": "OVERLOADED",
    "wrong-shape": "PROVIDER_FAILED",
    "empty-content": "ANSWER_MALFORMED",
    "content-filter": "CONTENT_FILTERED",
    "refusal": "CONTENT_FILTERED",
    "max-tokens": "ANSWER_TRUNCATED",
    "prose": "ANSWER_MALFORMED",
    "deep-answer": "ANSWER_MALFORMED",
    "huge-number-answer": "ANSWER_MALFORMED",
    "wrong-schema": "ANSWER_MALFORMED",
    "wrong-language": "ANSWER_REJECTED",
    "four-questions": "ANSWER_REJECTED",
    # One item too many is left out, and the rest is the answer.
    "six-questions": "OK",
    "duplicates": "ANSWER_REJECTED",
    "injected-text": "ANSWER_REJECTED",
    "stream-cut": "CONNECTION_FAILED",
    "stream-stalled": _LATE,
    "stream-malformed": "PROVIDER_FAILED",
    "stream-ended-early": "CONNECTION_FAILED",
    "stream-error-event": "OVERLOADED",
}

# Where one differs, and why.
_DIFFERENT: Mapping[Cell, str] = {
    # gRPC gives a stream that it cannot read up as if it had broken, and knows no body with an error inside.
    **{
        Cell(fault, "gemini", "stream"): "CONNECTION_FAILED"
        for fault in ("malformed-json", "deep-json", "huge-number", "stream-malformed", "ok-with-error", "wrong-shape")
    },
    Cell("ok-with-error", "gemini", "unary"): "PROVIDER_FAILED",
    # It waits for the rest of a frame that says it is longer than it is.
    Cell("wrong-content-length", "gemini", "unary"): _LATE,
    # Events without a word of an answer are a stream that ended early.
    Cell("wrong-shape", "openai", "stream"): "CONNECTION_FAILED",
    Cell("wrong-shape", "claude", "stream"): "CONNECTION_FAILED",
}

# Whether the bytes that are too many come with the rest or behind it is for the network to say.
_EITHER = {"wrong-content-length": "PROVIDER_FAILED"}

# Faults of which the good part is kept when they are met in a stream; the refused ones are kept in one piece too.
KEPT_IN_STREAMS = frozenset(
    {"max-tokens", "stream-cut", "stream-stalled", "stream-malformed", "stream-ended-early", "stream-error-event"}
)
KEPT = frozenset({"four-questions", "six-questions", "duplicates", "injected-text"})


def outcomes_of(cell: Cell) -> frozenset[str]:
    """What this cell may lead to: one outcome, seldom two."""
    first = _DIFFERENT.get(cell, OUTCOMES[cell.fault])
    return frozenset({first, _EITHER.get(cell.fault, first)}) if first != _LATE else frozenset({_LATE})


def is_silence(cell: Cell) -> bool:
    """Whether the fault is known by nothing but its silence."""
    return outcomes_of(cell) == {_LATE}


def keeps_items(cell: Cell) -> bool:
    """Whether whole items are kept of what came."""
    return cell.fault in KEPT or (cell.mode == "stream" and cell.fault in KEPT_IN_STREAMS)
