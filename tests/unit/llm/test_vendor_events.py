"""Server-sent events, held against the WHATWG specification."""

import pytest

from shared.llm.providers.events import Event, EventReader

STREAMS = [
    (b"data: a\n\n", [Event("", b"a")]),
    (b"data:a\n\n", [Event("", b"a")]),
    (b"data:  a\n\n", [Event("", b" a")]),
    (b"event: x\ndata: a\n\n", [Event("x", b"a")]),
    (b"data: a\nevent: x\n\n", [Event("x", b"a")]),
    (b"event: x\ndata: a\n\ndata: b\n\n", [Event("x", b"a"), Event("", b"b")]),
    (b"data: a\ndata: b\n\n", [Event("", b"a\nb")]),
    (b"data\n\n", [Event("", b"")]),
    (b"event: x\n\ndata: b\n\n", [Event("", b"b")]),
    (b": a comment\n\n:\ndata: a\n: another\n\n", [Event("", b"a")]),
    (b"id: 1\nretry: 10\nunknown: x\nDATA: b\ndata: a\n\n", [Event("", b"a")]),
    (b"data: a\r\n\r\ndata: b\r\n\r\n", [Event("", b"a"), Event("", b"b")]),
    (b"data: a\r\rdata: b\r\r", [Event("", b"a"), Event("", b"b")]),
    (b"data: a\n\r\ndata: b\r\n\n", [Event("", b"a"), Event("", b"b")]),
    (b"\xef\xbb\xbfdata: a\n\n", [Event("", b"a")]),
    ("event: 가\ndata: 나: 다\n\n".encode(), [Event("가", "나: 다".encode())]),
    (b"data: a\n\ndata: half", [Event("", b"a")]),
    (b"data: a\n\ndata: half\n", [Event("", b"a")]),
    (b"event: \xff\ndata: \xff\n\n", [Event("\ufffd", b"\xff")]),
    (b"\n\n\n", []),
    (b"", []),
]


@pytest.mark.parametrize(
    ("stream", "events"), STREAMS, ids=lambda value: repr(value) if isinstance(value, bytes) else ""
)
def test_a_stream_is_read_as_specified(stream: bytes, events: list[Event]) -> None:
    """Names, lines of data, comments and all three ends of a line; what no blank line ends is no event."""
    reader = EventReader()

    read = list(reader.feed(stream))

    assert read == events


@pytest.mark.parametrize(
    ("stream", "events"), STREAMS, ids=lambda value: repr(value) if isinstance(value, bytes) else ""
)
def test_where_the_network_splits_a_stream_changes_nothing(stream: bytes, events: list[Event]) -> None:
    """Two pieces of every size, and single bytes, in the middle of a letter or of a line's end too."""
    ways = [[stream[:at], stream[at:]] for at in range(len(stream) + 1)]
    ways.append([stream[at : at + 1] for at in range(len(stream))])

    for pieces in ways:
        reader = EventReader()
        assert [event for piece in pieces for event in reader.feed(piece)] == events


def test_a_blank_line_ends_an_event_at_once() -> None:
    """No event waits for the byte behind it, whichever way lines end."""
    reader = EventReader()

    read = [len(list(reader.feed(piece))) for piece in (b"data: a\r", b"\r", b"\n", b"data: b\n", b"\n")]

    assert read == [0, 1, 0, 0, 1]
