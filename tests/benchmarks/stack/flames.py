"""Flame graphs of the resume service under reads and creates, and of the interview service under question sets.

By py-spy, whose samples are of the thread that holds the interpreter's lock: what waits is not in them.
"""

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path

from tests.benchmarks.processes import ROOT
from tests.benchmarks.stack.contents import rest_creates, rest_generations, rest_gets, varied
from tests.benchmarks.stack.field import Load, NotMeasured, store
from tests.benchmarks.stack.scenarios.generations import SOME, open_desk

_SECONDS, _WARM_UP_SECONDS, _HERTZ = 10.0, 2.0, 99
_PY_SPY = Path(sys.executable).parent / "py-spy"
_KEYS = 6_000


async def record(folder: Path) -> list[Path]:
    """Writes an SVG for each into the folder, free of this machine's paths; raises `NotMeasured`."""
    async with open_desk(_KEYS) as desk:
        keys = await store(desk.gateway, varied()[:200])
        graphs = (
            ("resume", "get", rest_gets(keys)),
            ("resume", "post", rest_creates()),
            ("interview", "questions", rest_generations(desk.keys.take(_KEYS))),
        )
        written = []
        for service, what, texts in graphs:
            target = folder / f"flame-{service}-{what}.svg"
            load = asyncio.create_task(
                desk.field.measure(
                    Load(desk.gateway, texts), clients=SOME, seconds=_SECONDS + _WARM_UP_SECONDS, warm_up=0.0
                )
            )
            try:
                await asyncio.sleep(_WARM_UP_SECONDS)
                await asyncio.to_thread(_record, desk.roots[service], f"{service} service, {what}", target)
            finally:
                # Before what it asks is stopped.
                await load
            written.append(target)
        return written


def _record(pid: int, title: str, target: Path) -> None:
    options = [
        "--gil",
        "--nonblocking",
        "--rate",
        str(_HERTZ),
        "--duration",
        str(int(_SECONDS)),
        "--format",
        "flamegraph",
    ]
    run = subprocess.run(
        [str(_PY_SPY), "record", *options, "--pid", str(pid), "--output", str(target)],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    if run.returncode or not target.exists():
        said = run.stderr.strip().splitlines()[-1:]
        raise NotMeasured(f"py-spy could not look into the service, for which it needs the right to trace: {said}")
    svg = without_paths(target.read_text(encoding="utf-8"))
    # Its own title is its command line.
    target.write_text(re.sub(r"py-spy record[^<]*", title, svg), encoding="utf-8")


def without_paths(svg: str) -> str:
    """The same without the places where the project, the environment and Python stand on this machine."""
    for place in (Path(sys.prefix), ROOT, Path(sys.base_prefix), Path.home()):
        for form in {str(place), str(place.resolve())}:
            if form != os.sep:
                svg = svg.replace(form + os.sep, "")
    return svg
