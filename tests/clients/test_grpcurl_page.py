"""The page of RPCs: what it shows is what happens, both ways that it names, and it shows every RPC."""

import shlex
import sys
from pathlib import Path

import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorSet

from tests.clients import grpcurl
from tests.clients.documents import Run, find_faults, read_blocks, run_blocks
from tests.support.resumes import ROOT
from tests.support.stack import Stack
from tools.protos import DESCRIPTORS

BLOCKS = read_blocks(ROOT / "docs" / "grpcurl.md")
# The gateway has no part in the last section.
THROUGH_GATEWAY = [block for block in BLOCKS if block.section != "On a service's own port"]
EXTRA = {"-plaintext": "-plaintext -protoset gateway/descriptors.pb"}
BUF = Path(sys.executable).with_name("buf")


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a program `grpcurl`."""
    folder = tmp_path_factory.mktemp("programs")
    program = folder / "grpcurl"
    command = shlex.join([f"BUF={BUF}", sys.executable, "-I", "-S", str(grpcurl.__file__)])
    program.write_text(f'#!/bin/sh\nexec env {command} "$@"\n')
    program.chmod(0o700)
    return folder


@pytest.fixture(scope="module")
def direct(stack: Stack, programs: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The page against the services' own ports, by reflection."""
    ports = {"localhost:8001": "resume", "localhost:8002": "interview", "localhost:8003": "learning"}
    addresses = {port: f"127.0.0.1:{stack.settings.port(service)}" for port, service in ports.items()}
    return run_blocks(BLOCKS, tmp_path_factory.mktemp("direct"), programs, addresses)


@pytest.fixture(scope="module")
def through_gateway(stack: Stack, programs: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The page through the gateway, with the contracts from the file."""
    addresses = {f"localhost:800{digit}": f"127.0.0.1:{stack.settings.gateway_port}" for digit in (1, 2, 3)}
    return run_blocks(THROUGH_GATEWAY, tmp_path_factory.mktemp("gateway"), programs, EXTRA | addresses)


def every_method() -> list[str]:
    """Every RPC of the contracts."""
    files = FileDescriptorSet.FromString(DESCRIPTORS.read_bytes()).file
    services = ((file.package, service) for file in files for service in file.service)
    return [f"{package}.{service.name}/{method.name}" for package, service in services for method in service.method]


def methods_of(run: Run) -> set[str]:
    """What was called."""
    return {arguments[-1] for arguments in run.calls}


@pytest.mark.parametrize("position", range(len(BLOCKS)), ids=[f"line-{block.line}" for block in BLOCKS])
def test_every_block_works_on_a_services_own_port(direct: Run, position: int) -> None:
    """Each command works, and its answer is the documented one."""
    faults = find_faults(BLOCKS[position], direct.statuses[position], direct.outputs[position])

    assert faults == []


@pytest.mark.parametrize(
    "position", range(len(THROUGH_GATEWAY)), ids=[f"line-{block.line}" for block in THROUGH_GATEWAY]
)
def test_every_block_works_through_the_gateway(through_gateway: Run, position: int) -> None:
    """The same commands, changed as the page says, have the same answers."""
    faults = find_faults(
        THROUGH_GATEWAY[position], through_gateway.statuses[position], through_gateway.outputs[position]
    )

    assert faults == []


@pytest.mark.parametrize("method", every_method())
def test_every_rpc_is_shown(direct: Run, through_gateway: Run, method: str) -> None:
    """Whatever the contracts have, the page calls it; both ways where the gateway serves it."""
    ways = [direct] if method.startswith("career.erasure.") else [direct, through_gateway]

    assert [method in methods_of(run) for run in ways] == [True] * len(ways)


@pytest.mark.parametrize("option", ["-plain", "-insecure", "--data={}"])
def test_what_grpcurl_does_not_know_is_refused(option: str) -> None:
    """The page can hold no option that only the program of the tests would take."""
    with pytest.raises(SystemExit, check=lambda error: error.code == 2):
        grpcurl.main([option, "-plaintext", "localhost:8001", "list"])
