"""A run: operation by operation in rounds, until enough was sent or the time is up."""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import requests
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

from tests.fuzz.contract import Operation
from tests.fuzz.plans import Plan, plans_of
from tests.fuzz.seeds import Seeds
from tests.fuzz.verdicts import Judge

# Small enough that the shortest run comes to every operation.
_ROUND = 12
_TIMEOUT_SECONDS = 90
# What the client adds by itself.
_USUAL_HEADERS = frozenset(
    {"accept", "accept-encoding", "connection", "content-length", "user-agent", "x-schemathesis-testcaseid"}
)


@dataclass(slots=True)
class Finding:
    """A kind of fault: how often it was seen, and the shortest request that shows it."""

    count: int = 0
    request: str = ""

    def add(self, request: str) -> None:
        """One more."""
        self.count += 1
        if not self.request or len(request) < len(self.request):
            self.request = request


@dataclass(slots=True)
class Results:
    """What came of a run: statuses by operation, and findings by operation and text."""

    statuses: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    findings: dict[tuple[str, str], Finding] = field(default_factory=lambda: defaultdict(Finding))

    @property
    def cases(self) -> int:
        """How many requests were sent."""
        return sum(statuses.total() for statuses in self.statuses.values())

    def unreached(self) -> list[str]:
        """Operations that never succeeded."""
        return [name for name, statuses in self.statuses.items() if not statuses[200]]


@dataclass(frozen=True, slots=True)
class Bounds:
    """When a run is over: after so many requests, or so many seconds."""

    cases: int
    seconds: float


class Run:
    """Sends requests and judges the answers. `tell` hears of each round and of each new finding."""

    def __init__(
        self, operations: Mapping[str, Operation], seeds: Seeds, judge: Judge, tell: Callable[[str], None]
    ) -> None:
        self._plans = {name: plans_of(operation) for name, operation in operations.items()}
        self._seeds = seeds
        self._judge = judge
        self._tell = tell
        self._session = requests.Session()
        self._session.trust_env = False
        self.results = Results()

    def go(self, bounds: Bounds, first_seed: int) -> Results:
        """Rounds over all operations; every round has another seed."""
        ends = time.monotonic() + bounds.seconds
        number = 0
        with self._session:
            while self.results.cases < bounds.cases and time.monotonic() < ends:
                before = self.results.cases
                for name, plans in self._plans.items():
                    self._round(name, plans, first_seed + number, ends)
                number += 1
                self._tell(f"round {number}: {self.results.cases} cases, {len(self.results.findings)} findings")
                if self.results.cases == before:
                    break
        return self.results

    def _round(self, name: str, plans: SearchStrategy[Plan], number: int, ends: float) -> None:
        @seed(number)
        @settings(
            max_examples=_ROUND,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(plan=plans)
        def send(plan: Plan) -> None:
            if time.monotonic() < ends:
                self._send(name, plan)

        send()

    def _send(self, name: str, plan: Plan) -> None:
        case = plan.case
        if plan.is_about_something and case.path_parameters:
            case.path_parameters = self._seeds.existing(case.path_parameters, deleted=case.method == "DELETE")
        try:
            response = case.call(session=self._session, timeout=_TIMEOUT_SECONDS, **plan.options())
        except requests.RequestException as error:
            self._find(name, f"no answer: {type(error).__name__}", case.as_curl_command())
            return
        self.results.statuses[name][response.status_code] += 1
        for fault in self._judge.judge(case, response):
            self._find(name, fault, _describe(response.request))

    def _find(self, name: str, fault: str, request: str) -> None:
        if (name, fault) not in self.results.findings:
            self._tell(f"{name}: {fault}")
        self.results.findings[name, fault].add(request)


def _describe(request: requests.PreparedRequest) -> str:
    """All that is needed to send it again."""
    headers = {name: value for name, value in request.headers.items() if name.lower() not in _USUAL_HEADERS}
    return f"{request.method} {request.url} {headers} {request.body!r}"
