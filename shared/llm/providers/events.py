"""Server-sent events, read from bytes as they come from the network."""

from collections.abc import Iterator
from typing import NamedTuple

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Event(NamedTuple):
    """`name` is empty where the server gave none, `data` is as it was sent: UTF-8, as a rule, and JSON."""

    name: str
    data: bytes


class EventReader:
    """Follows the WHATWG specification of event streams.

    A piece may end anywhere, in the middle of a letter or of a line's end too. What no blank line ends is no event.
    """

    def __init__(self) -> None:
        self._held: list[bytes] = []
        self._name = b""
        self._data: list[bytes] = []
        self._first = True
        self._after_return = False

    def feed(self, piece: bytes) -> Iterator[Event]:
        """The events that `piece` completes, in their order."""
        for line in self._lines(piece):
            if line:
                self._read(line)
                continue
            if self._data:
                yield Event(self._name.decode("utf-8", "replace"), b"\n".join(self._data))
            self._name, self._data = b"", []

    def _lines(self, piece: bytes) -> list[bytes]:
        if self._after_return and piece:
            piece = piece.removeprefix(b"\n")  # the other half of a line's end
            self._after_return = False
        if b"\r" in piece:
            self._after_return = piece.endswith(b"\r")
            piece = piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        lines = piece.split(b"\n")
        if len(lines) == 1:
            self._held.append(piece)
            return []
        # A long line that comes in many pieces is put together once.
        lines[0] = b"".join([*self._held, lines[0]])
        self._held = [lines.pop()]
        if self._first:
            lines[0] = lines[0].removeprefix(_BYTE_ORDER_MARK)
            self._first = False
        return lines

    def _read(self, line: bytes) -> None:
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"data":
            self._data.append(value)
        elif field == b"event":
            self._name = value
        # A comment is a line whose field has no name; ids and reconnection times are of no use to us.
