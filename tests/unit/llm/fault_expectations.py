"""What each fault looks like on the wires, in tables."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.support.model_answers import load_answers
from tests.support.vendors import (
    VendorName,
    fault_cells,
    faulty_vendor,
)
from tests.support.vendors.faulty import AnyFake
from tests.support.vendors.raw_client import Ending

MODEL_ANSWER = load_answers("questions")["backend-36m ko 1"]
GOOD = MODEL_ANSWER.answer
TEXT = json.dumps(GOOD, ensure_ascii=False)

# HTTP status, gRPC code.
STATUSES: dict[str, tuple[int, str]] = {
    "400": (400, "INVALID_ARGUMENT"),
    "401": (401, "UNAUTHENTICATED"),
    "403": (403, "PERMISSION_DENIED"),
    "404": (404, "NOT_FOUND"),
    "408": (408, "DEADLINE_EXCEEDED"),
    "413": (413, "INVALID_ARGUMENT"),
    "429": (429, "RESOURCE_EXHAUSTED"),
    "429-retry-after-1": (429, "RESOURCE_EXHAUSTED"),
    "429-retry-after-3600": (429, "RESOURCE_EXHAUSTED"),
    "429-retry-after-date": (429, ""),
    "429-retry-after-garbage": (429, "RESOURCE_EXHAUSTED"),
    "500": (500, "INTERNAL"),
    "502": (502, "UNAVAILABLE"),
    "503": (503, "UNAVAILABLE"),
    "529": (529, "UNAVAILABLE"),
    "redirect-302": (302, ""),
    "redirect-307": (307, ""),
}
# How it ends over HTTP in one piece and in a stream, and over gRPC likewise.
ENDINGS: dict[str, tuple[Ending, Ending, Ending, Ending]] = {
    "hang-before-headers": ("hanging", "hanging", "hanging", "hanging"),
    "hang-in-body": ("hanging", "hanging", "hanging", "hanging"),
    "keep-alive": ("hanging", "hanging", "hanging", "hanging"),
    "drip": ("hanging", "hanging", "hanging", "hanging"),
    "truncated-body": ("broken", "broken", "broken", "broken"),
    "wrong-content-length": ("unreadable", "unreadable", "unreadable", "unreadable"),
    "malformed-json": ("unreadable", "unreadable", "unreadable", "unreadable"),
    "deep-json": ("unreadable", "unreadable", "unreadable", "unreadable"),
    "huge-number": ("unreadable", "unreadable", "unreadable", "unreadable"),
    "ok-with-error": ("unmarked", "unmarked", "unmarked", "unmarked"),
    "wrong-shape": ("unmarked", "unmarked", "unmarked", "unmarked"),
}
FINISHES: dict[str, dict[VendorName, str]] = {
    "empty-content": {"openai": "stop", "claude": "end_turn", "gemini": "STOP"},
    "content-filter": {"openai": "content_filter", "claude": "refusal", "gemini": "SAFETY"},
    "refusal": {"openai": "stop", "claude": "refusal", "gemini": "SAFETY"},
    "max-tokens": {"openai": "length", "claude": "max_tokens", "gemini": "MAX_TOKENS"},
}
# The checks of a set of questions that a content fault fails, `malformed` where it cannot be read as one.
CONTENTS: dict[str, set[str]] = {
    "prose": {"malformed"},
    "deep-answer": {"malformed"},
    "huge-number-answer": {"malformed"},
    "wrong-schema": {"malformed"},
    "wrong-language": {"script"},
    "four-questions": {"count"},
    "six-questions": {"count"},
    "duplicates": {"duplicate"},
    "injected-text": {"injection"},
}
STREAMS: dict[str, tuple[Ending, str]] = {
    "stream-cut": ("broken", "UNAVAILABLE"),
    "stream-stalled": ("hanging", ""),
    "stream-malformed": ("unreadable", "OK"),
    "stream-ended-early": ("unmarked", "OK"),
    "stream-error-event": ("unmarked", "UNAVAILABLE"),
}
ADDRESSES = {"refused", "dns-failure", "tls-failure"}
BIG = {"huge-body", "gzip-bomb"}
ALONE = {"quota"}


@asynccontextmanager
async def started(vendor: VendorName, name: str, **given: Any) -> AsyncIterator[AnyFake]:
    """The fake that shows the fault."""
    async with faulty_vendor(vendor, name, GOOD, **given) as endpoint:
        assert endpoint.fake is not None
        yield endpoint.fake


def cells(*tables: Any) -> list[Any]:
    """The cells of the faults in these tables, as parameters."""
    named = {name for table in tables for name in table}
    found = [cell for cell in fault_cells() if cell.fault in named]
    return [pytest.param(cell, id=f"{cell.fault}-{cell.vendor}-{cell.mode}") for cell in found]
