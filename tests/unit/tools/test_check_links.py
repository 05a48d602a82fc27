"""The check of the catalogue's addresses, against a server of our own."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
import yaml

from tools.check_links import Visit, main, visit_all, write_report

NOBODY = "http://127.0.0.1:1/"  # a port that no server of ours has


@dataclass
class Site:
    """A server with pages of every kind, and what it saw."""

    root: str = ""
    seen: list[tuple[str, str]] = field(default_factory=list)
    open: int = 0
    most_open: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


class _Pages(BaseHTTPRequestHandler):
    statuses: ClassVar[dict[str, int]] = {"/page": 200, "/missing": 404, "/broken": 500, "/members": 403}
    site: ClassVar[Site]
    over: ClassVar[threading.Event]

    def do_HEAD(self) -> None:
        """Answers as a GET, but for the page that knows no HEAD."""
        self._count_and_answer(405 if self.path == "/no-head" else None)

    def do_GET(self) -> None:
        """Answers by the path."""
        self._count_and_answer(None)

    def log_request(self, *_: object) -> None:
        """Writes nothing."""

    def _count_and_answer(self, status: int | None) -> None:
        with self.site.lock:
            self.site.open += 1
            self.site.most_open = max(self.site.most_open, self.site.open)
        self._answer(status)

    def _answer(self, status: int | None) -> None:
        self.site.seen.append((self.command, self.path))
        if self.path == "/silent":
            self.over.wait()
        if self.path.startswith("/moved"):
            self.send_response(301)
            self.send_header("Location", "/page" if self.path == "/moved" else "/missing")
        else:
            self.send_response(status or self.statuses.get(self.path, 200))
        self.send_header("Content-Length", "0")
        # Before the last byte: then whoever asks has it, and may ask for the next.
        with self.site.lock:
            self.site.open -= 1
        self.end_headers()


@contextmanager
def _serving() -> Iterator[Site]:
    site, over = Site(), threading.Event()
    handler = type("Pages", (_Pages,), {"site": site, "over": over})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    site.root = f"http://127.0.0.1:{server.server_port}"
    try:
        yield site
    finally:
        over.set()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def site() -> Iterator[Site]:
    """A server with pages of every kind."""
    with _serving() as serving:
        yield serving


@pytest.mark.parametrize(
    ("path", "status", "led_to", "dead"),
    [
        ("/page", 200, "", False),
        ("/no-head", 200, "", False),
        ("/moved", 200, "/page", False),
        ("/moved-away", 404, "/missing", True),
        ("/missing", 404, "", True),
        ("/broken", 500, "", True),
        ("/members", 403, "", False),
    ],
)
async def test_an_address_is_dead_where_nobody_would_find_a_page(
    site: Site, path: str, status: int, led_to: str, dead: bool
) -> None:
    """Redirects are followed, a server that knows no HEAD is asked again, and a refusal is a sign of life."""
    (visit,) = await visit_all([site.root + path], parallel=1, limit=5)

    assert (visit.status, visit.dead) == (status, dead)
    assert visit.led_to == (site.root + led_to if led_to else "")


async def test_a_good_page_is_asked_once_and_without_its_body(site: Site) -> None:
    """HEAD is enough where it is answered."""
    await visit_all([f"{site.root}/page"], parallel=1, limit=5)

    assert site.seen == [("HEAD", "/page")]


async def test_who_says_nothing_is_dead_when_the_time_is_up(site: Site) -> None:
    """A server that takes the call and never answers, and a port where nobody listens."""
    silent, nobody = await visit_all([f"{site.root}/silent", NOBODY], parallel=2, limit=0.3)

    assert (silent.status, silent.dead, bool(silent.fault)) == (None, True, True)
    assert (nobody.status, nobody.dead, nobody.fault) == (None, True, "ConnectError")


async def _drip(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    try:
        while True:
            writer.write(b"X-More: 1\r\n")
            await writer.drain()
            await asyncio.sleep(0.05)
    finally:
        writer.transport.abort()


@pytest.fixture
async def dripping() -> AsyncIterator[str]:
    """A server whose answer never comes to its end."""
    open_calls: set[asyncio.Task[None]] = set()

    def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_calls.add(asyncio.ensure_future(_drip(writer)))

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    server.close()
    for call in open_calls:
        call.cancel()
    await asyncio.gather(*open_calls, return_exceptions=True)


async def test_the_limit_holds_for_all_of_a_request(dripping: str) -> None:
    """Who sends a little now and then is left all the same."""
    (visit,) = await visit_all([dripping], parallel=1, limit=0.3)

    assert (visit.dead, visit.fault) == (True, "TimeoutError")


async def test_so_many_requests_at_a_time_and_no_more(site: Site) -> None:
    """Every address is tried, in the given order, while no more requests than asked for are open at once."""
    addresses = [f"{site.root}/{number}" for number in range(20)]

    visits = await visit_all(addresses, parallel=3, limit=5)

    assert [(visit.address, visit.status) for visit in visits] == [(address, 200) for address in addresses]
    assert 1 <= site.most_open <= 3


def _catalogue(folder: Path, links: list[str]) -> Path:
    entries = [
        {"title": f"T{n}", "kind": "documentation", "language": "en", "level": "all", "topics": ["Redis"], "link": link}
        for n, link in enumerate(links)
    ]
    book = {"title": "B", "kind": "book", "language": "ko", "level": "all", "topics": ["Redis"]}
    file = folder / "catalogue.yaml"
    file.write_text(yaml.safe_dump({"soft_topics": [], "resources": [*entries, book]}), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("paths", "code"),
    [(["/page", "/moved", "/members"], 0), (["/page", "/missing"], 1)],
    ids=["all alive", "one dead"],
)
def test_the_command_fails_where_one_is_dead(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str], paths: list[str], code: int
) -> None:
    """The addresses of the file are tried; the table names the dead."""
    file = _catalogue(tmp_path, [site.root + path for path in paths])

    result = main(["--catalogue", str(file), "--limit", "5"])

    report = capsys.readouterr().out
    assert result == code
    assert ("dead:" in report, f"404  {site.root}/missing" in report) == (bool(code), bool(code))
    assert f"{len(paths)} addresses: {code} dead" in report


def test_the_report_names_dead_refusing_and_moved_ones_apart() -> None:
    """Each in its table, with the end of the redirects; the good are only counted."""
    visits = [
        Visit("https://a.example", 200),
        Visit("https://b.example", None, fault="ConnectError"),
        Visit("https://c.example", 403),
        Visit("https://d.example", 200, led_to="https://e.example/"),
    ]

    report = write_report(visits)

    assert report.splitlines() == [
        "dead:",
        "  ConnectError  https://b.example",
        "",
        "refuses programs:",
        "  403  https://c.example",
        "",
        "moved:",
        "  200  https://d.example -> https://e.example/",
        "",
        "4 addresses: 1 dead, 1 refuse programs, 1 moved",
    ]
