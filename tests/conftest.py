"""What every test has: a fixed clock, and a guard against any network but this machine's own."""

import ipaddress
import sys
from datetime import UTC, datetime
from itertools import count

import pytest

from shared.clock import Clock

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def _refuse_other_hosts(event: str, arguments: tuple[object, ...]) -> None:
    if event != "socket.connect":
        return
    address = arguments[1]
    if isinstance(address, tuple) and not ipaddress.ip_address(str(address[0]).partition("%")[0]).is_loopback:
        raise PermissionError("a test tried to reach another host")


sys.addaudithook(_refuse_other_hosts)


@pytest.fixture
def clock() -> Clock:
    """Time stands still; ids count up from 1 in 32 digits."""
    numbers = count(1)
    return Clock(now=lambda: NOW, new_id=lambda: f"{next(numbers):032x}")
