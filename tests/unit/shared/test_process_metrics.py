"""What a process tells Prometheus of itself."""

import asyncio
from pathlib import Path

from prometheus_client import CollectorRegistry

from shared.rpc.process_metrics import register_process_metrics


async def test_tasks_that_end_are_not_counted_any_more() -> None:
    """The gauge of tasks follows those that live."""
    registry = CollectorRegistry()
    register_process_metrics(registry, asyncio.get_running_loop())
    before = registry.get_sample_value("python_asyncio_tasks") or 0

    tasks = [asyncio.create_task(asyncio.Event().wait()) for _ in range(7)]
    within = registry.get_sample_value("python_asyncio_tasks")
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)

    assert within == before + 7
    assert registry.get_sample_value("python_asyncio_tasks") == before


async def test_descriptors_are_counted(tmp_path: Path) -> None:
    """By the name that dashboards of any language know."""
    registry = CollectorRegistry()
    register_process_metrics(registry, asyncio.get_running_loop())
    before = registry.get_sample_value("process_open_fds") or 0

    files = [(tmp_path / str(number)).open("w") for number in range(5)]
    within = registry.get_sample_value("process_open_fds")
    for file in files:
        file.close()

    assert within == before + 5
