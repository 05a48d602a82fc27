"""Between messages and the vocabulary that the generators share."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Literal, Protocol, get_args

from career.generation.v1 import generation_pb2 as messages
from shared.errors import Violation
from shared.generation.errors import InvalidRequest
from shared.generation.model import GenerationRequest, Language, ProviderSums
from shared.llm.endpoint import EndpointStatus
from shared.llm.messages import Attempt, Usage
from shared.llm.progress import Restarted, Started
from shared.resume_key import check_key, normalize_key

_LANGUAGES: tuple[Language, ...] = get_args(Language)
_DEFAULT_LANGUAGE: Language = "ko"
# Of a number in the contract; the sums of a day could grow beyond it.
_MOST = 2**31 - 1
_PROVIDER = re.compile(r"[a-z0-9_-]{1,32}")


class GenerationMessage(Protocol):
    """A request to write something; the messages of the services have these fields in common."""

    unique_key: str
    provider: str
    language: str
    fallback: bool

    def HasField(self, field_name: Literal["fallback"]) -> bool:  # noqa: N802 - protobuf's name
        """Whether an optional field is set."""


def read_generation_request(message: GenerationMessage, also: Sequence[Violation] = ()) -> GenerationRequest:
    """What the caller wishes; raises `InvalidRequest` with all that is wrong, `also` in other fields."""
    wanted = message.language or _DEFAULT_LANGUAGE
    language = next((known for known in _LANGUAGES if known == wanted), None)
    provider = message.provider.lower()
    unique_key = normalize_key(message.unique_key)
    violations = list(also)
    if language is None:
        violations.append(Violation("language", f"must be one of {', '.join(_LANGUAGES)}"))
    if provider and not _PROVIDER.fullmatch(provider):
        violations.append(Violation("provider", "must be a name of at most 32 letters, digits, '_' and '-'"))
    if language is None or violations:
        # The key is the use case's to refuse; beside other faults it is named with them.
        raise InvalidRequest([*check_key(unique_key), *violations])
    return GenerationRequest(
        unique_key=unique_key,
        language=language,
        provider=provider or None,
        fallback=message.fallback if message.HasField("fallback") else True,
    )


def read_day(text: str) -> date | None:
    """A day, None where the text is empty; raises `InvalidRequest`."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    # fromisoformat takes other forms of ISO 8601 too.
    if day is None or day.isoformat() != text:
        raise InvalidRequest([Violation("day", "must be a day such as 2026-11-20")])
    return day


def write_usage(usage: Usage | None) -> messages.Usage | None:
    """Usage as a message, None where nothing is known."""
    if usage is None:
        return None
    return messages.Usage(
        input_tokens=min(usage.input_tokens, _MOST),
        cached_input_tokens=min(usage.cached_input_tokens, _MOST),
        output_tokens=min(usage.output_tokens, _MOST),
        thinking_tokens=min(usage.thinking_tokens, _MOST),
        cost_usd=usage.cost_usd,
        cache_write_input_tokens=min(usage.cache_write_input_tokens, _MOST),
    )


def write_attempts(attempts: Sequence[Attempt]) -> list[messages.Attempt]:
    """Attempts as messages."""
    return [
        messages.Attempt(
            provider=attempt.provider,
            model=attempt.model,
            outcome=attempt.outcome,
            duration_ms=attempt.duration_ms,
            failed_checks=attempt.failed_checks,
            usage=write_usage(attempt.usage),
            hedge=attempt.hedge,
            first_token_ms=attempt.first_token_ms,
            kept_items=attempt.kept_items,
            rejections=[messages.Rejection(check=r.check, item=r.item) for r in attempt.rejections],
        )
        for attempt in attempts
    ]


def write_started(event: Started) -> messages.StreamStarted:
    """The start of a stream as a message."""
    return messages.StreamStarted(provider=event.provider, model=event.model)


def write_restarted(event: Restarted) -> messages.StreamRestarted:
    """That another request took over, as a message."""
    return messages.StreamRestarted(
        provider=event.provider, model=event.model, cause=event.cause, kept_indexes=event.kept_indexes
    )


def write_sums(sums: Sequence[ProviderSums]) -> list[messages.ProviderUsage]:
    """Sums of a day as messages."""
    return [
        messages.ProviderUsage(
            provider=entry.provider,
            model=entry.model,
            calls=entry.calls,
            failures=entry.failures,
            usage=write_usage(entry.usage),
            calls_of_unknown_cost=entry.calls_of_unknown_cost,
        )
        for entry in sums
    ]


def write_statuses(endpoints: Sequence[EndpointStatus]) -> list[messages.ProviderStatus]:
    """How the providers are, as messages."""
    return [
        messages.ProviderStatus(
            provider=status.provider,
            model=status.model,
            circuit=status.circuit,
            cause=status.cause,
            retry_in_seconds=round(status.seconds_left, 1),
            median_first_token_ms=_milliseconds(status.median_first_token),
            median_ms=_milliseconds(status.median_seconds),
            p95_ms=_milliseconds(status.p95_seconds),
        )
        for status in endpoints
    ]


def _milliseconds(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1000)
