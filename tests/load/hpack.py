"""As much of HPACK (RFC 7541) as a gRPC call needs: its headers made once, the status read out of its end."""

# Of `:method: POST` and `:scheme: http` in the table that every HTTP/2 has; names of it that are given a value.
_POST, _HTTP = b"\x83", b"\x86"
_PATH_NAME, _AUTHORITY_NAME, _CONTENT_TYPE_NAME = b"\x04", b"\x01", b"\x0f\x10"
_STATIC_ENTRIES = 61
# Huffman codes (RFC 7541, appendix B) of the characters of `grpc-status` and of its values.
_CODES = {
    "g": "100110", "r": "101100", "p": "101011", "c": "00100", "-": "010110", "s": "01000", "t": "01001",
    "a": "00011", "u": "101101", "0": "00000", "1": "00001", "2": "00010", "3": "011001", "4": "011010",
    "5": "011011", "6": "011100", "7": "011101", "8": "011110", "9": "011111",
}  # fmt: skip


def method_headers(path: str, authority: str = "localhost") -> bytes:
    """The header block of calls of one method, `/package.Service/Method`."""
    fields = _PATH_NAME + _text(path) + _AUTHORITY_NAME + _text(authority)
    fields += _CONTENT_TYPE_NAME + _text("application/grpc")
    return _POST + _HTTP + fields + b"\x00" + _text("te") + _text("trailers")


def read_status(block: bytes) -> int | None:
    """The `grpc-status` in a header block without dynamic entries; raises `ValueError` where there is one."""
    at = 0
    while at < len(block):
        first = block[at]
        if first & 0x80:
            index, at = _integer(block, at, 7)
            if index > _STATIC_ENTRIES:
                raise ValueError("an entry of a dynamic table, which was forbidden")
            continue
        if first & 0xE0 == 0x20:
            _, at = _integer(block, at, 5)
            continue
        index, at = _integer(block, at, 6 if first & 0x40 else 4)
        name, at = (b"", at) if index else _string(block, at)
        value, at = _string(block, at)
        if name in _STATUS_NAMES:
            return _STATUS_VALUES.get(value)
    return None


def _integer(block: bytes, at: int, bits: int) -> tuple[int, int]:
    """The number with a prefix of so many bits, and the place behind it."""
    most = (1 << bits) - 1
    value = block[at] & most
    at += 1
    if value < most:
        return value, at
    shift = 0
    while True:
        byte = block[at]
        at += 1
        value += (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            return value, at


def _string(block: bytes, at: int) -> tuple[bytes, int]:
    """A string as it is written, its length included: names and values are compared in that form."""
    length, start = _integer(block, at, 7)
    return block[at : start + length], start + length


def _huffman(text: str) -> bytes:
    bits = "".join(_CODES[character] for character in text)
    bits += "1" * (-len(bits) % 8)
    data = int(bits, 2).to_bytes(len(bits) // 8, "big")
    return bytes([0x80 | len(data)]) + data


def _text(text: str) -> bytes:
    data = text.encode()
    assert len(data) < 127, "longer texts need more than one byte of length"
    return bytes([len(data)]) + data


_STATUS_NAMES = {_text("grpc-status"), _huffman("grpc-status")}
_STATUS_VALUES = {write(str(number)): number for number in range(17) for write in (_text, _huffman)}
