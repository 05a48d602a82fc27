"""Tries every address of the learning catalogue and says which are dead, which have moved and which refuse robots."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

import services.learning
from services.learning.catalogue import load_catalogue

CATALOGUE = Path(services.learning.__path__[0]) / "catalogue.yaml"
_AGENT = "career-coach-link-check/1"
# The address is there, but not for programs.
_REFUSALS = frozenset((401, 403, 407, 429, 451))
_GONE = 400
_REQUESTS = 2  # of one address, each within the limit


@dataclass(frozen=True, slots=True)
class Visit:
    """What one address said: the last status (None: no answer), where it led to, and what went wrong."""

    address: str
    status: int | None = None
    led_to: str = ""
    fault: str = ""

    @property
    def refused(self) -> bool:
        """Whether the host is there and does not serve programs."""
        return self.status in _REFUSALS

    @property
    def dead(self) -> bool:
        """Whether nobody would find a page there."""
        return self.status is None or (self.status >= _GONE and not self.refused)


async def visit_all(addresses: Iterable[str], *, parallel: int, limit: float) -> list[Visit]:
    """A visit of each address in their order, `parallel` at a time, `limit` seconds for each request."""
    places = asyncio.Semaphore(parallel)
    async with httpx.AsyncClient(follow_redirects=True, timeout=limit, headers={"User-Agent": _AGENT}) as client:

        async def visit(address: str) -> Visit:
            async with places:
                return await _visit(client, address, limit)

        return list(await asyncio.gather(*map(visit, addresses)))


async def _visit(client: httpx.AsyncClient, address: str, limit: float) -> Visit:
    """By HEAD, and by GET where that is not answered well: some servers know no HEAD."""
    asked = await _ask(lambda: client.head(address), address, limit)
    if asked.status is not None and asked.status < _GONE:
        return asked
    return await _ask(lambda: _open(client, address), address, limit)


async def _open(client: httpx.AsyncClient, address: str) -> httpx.Response:
    """The head of the answer to a GET; the body, which may be long, is left."""
    async with client.stream("GET", address) as response:
        return response


async def _ask(request: Callable[[], Awaitable[httpx.Response]], address: str, limit: float) -> Visit:
    try:
        # httpx bounds each read; a server that drips, and a chain of redirects, need a bound for all of it.
        async with asyncio.timeout(limit):
            response = await request()
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
        return Visit(address, fault=type(error).__name__)
    led_to = str(response.url) if response.history else ""
    return Visit(address, response.status_code, led_to)


def write_report(visits: Sequence[Visit]) -> str:
    """The dead ones, those that refuse programs, and those that have moved, each as a table; then the count."""
    dead = [visit for visit in visits if visit.dead]
    refused = [visit for visit in visits if visit.refused]
    moved = [visit for visit in visits if visit.led_to and not visit.dead and not visit.refused]
    lines = [
        *_write_table("dead", [(str(visit.status or visit.fault), visit.address, visit.led_to) for visit in dead]),
        *_write_table("refuses programs", [(str(visit.status), visit.address, visit.led_to) for visit in refused]),
        *_write_table("moved", [(str(visit.status), visit.address, visit.led_to) for visit in moved]),
        f"{len(visits)} addresses: {len(dead)} dead, {len(refused)} refuse programs, {len(moved)} moved",
    ]
    return "\n".join(lines)


def _write_table(title: str, rows: Sequence[tuple[str, str, str]]) -> list[str]:
    if not rows:
        return []
    width = max(len(status) for status, _, _ in rows)
    arrows = ((status, address, f" -> {led_to}" if led_to else "") for status, address, led_to in rows)
    return [f"{title}:", *(f"  {status:<{width}}  {address}{arrow}" for status, address, arrow in arrows), ""]


def main(arguments: Sequence[str] | None = None) -> int:
    """1 when any address is dead."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--catalogue", type=Path, default=CATALOGUE, help="the file whose addresses are tried")
    parser.add_argument("--parallel", type=int, default=8, help="requests at a time")
    parser.add_argument("--limit", type=float, default=15.0, help="seconds for one request, redirects included")
    options = parser.parse_args(arguments)
    links = [entry.link for entry in load_catalogue(options.catalogue).entries if entry.link]
    longest = len(links) * _REQUESTS * options.limit / options.parallel
    print(f"{len(links)} addresses, at most {longest:.0f} seconds ...", file=sys.stderr)
    visits = asyncio.run(visit_all(links, parallel=options.parallel, limit=options.limit))
    print(write_report(visits))
    return int(any(visit.dead for visit in visits))


if __name__ == "__main__":
    raise SystemExit(main())
