"""What a local stack consists of: the commands of the Procfile and the environment they run in."""

import os
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from shared.config import Settings

ROOT = Path(__file__).resolve().parent.parent
PROCFILE = ROOT / "Procfile"
DATABASE = "mongo"
SERVICES = ("resume", "interview", "learning")
# The path below which each service answers.
PREFIXES = {"resume": "resumes", "interview": "interview", "learning": "learning"}


@dataclass(frozen=True, slots=True)
class Port:
    """A port that a local stack listens at, and the variable that moves it."""

    owner: str
    variable: str
    host: str
    number: int


def read_commands(settings: Settings) -> dict[str, str]:
    """Shell commands by process name in the order to start them; no database where `MONGODB_URL` names one."""
    lines = (line.partition(":") for line in PROCFILE.read_text(encoding="utf-8").splitlines() if line)
    commands = {name.strip(): command.strip() for name, _, command in lines}
    if not settings.embedded_database:
        del commands[DATABASE]
    return commands


def build_environment(inherited: Mapping[str, str]) -> dict[str, str]:
    """`inherited`, with this interpreter's programs first and our packages importable from any directory."""
    programs = Path(sys.executable).parent
    return {
        **inherited,
        "PATH": f"{programs}{os.pathsep}{inherited.get('PATH', os.defpath)}",
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'protos' / 'gen'}",
        # Lines appear when they are written, not when a buffer is full.
        "PYTHONUNBUFFERED": "1",
    }


def list_ports(settings: Settings) -> Iterator[Port]:
    """Every port that the stack needs."""
    loopback = "127.0.0.1"
    yield Port("gateway", "GATEWAY_PORT", settings.listen_host, settings.gateway_port)
    yield Port("gateway's administration", "ENVOY_ADMIN_PORT", loopback, settings.envoy_admin_port)
    for service in SERVICES:
        yield Port(service, f"{service.upper()}_PORT", settings.listen_host, settings.port(service))
        yield Port(f"{service}'s metrics", "METRICS_PORT_BASE", settings.listen_host, settings.metrics_port(service))
    if settings.embedded_database:
        yield Port("database", "MONGO_PORT", loopback, settings.mongo_port)


def find_taken_ports(settings: Settings) -> list[Port]:
    """Ports that another process listens at, or that two of our own are to share."""
    taken = []
    with ExitStack() as sockets:
        for port in list_ports(settings):
            family = socket.AF_INET6 if ":" in port.host else socket.AF_INET
            probe = sockets.enter_context(socket.socket(family, socket.SOCK_STREAM))
            # What has just closed its connections is no obstacle; what listens still is.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((port.host, port.number))
                probe.listen(1)
            except OSError:
                taken.append(port)
    return taken
