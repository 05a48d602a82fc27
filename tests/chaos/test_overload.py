"""More load than the stack can bear: it does as much as ever, and says at once of the rest that it will not be done."""

import asyncio
import re
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Self

import httpx

from tests.benchmarks.processes import Child
from tests.chaos.conftest import Recorder
from tests.chaos.journey import NAMES, Kinds, create_resumes, creates, journey, reads
from tests.support.stack import Stack
from tools.procfile import PREFIXES

StartStack = Callable[..., Stack]
Summary = dict[str, Any]

_CLIENTS = 16
_CONNECTIONS_OF_ONE = 50
_REFUSALS = {"429", "503"}
_NORMAL_AGAIN_SECONDS = 5.0
_GOODPUT = 0.9
# Of three seconds, on machines that do other things as well.
_SHORT_GOODPUT = 0.7
_REFUSAL_MS = 50
_SHORT_REFUSAL_MS = 500
_PROBE_SECONDS = 2.0
_BETWEEN_PROBES_SECONDS = 1.0


async def test_a_crowd_of_users(start_stack: StartStack, promise: Recorder, *, full: bool) -> None:
    """Of ten times the users that can be served as many are served as ever, in time; the rest are told at once."""
    stack = start_stack(LOG_LEVEL="warning")
    kinds = journey(create_resumes(stack, 1500 if full else 200))
    async with Child("tests.load") as load, _Watch(stack) as watch:
        crowd = _Crowd(load, stack.settings.gateway_port, kinds, 60 if full else 3)
        peak = await crowd.measure_capacity()
        calm = await crowd.come(0.8 * peak)
        loads = {times: await crowd.come(times * peak) for times in ((1, 2, 5, 10) if full else (1, 10))}
        recovery = await crowd.recover(0.5 * peak, calm)

    assert loads[10]["refused_ms"], "ten times the capacity is no overload"
    for times, summary in loads.items():
        fault = f"{times} times the users that can be served ({times * peak:.0f} requests/s)"
        _promise_goodput(promise, fault, summary, calm, peak, share=_GOODPUT if full else _SHORT_GOODPUT)
        # Of three seconds the first one is most of it.
        _promise_latency(promise, fault, summary, calm, times=2 if full else 5)
        _promise_refusals(promise, fault, summary, *(("p99", _REFUSAL_MS) if full else ("p50", _SHORT_REFUSAL_MS)))
        _promise_answers(promise, fault, summary)
    promise(
        "the users of an overload have gone",
        f"requests are served as fast as before within {_NORMAL_AGAIN_SECONDS:.0f} s",
        f"{recovery:.1f} s",
        holds=recovery <= _NORMAL_AGAIN_SECONDS,
    )
    promise(
        "overload",
        "no service is taken for ill: every question for its health is answered well",
        f"{len(watch.failures)} of {watch.asked} failed" + "".join(f", {each}" for each in sorted(set(watch.failures))),
        holds=not watch.failures and watch.asked > 0,
    )


async def test_a_crowd_of_readers_and_writers(start_stack: StartStack, promise: Recorder, *, full: bool) -> None:
    """Short calls at a multiple of what can be served: answered in time or told at once, and none is lost."""
    stack = start_stack(LOG_LEVEL="warning")
    keys = create_resumes(stack, 200)
    async with Child("tests.load") as load:
        for name, texts in (("reads of resumes", reads(keys)), ("creates of resumes", creates())):
            crowd = _Crowd(load, stack.settings.gateway_port, [(1, texts)], 20 if full else 1)
            peak = await crowd.measure_capacity()
            summary = await crowd.come(2 * peak)
            fault = f"twice the {name} that can be served ({2 * peak:.0f} requests/s)"
            _promise_answers(promise, fault, summary)
            promise(
                fault,
                "at least half as many are served as ever: the machine's two cores also refuse, and make the load",
                f"{summary['good_per_second']:.0f} of {peak:.0f}/s, p99 {summary['good_ms']['p99']:.0f} ms; "
                f"refused p99 {summary['refused_ms'].get('p99', 0):.0f} ms",
                holds=summary["good_per_second"] >= 0.5 * peak,
            )


async def test_one_client_alone(start_stack: StartStack, promise: Recorder, *, full: bool) -> None:
    """A client that asks over all the connections it may have is no crowd."""
    stack = start_stack(LOG_LEVEL="warning")
    kinds: Kinds = [(1, creates()), (2, reads(create_resumes(stack, 50)))]
    async with Child("tests.load") as load:
        summary = await load.ask(
            "closed",
            port=stack.settings.gateway_port,
            kinds=kinds,
            clients=_CONNECTIONS_OF_ONE,
            duration=20 if full else 2,
        )
    promise(
        f"one client alone asks about resumes over {_CONNECTIONS_OF_ONE} connections at once",
        "none of its requests is refused",
        ", ".join(f"{count} x {outcome}" for outcome, count in summary["counts"].items()),
        holds=set(summary["counts"]) == {"200"},
    )


class _Crowd:
    """Users of one gateway, `seconds` at a time."""

    def __init__(self, load: Child, port: int, kinds: Kinds, seconds: float) -> None:
        self._load = load
        self._port = port
        self._kinds = kinds
        self._seconds = seconds

    async def measure_capacity(self) -> float:
        """Good answers a second to clients who each wait for their answer."""
        summary: Summary = {}
        # The first one warms up.
        for seconds in (min(2.0, self._seconds), min(10.0, self._seconds)):
            summary = await self._load.ask(
                "closed", port=self._port, kinds=self._kinds, clients=_CLIENTS, duration=seconds
            )
        rate: float = summary["good_per_second"]
        return rate

    async def come(self, rate: float, seconds: float | None = None) -> Summary:
        """So many a second, whatever becomes of them."""
        return await self._load.ask(
            "open", port=self._port, kinds=self._kinds, rate=rate, duration=seconds or self._seconds, seconds=200.0
        )

    async def recover(self, rate: float, calm: Summary) -> float:
        """Seconds until a second in which everybody was served as fast as in the calm; at most 30."""
        start = time.monotonic()
        while (began := time.monotonic() - start) < 30:
            summary = await self.come(rate, 1.0)
            if set(summary["counts"]) == {"200"} and summary["good_ms"]["p99"] <= 2 * calm["good_ms"]["p99"]:
                return began
        return began


class _Watch:
    """Asks every service for its health again and again, as an operator's probe does."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._task: asyncio.Task[None] | None = None
        self.asked = 0
        self.failures: list[str] = []
        self._failed_before: dict[str, int] = {}

    async def __aenter__(self) -> Self:
        self._failed_before = self._count_failed_checks()
        self._task = asyncio.create_task(self._ask())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._task is not None
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        failed = self._count_failed_checks()
        assert set(failed) == set(PREFIXES)
        worse = [name for name in PREFIXES if failed[name] > self._failed_before[name]]
        self.failures += [f"the gateway's check of {name}" for name in worse]

    async def _ask(self) -> None:
        async with httpx.AsyncClient(base_url=self._stack.base_url, timeout=_PROBE_SECONDS, trust_env=False) as client:
            while True:
                for name in PREFIXES:
                    await self._probe(client, name)
                await asyncio.sleep(_BETWEEN_PROBES_SECONDS)

    async def _probe(self, client: httpx.AsyncClient, name: str) -> None:
        self.asked += 1
        try:
            status = str((await client.get(f"/api/v1/{PREFIXES[name]}/health")).status_code)
        except httpx.HTTPError as error:
            status = type(error).__name__
        if status != "200":
            self.failures.append(f"{name} {status}")

    def _count_failed_checks(self) -> dict[str, int]:
        stats = httpx.get(f"http://127.0.0.1:{self._stack.settings.envoy_admin_port}/stats", trust_env=False).text
        counts = re.findall(r"^cluster\.(\w+)\.health_check\.failure: (\d+)$", stats, re.MULTILINE)
        return {name: int(count) for name, count in counts if name in PREFIXES}


def _promise_goodput(
    promise: Recorder, fault: str, summary: Summary, calm: Summary, peak: float, *, share: float
) -> None:
    """Shown by kind as well: whoever refuses what is dear has room for much that is cheap."""
    promise(
        fault,
        f"at least {share:.0%} of the peak are served",
        f"{summary['good_per_second']:.0f} of {peak:.0f}/s ({_rates_by_kind(summary)}; "
        f"at 0.8 of the peak {_rates_by_kind(calm)})",
        holds=summary["good_per_second"] >= share * peak,
    )


def _of_kind(summary: Summary, name: str) -> Summary:
    found: Summary = summary["kinds"].get(str(NAMES.index(name)), {})
    return found


def _rates_by_kind(summary: Summary) -> str:
    return ", ".join(f"{name} {_of_kind(summary, name).get('good_per_second', 0.0):.0f}" for name in NAMES)


def _p99_by_kind(summary: Summary) -> str:
    found = {name: _of_kind(summary, name).get("good_ms", {}) for name in NAMES}
    return ", ".join(f"{name} {value['p99']:.0f}" for name, value in found.items() if value)


def _promise_latency(promise: Recorder, fault: str, summary: Summary, calm: Summary, *, times: int) -> None:
    served, before = summary["good_ms"]["p99"], calm["good_ms"]["p99"]
    promise(
        fault,
        f"p99 of those served is at most {times} times that at 0.8 of the peak",
        f"{served:.0f} ms ({_p99_by_kind(summary)}), at 0.8 {before:.0f} ms ({_p99_by_kind(calm)})",
        holds=served <= times * before,
    )


def _promise_refusals(promise: Recorder, fault: str, summary: Summary, share: str, most: int) -> None:
    """`share` of the refusals are held to the time: of few the slowest says more of the machine than of the gateway."""
    refused, untold = summary["refused_ms"], summary["without_retry_after"]
    promise(
        fault,
        f"who is refused learns it within {most} ms ({share}), and when to come back",
        ", ".join(f"{name} {value:.0f} ms" for name, value in refused.items()) + f"; {untold} without `retry-after`"
        if refused
        else "nobody was refused",
        holds=not refused or (refused[share] <= most and not untold),
    )


def _promise_answers(promise: Recorder, fault: str, summary: Summary) -> None:
    counts = summary["counts"]
    promise(
        fault,
        "every request is answered: served or refused, none broken or late",
        ", ".join(f"{count} x {outcome}" for outcome, count in counts.items()),
        holds=set(counts) <= {"200", *_REFUSALS},
    )
