"""Protobuf messages that no serializer would write: what malformed and senseless JSON is elsewhere."""

from tests.support.vendors.behaviours import DEPTH, DIGITS

# Numbers of fields: `candidates` of a GenerateContentResponse, `content` of a candidate, `parts` of a content,
# `function_call` of a part, `args` of a function call.
_TO_ARGS = (1, 1, 1, 4, 2)
_UNKNOWN = 501


def unreadable() -> bytes:
    """Opens a field that is longer than the message."""
    return _key(1, 2) + _varint(1_000) + b"?"


def deep() -> bytes:
    """Lists in lists as the arguments of a function call, which is where the contract takes any value."""
    value = b""
    for _ in range(DEPTH // 2):
        # `list_value` of a Value, `values` of a ListValue.
        value = _field(6, _field(1, value))
    value = _field(1, _field(1, b"a") + _field(2, value))  # `fields` of a Struct: an entry with key and value
    for number in reversed(_TO_ARGS):
        value = _field(number, value)
    return value


def huge_number() -> bytes:
    """A number of very many bytes, where the contract ends at ten."""
    return _key(_UNKNOWN, 0) + b"\xff" * DIGITS + b"\x01"


def with_blanks(message: bytes, count: int) -> bytes:
    """The message behind so many blanks in a field that no contract knows, so that it stays a sound one."""
    return b"".join((_key(_UNKNOWN, 2), _varint(count), b" " * count, message))


def _field(number: int, content: bytes) -> bytes:
    return _key(number, 2) + _varint(len(content)) + content


def _key(number: int, kind: int) -> bytes:
    return _varint(number << 3 | kind)


def _varint(value: int) -> bytes:
    data = bytearray()
    while value > 0x7F:
        data.append(value & 0x7F | 0x80)
        value >>= 7
    data.append(value)
    return bytes(data)
