"""Reads and creates of resumes beside the plain service: how many a second, and how long the slowest take."""

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.benchmarks.figures import Scale, turned
from tests.benchmarks.stack.contents import grpc_creates, grpc_gets, rest_creates, rest_gets, varied
from tests.benchmarks.stack.field import (
    BASELINE,
    Field,
    Load,
    Sample,
    open_baseline,
    open_field,
    open_stack,
    roots_of,
    store,
)

REST, NATIVE, NATIVE_BEHIND_ENVOY = "REST", "native gRPC", "native gRPC through Envoy"
GET, CREATE = "GET", "POST"
MANY, FEW = 64, 16
_PER_RUN_SECONDS = 3.0

# Contestant by name, of GET and of POST.
Contest = Mapping[str, Mapping[str, Load]]
Samples = dict[str, dict[str, list[Sample]]]


async def measure_throughput(scale: Scale) -> dict[str, Any]:
    """Every contestant at 64 clients, in rounds."""
    return await _measure(MANY, scale.of(5, 1), lambda _name: True, scale)


async def measure_tail(scale: Scale) -> dict[str, Any]:
    """REST and the plain service at 16 clients, in rounds."""
    return await _measure(FEW, scale.of(9, 1), lambda name: name in (BASELINE, REST), scale)


async def _measure(clients: int, rounds: int, takes_part: Callable[[str], bool], scale: Scale) -> dict[str, Any]:
    samples: Samples = {}
    async with open_field() as field, open_stack() as stack, open_baseline(stack) as (port, pid):
        field.roots = {**roots_of(stack), BASELINE: pid}
        settings = stack.settings
        resumes = varied()[: scale.of(len(varied()), 100)]
        ours, theirs = await store(settings.gateway_port, resumes), await store(port, resumes)
        contest = _contest(ours, theirs, settings.gateway_port, settings.resume_port, port)
        for round_ in range(rounds):
            sys.stderr.write(f"      round {round_ + 1} of {rounds}\n")
            names = turned([name for name in contest[GET] if takes_part(name)], round_)
            for kind in (GET, CREATE):
                await _run(field, kind, {name: contest[kind][name] for name in names}, clients, scale, samples)
    return {"clients": clients, "samples": samples}


async def _run(
    field: Field, kind: str, loads: Mapping[str, Load], clients: int, scale: Scale, samples: Samples
) -> None:
    for name, load in loads.items():
        seconds = _PER_RUN_SECONDS / scale.of(1, 3)
        sample = await field.measure(load, clients=clients, seconds=seconds)
        samples.setdefault(kind, {}).setdefault(name, []).append(sample)


def _contest(ours: Sequence[str], theirs: Sequence[str], gateway: int, resume: int, baseline: int) -> Contest:
    creates = grpc_creates()
    return {
        GET: {
            BASELINE: Load(baseline, rest_gets(theirs)),
            REST: Load(gateway, rest_gets(ours)),
            NATIVE: Load(resume, grpc_gets(ours)),
            NATIVE_BEHIND_ENVOY: Load(gateway, grpc_gets(ours)),
        },
        CREATE: {
            BASELINE: Load(baseline, rest_creates()),
            REST: Load(gateway, rest_creates()),
            NATIVE: Load(resume, creates),
            NATIVE_BEHIND_ENVOY: Load(gateway, creates),
        },
    }
