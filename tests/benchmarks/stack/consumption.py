"""CPU seconds and memory of trees of processes, read from Linux's /proc."""

import asyncio
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

_PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")
_SAMPLE_SECONDS = 0.5
# Places in /proc/PID/stat behind the name, which is in brackets and may hold blanks.
_PARENT, _USER, _SYSTEM = 1, 11, 12
MEGABYTE = 1024 * 1024

# The first process of a tree by its name.
Roots = Mapping[str, int]


def cpu_seconds(roots: Roots) -> dict[str, float]:
    """What each tree has used so far, user and system; of processes that run."""
    stats = dict(_stats())
    return {
        name: sum(float(stats[pid][_USER]) + float(stats[pid][_SYSTEM]) for pid in _tree(root, stats)) / _TICKS
        for name, root in roots.items()
    }


def memory_bytes(roots: Roots) -> dict[str, int]:
    """The proportional set size of each tree: pages that processes share are divided among them."""
    stats = dict(_stats())
    return {name: sum(_pss(pid) for pid in _tree(root, stats)) for name, root in roots.items()}


async def watch_memory(roots: Roots, until: "asyncio.Event") -> dict[str, int]:
    """The memory of each tree at the moment at which all together had the most."""
    most: dict[str, int] = {}
    while not until.is_set():
        now = memory_bytes(roots)
        most = max(most, now, key=lambda sizes: sum(sizes.values()))
        with suppress(TimeoutError):
            await asyncio.wait_for(until.wait(), _SAMPLE_SECONDS)
    return most


class Meter:
    """CPU time of trees between two moments."""

    def __init__(self, roots: Roots) -> None:
        self._roots = roots
        self._before = cpu_seconds(roots)

    def read(self) -> dict[str, float]:
        """CPU seconds by tree since the start."""
        now = cpu_seconds(self._roots)
        return {name: now[name] - before for name, before in self._before.items()}


def _stats() -> Iterator[tuple[int, list[str]]]:
    for entry in _PROC.iterdir():
        if entry.name.isdigit():
            # A process may end between looking and reading.
            with suppress(OSError):
                yield int(entry.name), (entry / "stat").read_text().rpartition(")")[2].split()


def _tree(root: int, stats: Mapping[int, list[str]]) -> list[int]:
    found = [root] if root in stats else []
    for pid in found:
        found += [child for child, stat in stats.items() if int(stat[_PARENT]) == pid]
    return found


def _pss(pid: int) -> int:
    with suppress(OSError):
        for line in (_PROC / str(pid) / "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0
