"""Endpoints as operators write them: `host:port`, the host a name, an IPv4 address, or an IPv6 address in brackets."""

import ipaddress
import re
from typing import Literal

_NAME = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*\.?")
_LAST_PORT = 65535


def split_endpoint(address: str) -> tuple[str, int]:
    """Host, without brackets, and port. Raises `ValueError` where there is no port."""
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)


def kind_of(address: str) -> Literal["ipv4", "ipv6", "name"] | None:
    """What kind of host an endpoint has; None for what is no endpoint."""
    host, _, port = address.rpartition(":")
    if not (port.isascii() and port.isdigit() and 1 <= int(port[:6]) <= _LAST_PORT):
        return None
    try:
        if host.startswith("[") and host.endswith("]"):
            return "ipv6" if ipaddress.IPv6Address(host[1:-1]) else None
        ipaddress.IPv4Address(host)
    except ValueError:
        # Numbers alone are a misspelt address.
        is_name = _NAME.fullmatch(host) and not re.fullmatch(r"[\d.]*", host)
        return "name" if is_name else None
    return "ipv4"
