"""Two processes of a service, an endpoint each, beside one: two stacks at once, measured in turns."""

import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from tests.benchmarks.figures import Scale, turned
from tests.benchmarks.stack.contents import rest_generations, rest_gets, varied
from tests.benchmarks.stack.field import VENDOR, Field, Load, Sample, open_field, open_stack, open_vendor, roots_of
from tests.benchmarks.stack.scenarios.generations import VENDOR_SECONDS, Keys
from tests.benchmarks.stack.seeding import seed, seeded_key
from tests.benchmarks.stack.vendor import known_resumes
from tests.support.ports import free_port, free_row
from tests.support.stack import Stack

ONE, TWO = "one", "two"
GENERATIONS, READS = "generations", "reads"
SERVICES = ("resume", "interview")
_SECONDS, _WARM_UP_SECONDS = 8.0, 3.0
# In flight. More than two cores can do, and fewer than the gateway would turn away, of reads 120 for a process.
_CLIENTS = 100
# Of each key one set is asked for; at most so many are written in a run.
_PER_RUN = 6_000
_PREFIX, _READ = "sets", "read"


@dataclass(frozen=True, slots=True)
class Staff:
    """A stack with so many processes of each service."""

    stack: Stack
    keys: Keys
    roots: Mapping[str, int]

    def load(self, kind: str) -> Load:
        """Requests through the gateway, which balances."""
        port = self.stack.settings.gateway_port
        if kind == READS:
            return Load(port, rest_gets([seeded_key(_READ, number) for number in range(len(varied()))]))
        return Load(port, rest_generations(self.keys.take(_PER_RUN)))


async def measure(scale: Scale) -> dict[str, Any]:
    """Generations with so many in flight that one process is busy all the time, and reads."""
    rounds, shorter = scale.of(3, 1), scale.of(1, 2)
    samples: dict[str, dict[str, list[Sample]]] = {}
    async with open_field() as field, AsyncExitStack() as opened:
        staffs = {
            name: await opened.enter_async_context(_open(number, rounds)) for number, name in ((1, ONE), (2, TWO))
        }
        for round_ in range(rounds):
            sys.stderr.write(f"      round {round_ + 1} of {rounds}\n")
            for kind in (GENERATIONS, READS):
                for name in turned((ONE, TWO), round_):
                    sample = await _measure(field, staffs[name], kind, shorter)
                    samples.setdefault(kind, {}).setdefault(name, []).append(sample)
    return {"clients": _CLIENTS, "samples": samples}


async def _measure(field: Field, staff: Staff, kind: str, shorter: int) -> Sample:
    long = kind == GENERATIONS
    seconds, warm_up = (_SECONDS, _WARM_UP_SECONDS) if long else (_SECONDS / 2, 0.5)
    return await field.measure(
        staff.load(kind), clients=_CLIENTS, seconds=seconds / shorter, warm_up=warm_up / shorter, roots=staff.roots
    )


@asynccontextmanager
async def _open(number: int, rounds: int) -> AsyncIterator[Staff]:
    ports = {name: [free_port() for _ in range(number)] for name in SERVICES}
    addresses = {
        f"{name.upper()}_ADDRESS": ",".join(f"127.0.0.1:{port}" for port in each) for name, each in ports.items()
    }
    own = {f"{name.upper()}_PORT": str(each[0]) for name, each in ports.items()}

    def launch_others(stack: Stack) -> None:
        for name, each in ports.items():
            for port in each[1:]:
                variables = {f"{name.upper()}_PORT": str(port), "METRICS_PORT_BASE": str(free_row(3))}
                stack.launch(f"{name} 2", of=name, environment=variables)

    async with (
        open_vendor(VENDOR_SECONDS) as (vendor, variables),
        open_stack({**variables, **addresses, **own}, started=launch_others) as stack,
    ):
        _store(stack, rounds)
        yield Staff(stack, Keys(_PER_RUN * rounds), {**roots_of(stack), VENDOR: vendor.pid})


def _store(stack: Stack, rounds: int) -> None:
    answered: Sequence[Mapping[str, Any]] = [known.resume for known in known_resumes()]
    seed(stack.settings, answered, _PER_RUN * rounds, _PREFIX)
    seed(stack.settings, varied(), len(varied()), _READ)
