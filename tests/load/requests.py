"""Requests as bytes, made once and sent often."""

import json
from collections.abc import Mapping
from typing import Any


def request(
    method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None, *, host: str = "localhost"
) -> bytes:
    """One request of HTTP/1.1 on a connection that stays; a body is sent as JSON."""
    fields = {"host": host, **(headers or {})}
    data = b""
    if body is not None:
        data = json.dumps(body, ensure_ascii=False).encode()
        fields |= {"content-type": "application/json", "content-length": str(len(data))}
    elif method in ("POST", "PUT"):
        fields |= {"content-length": "0"}
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + data
