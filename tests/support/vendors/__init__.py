"""Fake vendor servers: they speak the vendors' wires over real sockets, so that the real SDKs are what is tested.

    async with FakeOpenAI() as fake:
        fake.script(status(429, retry_after=2), answer({"questions": []}))
        ... a client with base_url=fake.base_url ...
        assert fake.requests[0].body["model"] == "gpt-6-luna"

A script is played line by line; when it is over, the default answers. The faults that vendors are known for have names:

    async with faulty_vendor("openai", "stream-cut", good) as endpoint:
        ... a client with base_url=endpoint.base_url ...
"""

from tests.support.vendors.behaviours import (
    VENDOR_TEXT,
    Behaviour,
    End,
    Tokens,
    answer,
    cut,
    drip,
    hang,
    refuse,
    status,
    truncated,
    wrong_shape,
)
from tests.support.vendors.claude import FakeClaude
from tests.support.vendors.fault_cells import absent_cells, fault_cells
from tests.support.vendors.fault_table import FAULTS, fault
from tests.support.vendors.faults import MODES, VENDORS, Cell, Fault, Mode, UnknownFault, VendorName
from tests.support.vendors.faulty import FAKES, AnyFake, Endpoint, faulty_vendor
from tests.support.vendors.gemini import FakeGemini
from tests.support.vendors.openai import FakeOpenAI
from tests.support.vendors.script import ReceivedRequest

__all__ = [
    "FAKES",
    "FAULTS",
    "MODES",
    "VENDORS",
    "VENDOR_TEXT",
    "AnyFake",
    "Behaviour",
    "Cell",
    "End",
    "Endpoint",
    "FakeClaude",
    "FakeGemini",
    "FakeOpenAI",
    "Fault",
    "Mode",
    "ReceivedRequest",
    "Tokens",
    "UnknownFault",
    "VendorName",
    "absent_cells",
    "answer",
    "cut",
    "drip",
    "fault",
    "fault_cells",
    "faulty_vendor",
    "hang",
    "refuse",
    "status",
    "truncated",
    "wrong_shape",
]
