"""Serves what a process counts to Prometheus, at a port of its own."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socket import AF_INET, AF_INET6
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from prometheus_client import CollectorRegistry, make_wsgi_app


@contextmanager
def serving_metrics(registry: CollectorRegistry, host: str, port: int, *, sharing: bool) -> Iterator[None]:
    """Answers at the port for the length of the block, beside another process where both share it. Raises `OSError`."""
    server = _Server((host, port), sharing=sharing)
    server.set_app(make_wsgi_app(registry))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _QuietHandler(WSGIRequestHandler):
    # Seconds: whoever connects and says nothing would keep a thread for as long as this process lives.
    timeout = 2.0

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the overridden one's
        """Nobody reads who asked."""


class _Server(ThreadingMixIn, WSGIServer):
    """The library's own server cannot share a port."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], *, sharing: bool) -> None:
        self.address_family = AF_INET6 if ":" in address[0] else AF_INET
        self.allow_reuse_port = sharing
        super().__init__(address, _QuietHandler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever broke off has gone; the library would print an address and a traceback."""
