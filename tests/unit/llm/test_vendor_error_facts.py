"""What an error of a vendor tells: when to come back, and nothing that must not be told."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from structlog.testing import capture_logs

from shared.llm.errors import AllProvidersFailed, ProviderError, RateLimited
from shared.llm.fallback import FallbackClient
from tests.support.vendors import VENDOR_TEXT, status
from tests.unit.llm.conftest import KEY, PROMPT, Vendor, start_vendor

IN_AN_HOUR = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)


@pytest.mark.parametrize("name", ["openai", "claude"])
@pytest.mark.parametrize(
    ("header", "low", "high"),
    [("2", 2, 2), ("0.5", 0.5, 0.5), ("-3", 0, 0), (IN_AN_HOUR, 3000, 3600), ("Thu, 01 Jan 1970 00:00:00 GMT", 0, 0)],
    ids=["seconds", "fraction", "negative", "date", "past date"],
)
async def test_retry_after_is_read_in_seconds(name: str, header: str, low: float, high: float) -> None:
    """The header is a number or an HTTP date."""
    async with start_vendor(name) as vendor:
        vendor.fake.script(status(429, retry_after=header))

        with pytest.raises(RateLimited) as raised:
            await vendor.client.complete(PROMPT, timeout=5)

        assert raised.value.retry_after is not None
        assert low <= raised.value.retry_after <= high


@pytest.mark.parametrize("header", ["soon", "nan", "inf", "1e99", "9999999"])
async def test_a_senseless_retry_after_is_ignored(header: str) -> None:
    """What is no sensible time is as good as nothing."""
    async with start_vendor("openai") as vendor:
        vendor.fake.script(status(429, retry_after=header))

        with pytest.raises(RateLimited) as raised:
            await vendor.client.complete(PROMPT, timeout=5)

        assert raised.value.retry_after is None


async def test_google_says_when_to_come_back_in_the_details() -> None:
    """RetryInfo is what a header is elsewhere."""
    async with start_vendor("gemini") as vendor:
        vendor.fake.script(status(429, retry_after=1.5))

        with pytest.raises(RateLimited) as raised:
            await vendor.client.complete(PROMPT, timeout=5)

        assert raised.value.retry_after == 1.5


async def _no_wait(_: float) -> None:
    pass


@pytest.mark.parametrize("code", [400, 401, 429, 500])
async def test_an_error_says_nothing_of_key_prompt_or_vendor(
    vendor: Vendor, code: int, caplog: pytest.LogCaptureFixture
) -> None:
    """A vendor's error that repeats all it was sent leaves no trace in the text of ours, nor in any log."""
    vendor.fake.script(default=status(code))

    with pytest.raises(ProviderError) as raised:
        await vendor.client.complete(PROMPT, timeout=5)
    with capture_logs() as events, pytest.raises(AllProvidersFailed) as ended:
        await FallbackClient.of([vendor.client], sleep=_no_wait).complete(PROMPT, timeout=5)

    assert raised.value.__suppress_context__
    assert events
    error = raised.value
    for told in (str(error), repr(error), repr(vars(error)), str(ended.value), str(events), caplog.text):
        for secret in (KEY, PROMPT.user, PROMPT.system, VENDOR_TEXT):
            assert secret not in told
