"""Runs every trial and prints a page of what came of them; exit status 1 where one did not end as it has to."""

import argparse
import asyncio
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

import structlog

from tests.bad_answers.cases import KINDS, Case, pair_cases, single_cases
from tests.bad_answers.trial import open_bench
from tests.support.vendors.authority import authority

Results = Sequence[tuple[Case, tuple[str, ...]]]
_SHOW_EVERY = 50


async def run_all(cases: Sequence[Case]) -> Results:
    """One trial after the other, each with what is wrong with its outcome."""
    results: list[tuple[Case, tuple[str, ...]]] = []
    async with open_bench() as bench:
        for number, case in enumerate(cases, start=1):
            results.append((case, await bench.run(case)))
            if number % _SHOW_EVERY == 0:
                sys.stderr.write(f"{number} of {len(cases)}\n")
    return results


def page(results: Results, seconds: float) -> str:
    """Counts by generator, by vendors and by check; then the pairs that were left out, and what failed."""
    failed = [(case, complaints) for case, complaints in results if complaints]
    lines = [
        f"{len(results)} runs in {seconds:.0f} s: {len(results) - len(failed)} ended in a valid answer and a ledger "
        f"that says why, {len(failed)} did not.",
        "",
        *_table("generator and breaks", (f"{case.kind.name}, {_size(case)}" for case, _ in results), results),
        *_table("vendors that answer badly", (f"{case.vendors}" for case, _ in results), results),
        *_table("asked first", (f"{case.first}, {_mode(case)}" for case, _ in results), results),
        *_checks(results),
        *(
            f"- {kind}: no good answer of ours can be made to break {one} and {other} and nothing else."
            for kind, one, other in _apart(results)
        ),
        *(f"! {case}: {'; '.join(complaints)}" for case, complaints in failed),
    ]
    return "\n".join(lines)


def missing_checks(results: Results) -> list[str]:
    """Checks that no trial has broken alone."""
    met = {(case.kind.name, case.checks) for case, _ in results}
    return [
        f"{kind.name} {check}" for kind in KINDS.values() for check in kind.checks if (kind.name, (check,)) not in met
    ]


def _table(title: str, names: Iterable[str], results: Results) -> Iterator[str]:
    counted = [(name, not complaints) for name, (_, complaints) in zip(names, results, strict=True)]
    runs, good = Counter(name for name, _ in counted), Counter(name for name, is_good in counted if is_good)
    width = max(map(len, (title, *runs)))
    yield f"{title:{width}}  runs  valid"
    yield from (f"{name:{width}}  {runs[name]:4}  {good[name]:5}" for name in runs)
    yield ""


def _checks(results: Results) -> Iterator[str]:
    for kind in KINDS.values():
        of_kind = [case for case, _ in results if case.kind.name == kind.name]
        alone = Counter(case.checks[0] for case in of_kind if len(case.checks) == 1)
        paired = Counter(check for case in of_kind if len(case.checks) > 1 for check in case.checks)
        yield f"{kind.name}: runs in which a check is broken alone and with another"
        yield "  " + ", ".join(f"{check} {alone[check]}+{paired[check]}" for check in sorted(kind.checks))
    yield ""


def _apart(results: Results) -> list[tuple[str, str, str]]:
    met = {(case.kind.name, *case.checks) for case, _ in results}
    wanted = ((kind.name, *pair) for kind in KINDS.values() for pair in combinations(sorted(kind.checks), 2))
    return [pair for pair in wanted if pair not in met]


def _size(case: Case) -> str:
    return "one check" if len(case.checks) == 1 else "two checks"


def _mode(case: Case) -> str:
    return "streamed" if case.streamed else "in one piece"


def main() -> int:
    """0 where every run ended as it has to and every check was broken."""
    argparse.ArgumentParser(prog="python -m tests.bad_answers", description=__doc__).parse_args()
    # gRPC reads this once, before the first channel over TLS.
    os.environ["GRPC_DEFAULT_SSL_ROOTS_FILE_PATH"] = str(authority().ca_path)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger("critical"))
    started = time.perf_counter()
    results = asyncio.run(run_all([*single_cases(), *pair_cases()]))
    missing = missing_checks(results)
    lines = [page(results, time.perf_counter() - started), *(f"! never broken alone: {check}" for check in missing)]
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if missing or any(complaints for _, complaints in results) else 0


if __name__ == "__main__":
    sys.exit(main())
