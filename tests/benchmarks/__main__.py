"""Measures the provider library against LiteLLM, LangChain, pydantic-ai and the raw SDK (`make bench-llm`).

Installs the peers into environments of their own under `.bench/`, prints the table and writes it, the raw figures and
a chart into `docs/benchmarks/`.
"""

import argparse
import asyncio
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from tests.benchmarks import environments, report
from tests.benchmarks.figures import Figures, Scale
from tests.benchmarks.lanes import ENTRIES, OURS, RAW, Lane, install, open_lanes
from tests.benchmarks.processes import ROOT, ChildFailed
from tests.benchmarks.scenarios import cut, failover, happy, memory, outage, throughput

_DOCS = ROOT / "docs" / "benchmarks"
Scenario = Callable[[Mapping[str, Lane], Scale], Awaitable[Figures]]
_SCENARIOS: Mapping[str, Scenario] = {
    "happy": happy.measure,
    "failover": failover.measure,
    "throughput": throughput.measure,
    "cut": cut.measure,
    "outage": outage.measure,
}
_MEMORY = "memory"


def main() -> int:
    """0 when everything was measured, whatever the verdicts; 1 when our own part of a figure could not be."""
    parser = argparse.ArgumentParser(prog="make bench-llm", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a look in under 90 s; not for figures to be shown")
    parser.add_argument("--only", action="append", choices=[*_SCENARIOS, _MEMORY], help="one scenario; may be repeated")
    parser.add_argument(
        "--to", type=Path, help="folder to write to; docs/benchmarks after a full run, else .bench/report"
    )
    arguments = parser.parse_args()
    chosen = arguments.only or [*_SCENARIOS, _MEMORY]
    folder = arguments.to or (_DOCS if not (arguments.quick or arguments.only) else ROOT / ".bench" / "report")
    (ROOT / ".bench").mkdir(exist_ok=True)
    pythons = install(list(ENTRIES))
    chart = environments.make("chart")
    figures, versions, failed = asyncio.run(_measure(pythons, chosen, Scale(arguments.quick)))
    command = "make bench-llm" + (' ARGS="--quick"' if arguments.quick else "")
    rows = report.write(folder, figures, versions, command)
    sys.stdout.write(report.as_text(rows) + "\n")
    if chart is not None:
        _draw(chart, folder)
    for name in failed:
        sys.stderr.write(f"NOT MEASURED: {name}\n")
    return 1 if failed else 0


async def _measure(
    pythons: Mapping[str, Path | None], chosen: list[str], scale: Scale
) -> tuple[Figures, dict[str, str], list[str]]:
    figures: Figures = {}
    failed: list[str] = []
    began = time.monotonic()
    async with open_lanes(pythons) as lanes:
        versions = {name: lane.version for name, lane in lanes.items() if name in (OURS, *ENTRIES)}
        for name in chosen:
            sys.stderr.write(f"{time.monotonic() - began:5.0f} s  {name} ...\n")
            try:
                if name == _MEMORY:
                    figures |= await memory.measure({lane: pythons[lane] for lane in lanes}, scale)
                else:
                    figures |= await _SCENARIOS[name](lanes, scale)
            except (ChildFailed, RuntimeError) as error:
                failed.append(f"{name}: {error}")
    sys.stderr.write(f"{time.monotonic() - began:5.0f} s  done\n")
    versions.pop(f"{RAW}, aiohttp", None)
    return figures, versions, failed


def _draw(python: Path, folder: Path) -> None:
    source = folder / "llm.json"
    for kind in ("svg", "png") if folder != _DOCS else ("svg",):
        subprocess.run(
            [str(python), "-m", "tests.benchmarks.chart", str(source), str(folder / f"llm.{kind}")],
            check=True,
            cwd=ROOT,
            timeout=120,
        )


if __name__ == "__main__":
    sys.exit(main())
