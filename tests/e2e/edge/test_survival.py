"""The worst clients at once, in small; `make edge` has them at full size."""

import asyncio

import pytest

from tests.edge.attacks import list_cases, probe, run
from tests.support.edge import Edge

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_gateway_outlives_its_worst_clients(edge: Edge) -> None:
    """Each is told what it did wrong, in JSON, and an honest client is served all the while and after."""
    cases, stop = list_cases(0.1), asyncio.Event()

    async with edge.client() as client, edge.client() as honest:
        asking = asyncio.create_task(probe(honest, stop))
        outcomes = await asyncio.gather(*(run(edge, client, case) for case in cases))
        stop.set()
        served = await asking
        after = await honest.get("/resumes/kim")

    wrong = {case.name: seen for case, seen in zip(cases, outcomes, strict=True) if seen != {case.expected}}
    assert wrong == {}
    assert set(served) == {(200, None)}
    assert after.json()["unique_key"] == "kim"
