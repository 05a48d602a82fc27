"""One vendor with one fault, behind the address that a client is given."""

import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

from tests.support.vendors.authority import stranger
from tests.support.vendors.behaviours import DEFAULT_SHARE
from tests.support.vendors.claude import FakeClaude
from tests.support.vendors.fault_table import FAULTS, fault
from tests.support.vendors.faults import Address, UnknownFault, VendorName
from tests.support.vendors.gemini import FakeGemini
from tests.support.vendors.openai import FakeOpenAI

AnyFake = FakeGemini | FakeOpenAI | FakeClaude
FAKES: Mapping[VendorName, type[AnyFake]] = {"gemini": FakeGemini, "openai": FakeOpenAI, "claude": FakeClaude}
# The top-level domain that never resolves (RFC 2606).
_NOWHERE = "nowhere.invalid"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`base_url` is what `ProviderSettings` takes; `fake` is None where no server is behind the address."""

    vendor: VendorName
    base_url: str
    fake: AnyFake | None


@asynccontextmanager
async def faulty_vendor(
    vendor: VendorName,
    name: str,
    good: Mapping[str, Any],
    *,
    port: int = 0,
    pieces: int = 4,
    latency: float = 0.0,
    share: float = DEFAULT_SHARE,
) -> AsyncIterator[Endpoint]:
    """A vendor that shows this fault on every call. Raises as `fault` does."""
    row = FAULTS.get(name)
    if row is None:
        raise UnknownFault(name)
    make = FAKES[vendor]
    if row.make is Address.REFUSED:
        with _closed_port(port) as number:
            yield Endpoint(vendor, base_url(vendor, "127.0.0.1", number), None)
    elif row.make is Address.DNS_FAILURE:
        yield Endpoint(vendor, base_url(vendor, _NOWHERE, port or 443), None)
    else:
        strange = row.make is Address.TLS_FAILURE
        default = None if strange else fault(name, vendor, good, share=share)
        identity = stranger() if strange else None
        fake = make(port=port, default=default, latency=latency, pieces=pieces, identity=identity)
        async with fake:
            yield Endpoint(vendor, fake.base_url, fake)


def base_url(vendor: VendorName, host: str, port: int) -> str:
    """The address of a vendor at a host and a port, without TLS where it speaks HTTP."""
    if vendor == "gemini":
        return f"{host}:{port}"
    return f"http://{host}:{port}{'/v1' if vendor == 'openai' else ''}"


@contextmanager
def _closed_port(port: int) -> Iterator[int]:
    """A port that is taken, so that nobody else listens on it, and closed."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", port))
        yield held.getsockname()[1]
