"""What a local stack consists of."""

import os
import socket

import pytest

from shared.config import load_settings
from tests.support.stack import free_ports
from tools.procfile import build_environment, find_taken_ports, list_ports, read_commands


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        pytest.param({}, ["mongo", "resume", "interview", "learning", "gateway"], id="embedded"),
        pytest.param(
            {"MONGODB_URL": "mongodb://db.example"}, ["resume", "interview", "learning", "gateway"], id="database-given"
        ),
    ],
)
def test_a_database_is_started_unless_there_is_one(environment: dict[str, str], expected: list[str]) -> None:
    """In the order of the Procfile."""
    settings = load_settings(environment)

    assert list(read_commands(settings)) == expected
    assert any(port.variable == "MONGO_PORT" for port in list_ports(settings)) == ("mongo" in expected)


def test_a_taken_port_is_found_with_its_variable() -> None:
    """And only that one."""
    environment = free_ports()
    with socket.create_server(("127.0.0.1", int(environment["LEARNING_PORT"]))):
        taken = find_taken_ports(load_settings(environment))

    assert [(port.owner, port.variable) for port in taken] == [("learning", "LEARNING_PORT")]


def test_one_port_for_two_processes_is_found() -> None:
    """Before the second of them fails at its start."""
    environment = free_ports()
    environment["INTERVIEW_PORT"] = environment["GATEWAY_PORT"]

    taken = find_taken_ports(load_settings(environment))

    assert [port.variable for port in taken] == ["INTERVIEW_PORT"]


def test_this_interpreters_programs_come_first() -> None:
    """Whatever else the path holds, and from any directory."""
    environment = build_environment({"PATH": "/elsewhere", "KEPT": "1"})

    first, second = environment["PATH"].split(os.pathsep)
    assert (second, environment["KEPT"]) == ("/elsewhere", "1")
    assert os.access(os.path.join(first, "envoy"), os.X_OK)  # noqa: PTH118 - parts of PATH are texts
    assert all(os.path.isabs(part) for part in environment["PYTHONPATH"].split(os.pathsep))  # noqa: PTH117 - as above
