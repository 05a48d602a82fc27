"""The port at which a process is asked what it counts."""

import socket
from http import HTTPStatus
from http.client import HTTPConnection

import pytest
from prometheus_client import CollectorRegistry

from shared.rpc.metrics_server import serving_metrics
from tests.support.ports import free_port

DEADLINE_SECONDS = 10


def test_metrics_share_a_port_only_when_told_to() -> None:
    """As calls do."""
    registry, port = CollectorRegistry(), free_port()

    with (
        serving_metrics(registry, "127.0.0.1", port, sharing=True),
        pytest.raises(OSError, match="in use"),
        serving_metrics(registry, "127.0.0.1", port, sharing=False),
    ):
        pass


def test_who_says_nothing_is_hung_up_on(capfd: pytest.CaptureFixture[str]) -> None:
    """A connection without a request keeps neither a thread nor those behind it, and is nothing to be told of."""
    port = free_port()

    with (
        serving_metrics(CollectorRegistry(), "127.0.0.1", port, sharing=False),
        socket.create_connection(("127.0.0.1", port), timeout=DEADLINE_SECONDS) as silent,
    ):
        other = HTTPConnection("127.0.0.1", port, timeout=DEADLINE_SECONDS)
        other.request("GET", "/metrics")
        answered = other.getresponse().status
        other.close()
        said = silent.recv(1)

    assert (answered, said) == (HTTPStatus.OK, b"")
    assert capfd.readouterr() == ("", "")
