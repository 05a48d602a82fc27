"""What every vendor file does at its border: bound a call in all, let nothing vendor-shaped out, count tokens."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import structlog

from shared.llm.errors import LLMError, ProviderError, ProviderTimeout
from shared.llm.messages import Usage
from shared.llm.models import priced, takes_temperature
from shared.llm.settings import ProviderSettings

T = TypeVar("T")

# The longest answers we ask for have 100 kB. As a stream each word of theirs comes in an envelope of 300 bytes.
MAX_ANSWER_BYTES = 4 * 1024 * 1024

# A count beyond this is none: it would break every sum that it goes into, the ones in the database too.
_MOST_TOKENS = 10**9


@contextmanager
def border(
    classify: Callable[[Exception], ProviderError], spent: Callable[[], Usage | None] = lambda: None
) -> Iterator[None]:
    """Turns whatever goes wrong inside into an `LLMError`; cancellation passes untouched.

    `spent` is what is known of the usage by then, for errors that do not say it themselves. The vendor's error is not
    chained: it holds the body of the answer, and its text would end in a log.
    """
    try:
        yield
    except ProviderError as error:
        raise _with_usage(error, spent) from None
    except LLMError:
        raise
    except TimeoutError:
        raise ProviderTimeout(usage=spent()) from None
    except Exception as error:  # an SDK's own errors and what a senseless body leads to have no common root
        raise _with_usage(classify(error), spent) from None


def _with_usage(error: ProviderError, spent: Callable[[], Usage | None]) -> ProviderError:
    if error.usage is None:
        error.usage = spent()
    return error


async def next_of(items: AsyncIterator[T], ends: float) -> T | None:
    """The next item, or None at the end; raises TimeoutError at `ends` (time of the running loop).

    A timeout around the whole loop would strike the code of whoever reads our stream while we are suspended.
    """
    async with asyncio.timeout_at(ends):
        return await anext(items, None)


def classified(table: Mapping[str | int, type[ProviderError]], *names: object) -> type[ProviderError]:
    """The error of the first name that the table knows; a server's own failure (5xx) is named 500."""
    for name in names:
        if isinstance(name, int) and name >= 500:
            return table[500]
        if isinstance(name, str | int) and name in table:
            return table[name]
    return ProviderError


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the vendor asks us to wait, from a number or an HTTP date; None where it says nothing sensible."""
    value = headers.get("retry-after", "").strip()
    try:
        seconds = float(value)
    except ValueError:
        try:
            date = parsedate_to_datetime(value)
        except (ValueError, OverflowError):
            return None
        # RFC 9110: the date is GMT even where it does not say so.
        seconds = (date.replace(tzinfo=date.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    # Refuses NaN too, which compares with nothing.
    return max(0.0, seconds) if seconds < 86_400 else None


def schema_in_words(schema: Mapping[str, Any]) -> str:
    """What asks for the schema where the vendor has no way to hold the answer to it."""
    return "\n\nAnswer with one JSON object and nothing else. It follows this JSON schema:\n" + json.dumps(
        schema, ensure_ascii=False
    )


def temperature_of(settings: ProviderSettings) -> float | None:
    """The temperature to send; says so in the log where one is set that the model does not take."""
    if settings.temperature is None or takes_temperature(settings.name, settings.model):
        return settings.temperature
    structlog.get_logger().warning(
        "llm.option_ignored", provider=settings.name, model=settings.model, option="temperature"
    )
    return None


class TokenTally:
    """Token counts as a vendor reports them, once or again and again in a stream: the largest of each is kept.

    Zero is a count; what is missing or makes no sense is not.
    """

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    def see(self, source: object, *names: str) -> bool:
        """Notes what `source`, a mapping or an object, has under these names; says whether that was news.

        The name of something nested is dotted.
        """
        before = dict(self._counts)
        for name in names:
            value = source
            for part in name.split("."):
                value = value.get(part) if isinstance(value, Mapping) else getattr(value, part, None)
            if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST_TOKENS:
                self._counts[name] = max(value, self._counts.get(name, 0))
        return self._counts != before

    def __getitem__(self, name: str) -> int:
        return self._counts.get(name, 0)

    def knows(self, *names: str) -> bool:
        """Whether all of these were reported."""
        return all(name in self._counts for name in names)


def usage_of(  # one keyword for each kind of token
    settings: ProviderSettings,
    *,
    input: int,  # noqa: A002 - the word of the field
    cached: int,
    output: int,
    thinking: int,
    written: int = 0,
    whole: bool = True,
) -> Usage:
    """Normalised usage, with its cost once it is `whole`.

    `input` includes `cached` and `written`, the tokens read from a cache and written to one; `output` includes
    `thinking`.
    """
    cached = min(cached, input)
    thinking = min(thinking, output)
    usage = Usage(input, cached, output - thinking, thinking, cache_write_input_tokens=min(written, input - cached))
    return priced(settings.name, settings.model, usage, settings.tariff) if whole else usage
