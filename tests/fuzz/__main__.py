"""Starts a stack, sends requests, prints a page; exit status 1 where something was found or never succeeded."""

import argparse
import random
import signal
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx

from tests.fuzz.contract import load_document, load_operations, load_schema
from tests.fuzz.runs import Bounds, Results, Run
from tests.fuzz.seeds import Seeds
from tests.fuzz.verdicts import Judge
from tests.support.stack import Stack, running_stack

CASES, SECONDS = 20_000, 1_800.0
# What would answer instead of the services: the caps are tested elsewhere.
_LIFTED = {"GATEWAY_REQUESTS_PER_MINUTE": "0", "LLM_CALLS_PER_MINUTE": "1000000"}
_DEFECT = '"event": "rpc.defect"'


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when every answer kept to the document and every operation succeeded at least once."""
    options = _read_arguments(arguments)
    number = random.randrange(2**32) if options.seed is None else options.seed
    _tell(f"seed {number}")
    # Else whoever ends this process would leave the stack behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with tempfile.TemporaryDirectory() as folder, running_stack(Path(folder), _LIFTED) as stack:
        results = _fuzz(stack, Bounds(options.cases, options.seconds), number)
        faults = _look_at(stack)
    return _print_page(results, faults)


def _read_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--cases", type=int, default=CASES, help="end after so many requests (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="or after so much time (default: %(default)s)")
    parser.add_argument("--seed", type=int, help="repeat the run of this seed")
    return parser.parse_args(arguments)


def _fuzz(stack: Stack, bounds: Bounds, number: int) -> Results:
    document = load_document()
    operations = load_operations(load_schema(document, stack.base_url))
    with httpx.Client(base_url=f"{stack.base_url}/api/v1", timeout=90, trust_env=False) as api:
        return Run(operations, Seeds(api), Judge(document), _tell).go(bounds, number)


def _look_at(stack: Stack) -> list[str]:
    """What the requests did to the stack: processes that ended, and defects in their logs."""
    faults = [f"{name} ended with {status}" for name, status in stack.ended().items()]
    for name in stack.processes:
        defects = [line for line in stack.read_log(name).splitlines() if _DEFECT in line]
        faults += [f"{name}: {len(defects)} defects, such as {defects[0][:300]}"] if defects else []
    return faults


def _tell(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def _print_page(results: Results, faults: Sequence[str]) -> int:
    lines = [f"{name:45} {_counts(statuses)}" for name, statuses in results.statuses.items()]
    for (name, fault), finding in sorted(results.findings.items(), key=lambda entry: -entry[1].count):
        lines += ["", f"{name}, {finding.count} times: {fault}", f"  {finding.request[:2000]}"]
    others = [*faults, *(f"{name} never succeeded" for name in results.unreached())]
    failed = len(results.findings) + len(others)
    sys.stdout.write("\n".join([*lines, *others, "", f"{results.cases} requests, {failed} findings", ""]))
    return int(failed > 0)


def _counts(statuses: Mapping[int, int]) -> str:
    return "  ".join(f"{status}: {count}" for status, count in sorted(statuses.items()))


if __name__ == "__main__":
    raise SystemExit(main())
