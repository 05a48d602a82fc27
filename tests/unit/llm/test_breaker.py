"""The circuit breaker: when a provider is left alone, for how long, and how it comes back."""

import pytest

from shared.llm.breaker import Circuit, CircuitBreaker
from shared.llm.errors import (
    AnswerRejected,
    AtCapacity,
    ContentFiltered,
    CredentialsRejected,
    ModelNotFound,
    OverBudget,
    Overloaded,
    ProviderError,
    QuotaExhausted,
    RateLimited,
    RequestRejected,
)
from tests.unit.llm.chains import Time


def breaker(time: Time) -> CircuitBreaker:
    """A breaker without jitter, on a clock that tests turn."""
    return CircuitBreaker(now=time.now, chance=lambda: 0.5)


def fail(subject: CircuitBreaker, *failures: ProviderError) -> None:
    """Calls that end so, one after the other."""
    for failure in failures:
        lease = subject.admit()
        assert lease is not None
        lease.fail(failure)


def opened(time: Time, failure: ProviderError | None = None) -> CircuitBreaker:
    """A breaker that three failures have opened."""
    subject = breaker(time)
    fail(subject, *[failure or Overloaded()] * 3)
    return subject


@pytest.mark.parametrize(
    ("failures", "state"),
    [
        ([Overloaded()] * 2, Circuit.CLOSED),
        ([Overloaded()] * 3, Circuit.OPEN),
        ([RateLimited(retry_after=7)], Circuit.OPEN),
        ([CredentialsRejected()], Circuit.OPEN),
        ([ModelNotFound()], Circuit.OPEN),
        ([QuotaExhausted()], Circuit.OPEN),
        ([RequestRejected()] * 20, Circuit.CLOSED),
        ([ContentFiltered()] * 20, Circuit.CLOSED),
        ([AnswerRejected(["count"])] * 20, Circuit.CLOSED),
        ([Overloaded(), Overloaded(), RequestRejected(), Overloaded(), Overloaded()], Circuit.CLOSED),
        ([Overloaded(), ContentFiltered()] * 4, Circuit.CLOSED),
        ([Overloaded(), ContentFiltered()] * 5, Circuit.OPEN),
    ],
    ids=[
        "two are not enough", "three in a row", "told to wait", "credentials", "model", "quota",
        "our request", "refusals", "invalid answers", "an answer in between", "four of eight", "five of ten",
    ],
)  # fmt: skip
def test_what_opens_it(failures: list[ProviderError], state: Circuit) -> None:
    """Few transient failures open it, one that stays does at once, and what is not the provider's fault never does."""
    subject = breaker(Time())

    for failure in failures:
        lease = subject.admit()
        if lease is not None:
            lease.fail(failure)

    assert subject.state is state


@pytest.mark.parametrize(
    ("failure", "pauses"),
    [
        (Overloaded(), [1, 2, 4, 8, 16, 32, 60, 60]),
        (CredentialsRejected(), [300, 600, 1200, 2400, 3600, 3600]),
        (RateLimited(retry_after=10), [10, 10, 10, 10, 16, 32]),
    ],
    ids=lambda value: getattr(value, "reason", None),
)
def test_pauses_grow(failure: ProviderError, pauses: list[float]) -> None:
    """Each probe that fails doubles the pause to its limit, and none is shorter than the vendor asked for."""
    time = Time()
    subject = opened(time, failure) if isinstance(failure, Overloaded) else breaker(time)
    if subject.state is Circuit.CLOSED:
        fail(subject, failure)
    seen = []

    for _ in pauses:
        seen.append(subject.seconds_left)
        assert subject.admit() is None
        time.seconds += subject.seconds_left
        fail(subject, failure)

    assert seen == pauses


def test_pauses_are_jittered() -> None:
    """Processes that saw the same failure do not come back in the same moment."""
    time = Time()
    early = CircuitBreaker(now=time.now, chance=lambda: 0.0)
    late = CircuitBreaker(now=time.now, chance=lambda: 1.0)

    fail(early, CredentialsRejected())
    fail(late, CredentialsRejected())

    assert early.seconds_left == pytest.approx(270)
    assert late.seconds_left == pytest.approx(330)


def test_one_probe_at_a_time_closes_it() -> None:
    """After the pause one call is let through; while it is out nobody else is, and its answer lets all in again."""
    time = Time()
    subject = opened(time)
    time.seconds += 1

    probe = subject.admit()

    assert probe is not None
    assert subject.state.value == "half_open"
    assert subject.admit() is None
    probe.succeed()
    assert (subject.state, subject.cause, subject.seconds_left) == (Circuit.CLOSED, "", 0.0)
    fail(subject, Overloaded(), Overloaded())
    assert subject.state is Circuit.CLOSED


@pytest.mark.parametrize("unusable", [RequestRejected(), AnswerRejected(["count"])], ids=lambda error: error.reason)
def test_a_probe_that_shows_life_closes_it(unusable: ProviderError) -> None:
    """An answer that we cannot use is an answer."""
    time = Time()
    subject = opened(time)
    time.seconds += 1

    fail(subject, unusable)

    assert subject.state is Circuit.CLOSED


def test_a_probe_that_is_given_up_is_given_back() -> None:
    """Where the caller of a probe leaves, the next call may try."""
    time = Time()
    subject = opened(time)
    time.seconds += 1
    probe = subject.admit()
    assert probe is not None

    probe.release()

    assert subject.state is Circuit.OPEN
    assert subject.admit() is not None


@pytest.mark.parametrize("passed_over", [AtCapacity(), OverBudget()], ids=lambda error: error.reason)
def test_a_probe_that_was_not_made_says_nothing(passed_over: ProviderError) -> None:
    """Where a limit of ours keeps the probe from being made, nobody knows more than before."""
    time = Time()
    subject = opened(time)
    time.seconds += 1

    fail(subject, passed_over)

    assert subject.state is Circuit.OPEN
    assert subject.admit() is not None


def test_a_lease_ends_once() -> None:
    """Whatever is said after the first word changes nothing: every exit may give the lease back."""
    time = Time()
    subject = opened(time)
    time.seconds += 1
    probe = subject.admit()
    assert probe is not None
    probe.fail(Overloaded())

    probe.release()
    probe.succeed()

    assert subject.state is Circuit.OPEN


def test_what_is_heard_of_calls_from_before_is_no_news() -> None:
    """Calls that were under way when it opened or closed do not open it again when they fail too."""
    time = Time()
    subject = breaker(time)
    old = [subject.admit() for _ in range(8)]
    fail(subject, *[Overloaded()] * 3)
    time.seconds += 1
    probe = subject.admit()
    assert probe is not None
    probe.succeed()

    for lease in old:
        assert lease is not None
        lease.fail(Overloaded())

    assert subject.state is Circuit.CLOSED


@pytest.mark.parametrize(
    ("failure", "may"),
    [(Overloaded(), True), (RateLimited(retry_after=9), False), (CredentialsRejected(), False)],
    ids=["transient", "told to wait", "standing"],
)
def test_an_early_probe(failure: ProviderError, may: bool) -> None:
    """Where nobody else is left a probe may go before the end of the pause, unless that is known to be in vain."""
    time = Time()
    subject = opened(time) if isinstance(failure, Overloaded) else breaker(time)
    if subject.state is Circuit.CLOSED:
        fail(subject, failure)

    lease = subject.admit(early=True)

    assert (lease is not None) is may
    assert subject.admit(early=True) is None
