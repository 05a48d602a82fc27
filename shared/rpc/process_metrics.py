"""What Prometheus sees of the process itself: memory, processor time, descriptors, threads, tasks, garbage."""

import asyncio
import threading
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector


def register_process_metrics(registry: CollectorRegistry, loop: asyncio.AbstractEventLoop) -> None:
    """Adds what operators expect of every process, under the client library's names, and the tasks of `loop`.

    The client library reads /proc: elsewhere than on Linux there is no memory, processor time or descriptor.
    """
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    registry.register(_ActivityCollector(loop))


class _ActivityCollector(Collector):
    """Counts what is alive; the page is asked for in a thread of its own, which is one of those counted."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def collect(self) -> Iterator[Metric]:
        """What there is now."""
        tasks = len(asyncio.all_tasks(self._loop))
        yield GaugeMetricFamily("python_asyncio_tasks", "Tasks that have not ended.", tasks)
        yield GaugeMetricFamily("python_threads", "Threads of Python.", threading.active_count())
