"""What processes take, from /proc and from what they tell Prometheus."""

import statistics
import urllib.error
import urllib.request
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

from tests.support.stack import Stack
from tools.procfile import SERVICES

_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
_TASKS = "python_asyncio_tasks "


@dataclass(frozen=True, slots=True)
class Sample:
    """One process at one moment: megabytes that are resident, descriptors, threads, and tasks where it tells them."""

    pid: int
    requests: int
    megabytes: float
    descriptors: int
    threads: int
    tasks: int = 0


@dataclass(slots=True)
class Series:
    """The samples of one process, which may have been restarted in between."""

    samples: list[Sample] = field(default_factory=list)

    def slope(self) -> float | None:
        """Megabytes for each 10,000 requests of the incarnation that lived longest; None where it was too short.

        The median of the slopes between all pairs of samples: one that is out of the line does not count.
        """
        lives: dict[int, list[Sample]] = {}
        for sample in self.samples:
            lives.setdefault(sample.pid, []).append(sample)
        longest = max(lives.values(), key=len, default=[])
        return slope_of([(each.requests, each.megabytes) for each in longest])


def slope_of(points: Sequence[tuple[float, float]]) -> float | None:
    """Median slope (Theil and Sen) for each 10,000 of the first number; None for fewer than three points."""
    slopes = [
        (late[1] - early[1]) / (late[0] - early[0]) for early, late in combinations(points, 2) if late[0] > early[0]
    ]
    return 10_000 * statistics.median(slopes) if len(points) > 2 and slopes else None


def take_samples(stack: Stack, requests: int) -> dict[str, Sample]:
    """Every process that runs now. The gateway is Envoy itself, not what started it."""
    samples = {}
    for name, process in list(stack.processes.items()):
        with suppress(OSError, StopIteration, ValueError):
            pid = _child(process.pid, "envoy") if name == "gateway" else process.pid
            samples[name] = _sample(pid, requests, _count_tasks(stack, name))
    return samples


def _sample(pid: int, requests: int, tasks: int) -> Sample:
    lines = (line.partition(":") for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    status = {name: value.split() for name, _, value in lines}
    descriptors = len(list(Path(f"/proc/{pid}/fd").iterdir()))
    return Sample(pid, requests, int(status["VmRSS"][0]) / 1024, descriptors, int(status["Threads"][0]), tasks)


def _child(pid: int, name: str) -> int:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return next(int(child) for child in children if name in Path(f"/proc/{child}/comm").read_text())


def _count_tasks(stack: Stack, name: str) -> int:
    if name not in SERVICES:
        return 0
    url = f"http://127.0.0.1:{stack.settings.metrics_port(name)}/metrics"
    try:
        with _DIRECT.open(url, timeout=2) as page:
            lines = page.read().decode().splitlines()
    except (OSError, urllib.error.URLError):
        return 0
    return next((int(float(line.removeprefix(_TASKS))) for line in lines if line.startswith(_TASKS)), 0)
