"""The chain of providers: who is asked, for how long, and what is told of it."""

import asyncio

import pytest
from structlog.testing import capture_logs

from shared.llm.errors import (
    AllProvidersFailed,
    AnswerMalformed,
    AnswerRejected,
    AnswerTruncated,
    ConnectionFailed,
    ContentFiltered,
    CredentialsRejected,
    ModelNotFound,
    Overloaded,
    ProviderError,
    ProviderTimeout,
    QuotaExhausted,
    RateLimited,
    RequestRejected,
)
from shared.llm.fallback import FallbackClient
from shared.llm.messages import ABANDONED, Attempt, Completion
from shared.llm.scripted import HANG
from tests.unit.llm.chains import USAGE, SlowClient, Time, chain, client, outcomes, read
from tests.unit.llm.conftest import PROMPT

FAILURES: tuple[ProviderError, ...] = (
    RateLimited(retry_after=3),
    QuotaExhausted(),
    Overloaded(),
    ProviderTimeout(),
    ConnectionFailed(),
    CredentialsRejected(),
    ModelNotFound(),
    RequestRejected(),
    ContentFiltered(),
    AnswerTruncated(),
    AnswerMalformed(),
    ProviderError(),
)


async def test_the_first_provider_answers_alone() -> None:
    """No other provider hears of a request that the first one answers."""
    first, second = client("a", "1"), client("b")

    answer = await chain(first, second).answer(PROMPT, read, timeout=60)

    assert (answer.value, answer.completion.provider) == (1, "a")
    assert outcomes(answer.attempts) == [("a", "OK")]
    assert second.prompts == []


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: failure.reason)
async def test_every_failure_moves_on_at_once(failure: ProviderError) -> None:
    """Whatever the reason, the next provider is asked without a wait and without a second try of the first."""
    time = Time()
    first, second = client("a", failure), client("b", "2")

    answer = await chain(first, second, time=time).answer(PROMPT, read, timeout=60)

    assert answer.value == 2
    assert outcomes(answer.attempts) == [("a", failure.reason), ("b", "OK")]
    assert time.slept == []


async def test_an_answer_that_is_refused_moves_on_and_is_still_counted() -> None:
    """A rejected answer is paid for: its usage and the checks that it failed are in the ledger."""
    clients = client("a", '"bad"'), client("b", "no json"), client("c", "2")

    answer = await chain(*clients).answer(PROMPT, read, timeout=60)

    assert outcomes(answer.attempts) == [("a", "ANSWER_REJECTED"), ("b", "ANSWER_MALFORMED"), ("c", "OK")]
    assert answer.attempts[0].failed_checks == ("grounded", "pii")
    assert [attempt.usage for attempt in answer.attempts] == [USAGE] * 3


async def test_the_usage_that_a_failure_carries_is_in_the_ledger() -> None:
    """An answer that was cut short costs what it costs."""
    answer = await chain(client("a", AnswerTruncated(usage=USAGE)), client("b", "2")).answer(PROMPT, read, timeout=60)

    assert answer.attempts[0].usage == USAGE


async def test_when_all_fail_the_error_names_every_attempt() -> None:
    """The end of the chain is one error with the reason of each attempt, and nothing invented."""
    clients = client("a", ProviderTimeout()), client("b", CredentialsRejected()), client("c", ContentFiltered())

    with pytest.raises(AllProvidersFailed) as raised:
        await chain(*clients).answer(PROMPT, read, timeout=60)

    assert outcomes(raised.value.attempts) == [
        ("a", "TIMEOUT"),
        ("b", "CREDENTIALS_REJECTED"),
        ("c", "CONTENT_FILTERED"),
    ]
    assert str(raised.value) == "all providers failed: a TIMEOUT, b CREDENTIALS_REJECTED, c CONTENT_FILTERED"


@pytest.mark.parametrize(
    ("failure", "attempts", "slept"),
    [
        (RateLimited(retry_after=3), 2, [3]),
        (RateLimited(retry_after=59.5), 1, []),
        (AnswerTruncated(), 2, [0]),
        (AnswerMalformed(), 2, [0]),
        (AnswerRejected(["count"]), 2, [0]),
        (QuotaExhausted(), 1, []),
        (ProviderTimeout(), 1, []),
        (CredentialsRejected(), 1, []),
        (RequestRejected(), 1, []),
        (ContentFiltered(), 1, []),
    ],
    ids=lambda value: getattr(value, "reason", None),
)
async def test_once_all_have_failed_one_is_asked_once_more_where_that_may_help(
    failure: ProviderError, attempts: int, slept: list[float]
) -> None:
    """With nobody left to move on to, one has a second chance if there is time for it, wherever it stands."""
    time = Time()
    first = client("a", failure, failure)

    with pytest.raises(AllProvidersFailed) as raised:
        await chain(first, client("b", ProviderTimeout()), time=time).answer(PROMPT, read, timeout=60)

    assert len(first.prompts) == attempts
    assert len(raised.value.attempts) == 1 + attempts
    assert time.slept == slept


async def test_the_second_chance_goes_to_who_may_answer_soonest() -> None:
    """A vendor that asks for a minute's wait is left for one whose answer was just not good enough."""
    clients = client("a", RateLimited(retry_after=30)), client("b", '"bad"', "2")

    answer = await chain(*clients).answer(PROMPT, read, timeout=60)

    assert outcomes(answer.attempts) == [("a", "RATE_LIMITED"), ("b", "ANSWER_REJECTED"), ("b", "OK")]


async def test_a_wait_that_nobody_asked_for_is_a_second_at_most() -> None:
    """Without a word of the vendor the second try comes soon, at no fixed moment."""
    time = Time()

    for _ in range(30):
        await chain(client("a", Overloaded(), "1"), time=time).answer(PROMPT, read, timeout=60)

    assert len(time.slept) == 30
    assert all(0 <= seconds <= 1 for seconds in time.slept)
    assert len(set(time.slept)) > 1


async def test_what_is_left_is_shared_fairly() -> None:
    """Each provider gets the time that is left over those who are left, so the last one has its turn."""
    time = Time()
    first = SlowClient([Overloaded()], time, 20, "a")
    second = SlowClient([Overloaded()], time, 10, "b")
    third = SlowClient(["3"], time, 1, "c")

    await chain(first, second, third, time=time).answer(PROMPT, read, timeout=60)

    assert [*first.timeouts, *second.timeouts, *third.timeouts] == [20, 20, 30]


async def test_nobody_is_asked_after_the_deadline() -> None:
    """When time is over, the providers that are left are not troubled."""
    time = Time()
    first, second = SlowClient([Overloaded()], time, 61, "a"), client("b", "2")

    with pytest.raises(AllProvidersFailed) as raised:
        await chain(first, second, time=time).answer(PROMPT, read, timeout=60)

    assert outcomes(raised.value.attempts) == [("a", "OVERLOADED")]
    assert second.prompts == []


async def test_a_provider_that_ignores_its_timeout_is_left() -> None:
    """The chain enforces the share itself."""
    answer = await FallbackClient.of([client("a", HANG), client("b", "2")]).answer(PROMPT, read, timeout=0.2)

    assert outcomes(answer.attempts) == [("a", "TIMEOUT"), ("b", "OK")]


async def test_cancelling_starts_nothing_new() -> None:
    """A caller who leaves ends the chain at once; whoever watches attempts hears that one was given up."""
    seen: list[Attempt] = []
    first, second = client("a", HANG), client("b", "2")
    task = asyncio.create_task(chain(first, second, on_attempt=seen.append).answer(PROMPT, read, timeout=60))
    await first.asked.wait()

    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert second.prompts == []
    assert outcomes(seen) == [("a", ABANDONED)]


async def test_a_client_that_breaks_costs_no_answer_and_is_seen() -> None:
    """A defect of one client is logged as an error and the next provider is asked."""
    with capture_logs() as events:
        answer = await chain(client("a", ZeroDivisionError("of ours")), client("b", "2")).answer(
            PROMPT, read, timeout=60
        )

    assert outcomes(answer.attempts) == [("a", "PROVIDER_FAILED"), ("b", "OK")]
    assert [(event["event"], event["log_level"]) for event in events] == [
        ("llm.client_broke", "error"),
        ("llm.attempt_failed", "warning"),
    ]


async def test_a_defect_in_reading_the_answer_passes_through() -> None:
    """What `accept` raises beside the two errors that it may is ours, and no other provider would mend it."""
    seen: list[Attempt] = []
    second = client("b", "2")

    def broken(_: Completion) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await chain(client("a", "1"), second, on_attempt=seen.append).answer(PROMPT, broken, timeout=60)

    assert second.prompts == []
    assert [(attempt.outcome, attempt.usage) for attempt in seen] == [(ABANDONED, USAGE)]


async def test_every_failed_attempt_is_one_event_without_text() -> None:
    """The log tells who failed, how and for how long; never what was asked or answered."""
    with capture_logs() as events:
        await chain(client("a", '"bad"'), client("b", "2")).answer(PROMPT, read, timeout=60)

    assert events == [
        {
            "event": "llm.attempt_failed",
            "log_level": "warning",
            "provider": "a",
            "model": "a-1",
            "outcome": "ANSWER_REJECTED",
            "duration_ms": 0,
            "failed_checks": ["grounded", "pii"],
            "kept_items": 0,
        }
    ]


async def test_watchers_of_the_chain_and_of_the_call_see_the_same() -> None:
    """Attempts are told as they end, also where the answer is an error."""
    of_chain: list[Attempt] = []
    of_call: list[Attempt] = []

    with pytest.raises(AllProvidersFailed) as raised:
        await chain(client("a", ContentFiltered()), client("b", ContentFiltered()), on_attempt=of_chain.append).answer(
            PROMPT, read, timeout=60, on_attempt=of_call.append
        )

    assert of_chain == of_call == list(raised.value.attempts)


async def test_concurrent_calls_keep_their_own_ledgers() -> None:
    """One chain serves many callers, and no attempt of one shows in the answer of another."""
    many = 50
    shared = chain(client("a", *[Overloaded()] * many), client("b", *map(str, range(many))))

    answers = await asyncio.gather(*(shared.answer(PROMPT, read, timeout=60) for _ in range(many)))

    assert sorted(answer.value for answer in answers) == list(range(many))
    assert all(outcomes(answer.attempts) == [("a", "OVERLOADED"), ("b", "OK")] for answer in answers)


async def test_a_chain_completes_like_a_client() -> None:
    """A chain stands where a client does: names of the first, the completion of whoever answered."""
    shared = chain(client("a", Overloaded()), client("b", "text"))

    completion = await shared.complete(PROMPT, timeout=60)

    assert (shared.provider, shared.model, shared.providers) == ("a", "a-1", ("a", "b"))
    assert (completion.text, completion.provider) == ("text", "b")


async def test_closing_a_chain_closes_its_clients() -> None:
    """Whoever made the chain of its own clients needs to close nothing else."""
    clients = client("a"), client("b")

    await chain(*clients).close()

    assert all(each.closed for each in clients)


def test_a_chain_of_nobody_is_refused() -> None:
    """An empty chain is a mistake of whoever builds it."""
    with pytest.raises(ValueError, match="at least one"):
        FallbackClient.of([])
