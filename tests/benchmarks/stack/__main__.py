"""Measures the whole stack beside a plain FastAPI service, in size, time and memory (`make bench`).

Prints the table and writes it, the raw figures and a chart into `docs/benchmarks/`.
"""

import argparse
import asyncio
import json
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from tests.benchmarks import environments
from tests.benchmarks.figures import Scale
from tests.benchmarks.processes import ROOT, ChildFailed
from tests.benchmarks.stack import flames, report
from tests.benchmarks.stack.field import NotMeasured
from tests.benchmarks.stack.goals import Row
from tests.benchmarks.stack.scenarios import footprint, generations, rates, sizes, workers
from tests.support.stack import StackFailed

_DOCS = ROOT / "docs" / "benchmarks"
_LOOK = ROOT / ".bench" / "report"
_SCENARIOS: Mapping[str, Callable[[Scale], Awaitable[dict[str, Any]]]] = {
    "throughput": rates.measure_throughput,
    "tail": rates.measure_tail,
    "generations": generations.measure,
    "sizes": sizes.measure,
    "workers": workers.measure,
    "start": footprint.measure_start,
    "memory": footprint.measure_memory,
}
_FAILURES = (ChildFailed, NotMeasured, StackFailed, OSError, TimeoutError)


def main() -> int:
    """0 when everything was measured, whatever the verdicts; 1 when a figure could not be."""
    # What was started ends with us, however we are told.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a look in two minutes; not for figures to be shown")
    parser.add_argument(
        "--only", action="append", choices=[*_SCENARIOS], help="one figure; may be repeated; the file's others stay"
    )
    parser.add_argument("--flames", action="store_true", help="draw flame graphs of the services instead")
    parser.add_argument(
        "--to", type=Path, help="folder to write to; docs/benchmarks after a full run, else .bench/report"
    )
    arguments = parser.parse_args()
    folder = arguments.to or (_LOOK if arguments.quick or arguments.only else _DOCS)
    folder.mkdir(parents=True, exist_ok=True)
    if arguments.flames:
        return _draw_flames(folder)
    figures, failed = asyncio.run(_measure(arguments.only or [*_SCENARIOS], Scale(arguments.quick)))
    kept = report.read_figures(folder) if arguments.only else {}
    rows = report.write(folder, kept | figures, "make bench" + (' ARGS="--quick"' if arguments.quick else ""))
    sys.stdout.write(report.as_text(rows) + "\n")
    _draw(rows, folder)
    for name in failed:
        sys.stderr.write(f"NOT MEASURED: {name}\n")
    return 1 if failed else 0


async def _measure(names: Sequence[str], scale: Scale) -> tuple[dict[str, Any], list[str]]:
    figures: dict[str, Any] = {}
    failed: list[str] = []
    began = time.monotonic()
    for name in names:
        sys.stderr.write(f"{time.monotonic() - began:5.0f} s  {name} ...\n")
        try:
            figures[name] = await _SCENARIOS[name](scale)
        except _FAILURES as error:
            failed.append(f"{name}: {type(error).__name__}: {error}")
    sys.stderr.write(f"{time.monotonic() - began:5.0f} s  done\n")
    return figures, failed


def _draw_flames(folder: Path) -> int:
    try:
        written = asyncio.run(flames.record(folder))
    except _FAILURES as error:
        sys.stderr.write(f"NOT RECORDED: {type(error).__name__}: {error}\n")
        return 1
    sys.stdout.write("".join(f"{file}\n" for file in written))
    return 0


def _draw(rows: Sequence[Row], folder: Path) -> None:
    python = environments.make("chart")
    if python is None:
        return
    fields = ("figure", "goal", "measured", "value", "limit", "higher", "met")
    bars = [{name: getattr(row, name) for name in fields} for row in rows if row.limit is not None]
    with NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump(bars, file)
        file.flush()
        target = str(folder / f"{report.NAME}.svg")
        command = [str(python), "-m", "tests.benchmarks.stack.chart", file.name, target]
        subprocess.run(command, check=True, cwd=ROOT, timeout=120)


if __name__ == "__main__":
    sys.exit(main())
