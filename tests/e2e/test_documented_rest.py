"""The page of REST calls: what it shows is what happens, and it shows every call."""

import re
from urllib.parse import urlsplit

import pytest
from google.api import annotations_pb2
from google.protobuf.descriptor_pb2 import FileDescriptorSet

from gateway.rest_routes import path_regex
from tests.clients.documents import Block, Run, find_faults, read_blocks, run_blocks
from tests.support.resumes import ROOT
from tests.support.stack import Stack
from tools.protos import DESCRIPTORS

BLOCKS = read_blocks(ROOT / "docs" / "rest.md")
VERBS = ("get", "put", "post", "delete", "patch")


@pytest.fixture(scope="module")
def run(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The page, run from its first block to its last."""
    folder = tmp_path_factory.mktemp("rest")
    return run_blocks(BLOCKS, folder, folder, {"localhost:8080": f"127.0.0.1:{stack.settings.gateway_port}"})


def every_rule() -> list[tuple[str, str]]:
    """Verb and path template of every HTTP rule in the contracts."""
    files = FileDescriptorSet.FromString(DESCRIPTORS.read_bytes()).file
    methods = (method for file in files for service in file.service for method in service.method)
    first = (method.options.Extensions[annotations_pb2.http] for method in methods)
    rules = [rule for one in first for rule in (one, *one.additional_bindings)]
    return [(verb.upper(), getattr(rule, verb)) for rule in rules for verb in VERBS if getattr(rule, verb)]


def rules_of(run: Run) -> set[tuple[str, str]]:
    """The rules that were met: of several that fit a call the one with the fewest variables, then the longest."""
    met = set()
    for arguments in run.calls:
        (path,) = (urlsplit(argument).path for argument in arguments if "://" in argument)
        fitting = [
            rule for rule in every_rule() if rule[0] == _verb(arguments) and re.fullmatch(path_regex(rule[1]), path)
        ]
        met |= set(sorted(fitting, key=lambda rule: (rule[1].count("{"), -len(rule[1])))[:1])
    return met


def _verb(arguments: list[str]) -> str:
    if "-X" in arguments:
        return arguments[arguments.index("-X") + 1]
    return "POST" if {"-d", "--data-binary"} & set(arguments) else "GET"


@pytest.mark.parametrize("position", range(len(BLOCKS)), ids=[f"line-{block.line}" for block in BLOCKS])
def test_every_block_does_what_the_page_says(run: Run, position: int) -> None:
    """Each command works, and its answer is the documented one."""
    block: Block = BLOCKS[position]

    faults = find_faults(block, run.statuses[position], run.outputs[position])

    assert faults == []


@pytest.mark.parametrize("rule", every_rule(), ids=" ".join)
def test_every_call_is_shown(run: Run, rule: tuple[str, str]) -> None:
    """Whatever path the contracts have, the page calls it."""
    assert rule in rules_of(run)
