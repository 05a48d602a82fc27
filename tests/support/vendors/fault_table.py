"""The table of faults: what can go wrong with a vendor, by name, and how each wire shows it."""

from collections.abc import Mapping
from typing import Any

from tests.support.vendors import spoiling
from tests.support.vendors.behaviours import (
    DEFAULT_SHARE,
    Behaviour,
    Damage,
    End,
    Status,
    answer,
    drip,
    hang,
    refuse,
    status,
    wrong_shape,
)
from tests.support.vendors.faults import (
    Address,
    Fault,
    Good,
    UnknownFault,
    VendorName,
    always,
    by_status,
    come_back_by_date,
    cut_by_tokens,
    cut_off,
    damaged,
    redirected,
    spoiled,
)

_TEXT = "the text of an answer that is sound in form"
_NO_DATES = "RetryInfo holds a duration and never a date"
_NO_REDIRECTS = "gRPC has no redirects"

_ROWS = (
    # The address.
    Fault("refused", "nothing listens", Address.REFUSED, "a closed port", "a closed port"),
    Fault("dns-failure", "the name does not resolve", Address.DNS_FAILURE, "nowhere.invalid", "nowhere.invalid"),
    Fault(
        "tls-failure",
        "the certificate is not trusted",
        Address.TLS_FAILURE,
        "an https address with a certificate of a stranger",
        "a certificate of a stranger",
    ),
    # Errors. Each repeats what was sent, as some vendors do.
    by_status(400, "the vendor finds fault with the request", "INVALID_ARGUMENT"),
    by_status(401, "the key is wrong", "UNAUTHENTICATED"),
    by_status(403, "the key may not", "PERMISSION_DENIED"),
    by_status(404, "the model is not there", "NOT_FOUND"),
    by_status(408, "the vendor gave up waiting", "DEADLINE_EXCEEDED, by the server"),
    by_status(413, "the request is too large", "INVALID_ARGUMENT, as Google says it"),
    by_status(429, "too many requests", "RESOURCE_EXHAUSTED"),
    Fault(
        "429-retry-after-1",
        "too many requests, come back in a second",
        always(status(429, retry_after=1)),
        "HTTP 429, Retry-After: 1",
        "RESOURCE_EXHAUSTED, RetryInfo of 1 s",
    ),
    Fault(
        "429-retry-after-3600",
        "too many requests, come back in an hour",
        always(status(429, retry_after=3600)),
        "HTTP 429, Retry-After: 3600",
        "RESOURCE_EXHAUSTED, RetryInfo of 3600 s",
    ),
    Fault(
        "429-retry-after-date",
        "too many requests, come back at a time of day",
        come_back_by_date,
        "HTTP 429, Retry-After: a date two seconds from now",
        absent=_NO_DATES,
    ),
    Fault(
        "429-retry-after-garbage",
        "too many requests, and nobody can read when to come back",
        always(status(429, retry_after="soon")),
        "HTTP 429, Retry-After: soon",
        "RESOURCE_EXHAUSTED, RetryInfo of bytes that are none",
        make_for={"gemini": always(Status(429, garbled=True))},
    ),
    Fault(
        "quota",
        "the account is out of money or of its allowance",
        always(status(429, name="insufficient_quota")),
        "HTTP 429, code insufficient_quota",
        "RESOURCE_EXHAUSTED, QuotaFailure of a day's allowance",
        "HTTP 402, billing_error, which is how Anthropic says it",
        {
            "gemini": always(status(429, name="GenerateRequestsPerDayPerProjectPerModel")),
            "claude": always(status(402)),
        },
    ),
    by_status(500, "the vendor fails", "INTERNAL"),
    by_status(502, "a proxy of the vendor fails", "UNAVAILABLE, as gRPC maps it"),
    by_status(503, "the vendor is down", "UNAVAILABLE"),
    by_status(529, "the vendor is overloaded", "UNAVAILABLE, which is how Google says it"),
    # The bytes.
    Fault("hang-before-headers", "nothing ever comes", always(hang()), "no status line", "no headers"),
    Fault(
        "hang-in-body",
        "the first bytes come, and no text",
        damaged(Damage.HELD),
        "headers and the opening of the body",
        "a part of a message; in a stream an empty chunk",
    ),
    Fault(
        "keep-alive",
        "something comes all the time, and never text",
        always(drip()),
        "white space, in a stream comments, every 20 ms",
        "empty chunks every 20 ms; a call in one piece just hangs",
    ),
    Fault(
        "drip",
        "a sound answer comes at one byte per 50 ms",
        damaged(Damage.DRIPPED),
        "the body byte by byte",
        "the HTTP/2 frame of the message byte by byte",
    ),
    Fault(
        "truncated-body",
        "the connection breaks in the middle of the body",
        damaged(Damage.TRUNCATED),
        "a part of the announced bytes; in a stream it ends within an event",
        "a part of a message",
    ),
    Fault(
        "wrong-content-length",
        "more bytes come than were announced",
        damaged(Damage.WRONG_LENGTH),
        "Content-Length of a part of the body, and then all of it",
        "the length before the message is that of a part of it",
    ),
    Fault(
        "malformed-json",
        "the body is not what the content type says",
        damaged(Damage.MALFORMED),
        "JSON that breaks off; in a stream the event with the text",
        "a message that is no protobuf",
    ),
    Fault(
        "deep-json",
        "the body is nested 10,000 deep",
        damaged(Damage.DEEP),
        "lists in lists in place of the text and in an unknown member",
        "lists in lists in the arguments of a function call",
    ),
    Fault(
        "huge-number",
        "the body has a number of 5,000 digits",
        damaged(Damage.HUGE_NUMBER),
        "in place of the text and in an unknown member",
        "a varint of 5,000 bytes",
    ),
    Fault(
        "huge-body",
        "50 MB come",
        damaged(Damage.HUGE),
        "one text; in a stream 800 events of 64 KB",
        "one message; in a stream 800 chunks of 64 KB",
    ),
    Fault(
        "gzip-bomb",
        "200 KB come that unpack to 200 MB",
        damaged(Damage.BOMB),
        "Content-Encoding: gzip, whether or not it was asked for",
        "one message under gRPC's own gzip, 64 KB for 64 MB",
    ),
    Fault(
        "redirect-302",
        "the caller is sent to another host",
        redirected(302),
        "HTTP 302 to another name and port",
        absent=_NO_REDIRECTS,
    ),
    Fault(
        "redirect-307",
        "the caller is sent to another host, with the request",
        redirected(307),
        "HTTP 307 to another name and port",
        absent=_NO_REDIRECTS,
    ),
    Fault(
        "ok-with-error",
        "success, and an error inside",
        damaged(Damage.ERROR_INSIDE),
        "HTTP 200 with the body of an error; in a stream its only event",
        "OK with a message that holds nothing: errors have no other place than the status",
    ),
    Fault("wrong-shape", "success with a body of no known shape", always(wrong_shape()), '{"unexpected": true}', "{}"),
    # The answer.
    Fault("empty-content", "an answer without text", always(answer("")), "an empty text", "an empty text"),
    Fault(
        "content-filter",
        "the vendor's filter stops the answer",
        always(refuse(filtered=True)),
        "finish_reason content_filter",
        "block_reason SAFETY",
        "stop_reason refusal, the one that there is",
    ),
    Fault(
        "refusal",
        "the model refuses",
        always(refuse()),
        "a refusal in place of the text",
        "finish_reason SAFETY",
        "stop_reason refusal",
    ),
    Fault(
        "max-tokens",
        "the answer hits the limit of tokens",
        cut_by_tokens,
        "finish_reason length after a part of the text",
        "finish_reason MAX_TOKENS after a part of the text",
        "stop_reason max_tokens after a part of the text",
    ),
    *(
        Fault(name, about, spoiled(spoil), _TEXT, _TEXT)
        for name, about, spoil in (
            ("prose", "the text is no JSON", spoiling.prose_text),
            ("deep-answer", "the JSON of the text is nested 10,000 deep", spoiling.deep_text),
            ("huge-number-answer", "the JSON of the text has a number of 5,000 digits", spoiling.huge_number_text),
            ("wrong-schema", "items are texts instead of objects", spoiling.wrong_schema),
            ("wrong-language", "all prose is in the other language", spoiling.wrong_language),
            ("four-questions", "one item is missing", spoiling.one_too_few),
            ("six-questions", "there is one item too many", spoiling.one_too_many),
            ("duplicates", "an item comes twice", spoiling.duplicates),
            ("injected-text", "a text gives instructions to a model", spoiling.injected_text),
        )
    ),
    # The stream, after a share of the text.
    *(
        Fault(name, about, cut_off(end), http, grpc, streams_only=True)
        for name, about, end, http, grpc in (
            (
                "stream-cut",
                "the connection breaks",
                End.BROKEN,
                "the chunked body is cut between events",
                "the connection breaks between messages",
            ),
            ("stream-stalled", "nothing more comes", End.STALLED, "silence", "silence"),
            (
                "stream-malformed",
                "an event comes that nobody can read, then the rest",
                End.MALFORMED,
                "an event with broken JSON",
                "a message that is no protobuf",
            ),
            (
                "stream-ended-early",
                "a clean end without the end mark",
                End.CLEAN,
                "the body ends; no finish reason, no [DONE], no message_stop",
                "status OK without a finish reason",
            ),
            (
                "stream-error-event",
                "the vendor tells of an error",
                status(529, name="overloaded_error"),
                "an error event, overloaded_error",
                "status UNAVAILABLE",
            ),
        )
    ),
)
FAULTS: Mapping[str, Fault] = {row.name: row for row in _ROWS}


def fault(name: str, vendor: VendorName, good: Mapping[str, Any], *, share: float = DEFAULT_SHARE) -> Behaviour:
    """What a fake of this vendor does to show the fault, for `script` or as its default.

    Raises `UnknownFault`, for faults of the address too (`faulty_vendor` has those), and `ValueError` where the content
    of an answer is to be spoiled that has no list of items.
    """
    row = FAULTS.get(name)
    if row is None or isinstance(row.make, Address) or (vendor == "gemini" and row.absent):
        raise UnknownFault(name)
    return (row.make_for or {}).get(vendor, row.make)(Good(good, share))
