"""The fault server: every fault over a real socket, as a client without an SDK sees it."""

import asyncio
import json
import socket
import ssl
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import pytest
from google.protobuf.message import DecodeError
from google.rpc.error_details_pb2 import QuotaFailure, RetryInfo

from services.interview.checks import check_questions
from services.interview.reading import read_questions
from tests.support.vendors import (
    FAULTS,
    MODES,
    VENDORS,
    Cell,
    Endpoint,
    UnknownFault,
    VendorName,
    absent_cells,
    fault,
    fault_cells,
    faulty_vendor,
)
from tests.support.vendors.http import FakeHttpVendor
from tests.support.vendors.raw_client import Seen, call
from tests.unit.llm.fault_expectations import (
    ADDRESSES,
    ALONE,
    BIG,
    CONTENTS,
    ENDINGS,
    FINISHES,
    GOOD,
    MODEL_ANSWER,
    STATUSES,
    STREAMS,
    TEXT,
    cells,
    started,
)


def test_every_cell_is_shown_below_or_says_why_not() -> None:
    """No fault is in the table without being tried here, and none is left out without a reason."""
    tried = {*STATUSES, *ENDINGS, *FINISHES, *CONTENTS, *STREAMS, *ADDRESSES, *BIG, *ALONE}

    every = {Cell(name, vendor, mode) for name in FAULTS for vendor in VENDORS for mode in MODES}

    assert set(FAULTS) == tried
    assert {*fault_cells(), *absent_cells()} == every
    assert not set(fault_cells()) & set(absent_cells())
    assert all(absent_cells().values())
    assert {cell.fault for cell in absent_cells() if cell.mode == "stream"} == {
        "429-retry-after-date",
        "redirect-302",
        "redirect-307",
    }


@pytest.mark.parametrize("cell", cells(STATUSES))
async def test_an_error_has_the_status_of_its_wire(cell: Cell) -> None:
    """The same fault is told in each vendor's own terms, in a call in one piece and in a stream."""
    async with started(cell.vendor, cell.fault) as fake:
        seen = await call(fake, cell.mode)

        assert seen.status == STATUSES[cell.fault][cell.vendor == "gemini"]
        assert seen.text == ""
        assert len(fake.requests) == 1


@pytest.mark.parametrize("vendor", ["openai", "claude"])
async def test_when_to_come_back_stands_in_a_header(vendor: VendorName) -> None:
    """In seconds, as a date, as nonsense, or not at all."""
    headers = {}
    for kind in ("429", "429-retry-after-1", "429-retry-after-3600", "429-retry-after-date", "429-retry-after-garbage"):
        async with started(vendor, kind) as fake:
            headers[kind.removeprefix("429")] = (await call(fake, "unary")).headers.get("retry-after")

    date = parsedate_to_datetime(headers.pop("-retry-after-date") or "")

    assert 0 < (date - datetime.now(UTC)).total_seconds() < 3
    assert headers == {"": None, "-retry-after-1": "1", "-retry-after-3600": "3600", "-retry-after-garbage": "soon"}


async def test_when_to_come_back_stands_in_the_details_of_grpc() -> None:
    """As a duration, or as bytes that are none."""
    waits = []
    for kind in ("429-retry-after-1", "429-retry-after-3600", "429-retry-after-garbage"):
        async with started("gemini", kind) as fake:
            (detail,) = (await call(fake, "unary")).details
            assert detail.Is(RetryInfo.DESCRIPTOR)
            waits.append(detail.value)

    assert [RetryInfo.FromString(wait).retry_delay.seconds for wait in waits[:2]] == [1, 3600]
    with pytest.raises(DecodeError):
        RetryInfo.FromString(waits[2])


async def test_an_exhausted_quota_is_told_from_a_rate() -> None:
    """Each vendor has its own name for it."""
    seen: dict[str, Seen] = {}
    for vendor in VENDORS:
        async with started(vendor, "quota") as fake:
            seen[vendor] = await call(fake, "stream")

    (detail,) = seen["gemini"].details
    assert "PerDay" in QuotaFailure.FromString(detail.value).violations[0].quota_id
    assert (seen["openai"].status, json.loads(seen["openai"].body)["error"]["code"]) == (429, "insufficient_quota")
    assert (seen["claude"].status, json.loads(seen["claude"].body)["error"]["type"]) == (402, "billing_error")


@pytest.mark.parametrize("name", ["redirect-302", "redirect-307"])
@pytest.mark.parametrize("vendor", ["openai", "claude"])
async def test_whoever_follows_a_redirect_is_noted(vendor: VendorName, name: str) -> None:
    """It leads to another name and port, where a good answer waits for those who bring the request along."""
    async with started(vendor, name) as fake:
        assert isinstance(fake, FakeHttpVendor)
        told = await call(fake, "unary")
        stayed = len(fake.strayed)
        followed = await call(fake, "unary", follow_redirects=True)

        target = urlsplit(told.headers["location"])
        assert (target.hostname, target.port, stayed) == ("localhost", fake.elsewhere, 0)
        assert fake.elsewhere != fake.port
        assert (followed.text, len(fake.strayed)) == ((TEXT, 1) if name == "redirect-307" else ("", 0))


@pytest.mark.parametrize("cell", cells(FINISHES))
async def test_an_answer_ends_for_the_reason_that_is_told(cell: Cell) -> None:
    """No text, or a part of it where the limit of tokens cut it."""
    async with started(cell.vendor, cell.fault) as fake:
        seen = await call(fake, cell.mode)

    assert (seen.ending, seen.finish) == ("whole", FINISHES[cell.fault][cell.vendor])
    assert seen.text == (TEXT[: round(len(TEXT) * 0.6)] if cell.fault == "max-tokens" else "")


def failed_checks(text: str) -> set[str]:
    """What the interview service says of an answer."""
    try:
        questions = read_questions(text)
    except Exception as error:
        return {"malformed"} if type(error).__name__ == "AnswerMalformed" else {repr(error)}
    return {rejection.check for rejection in check_questions(questions, MODEL_ANSWER.subject)}


@pytest.mark.parametrize("cell", cells(CONTENTS))
async def test_a_spoiled_answer_comes_whole_and_fails_its_check(cell: Cell) -> None:
    """The wire is sound, the content is not."""
    async with started(cell.vendor, cell.fault) as fake:
        seen = await call(fake, cell.mode)

    assert (seen.ending, seen.status) == ("whole", "OK" if cell.vendor == "gemini" else 200)
    assert CONTENTS[cell.fault] <= failed_checks(seen.text)
    assert failed_checks(TEXT) == set()


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("name", sorted(ADDRESSES))
async def test_an_address_at_fault_has_nothing_of_the_vendor_behind_it(name: str, vendor: VendorName) -> None:
    """Nobody listens, the name is unknown, or somebody else is there."""
    async with faulty_vendor(vendor, name, GOOD) as endpoint:
        failure = await failure_to_connect(endpoint)

        assert isinstance(failure, {"refused": ConnectionRefusedError, "dns-failure": socket.gaierror}.get(
            name, ssl.SSLCertVerificationError
        ))  # fmt: skip
        assert endpoint.fake is None or endpoint.fake.requests == []


async def failure_to_connect(endpoint: Endpoint) -> Exception:
    """How a connection fails that trusts what the system trusts."""
    url = urlsplit(endpoint.base_url if "//" in endpoint.base_url else f"//{endpoint.base_url}")
    safe = endpoint.base_url.startswith("https") or (endpoint.vendor == "gemini" and endpoint.fake is not None)
    try:
        await asyncio.open_connection(url.hostname, url.port, ssl=ssl.create_default_context() if safe else None)
    except OSError as error:
        return error
    raise AssertionError("somebody is there")


def test_what_a_wire_cannot_show_is_refused() -> None:
    """So are names that nobody knows, and answers that have nothing to spoil."""
    for name, vendor in (("sing", "openai"), ("refused", "openai"), ("redirect-302", "gemini")):
        with pytest.raises(UnknownFault):
            fault(name, vendor, GOOD)  # type: ignore[arg-type] # names of vendors, in a plain tuple
    with pytest.raises(ValueError, match="no list"):
        fault("duplicates", "claude", {})
