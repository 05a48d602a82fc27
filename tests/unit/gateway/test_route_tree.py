"""The tree of routes finds what their list would find."""

import re
from typing import Any

import pytest
import yaml

from gateway.render import SOURCE
from gateway.rest_routes import build_refusals_of_methods, build_stream_routes
from gateway.route_tree import build_matcher
from gateway.static_files import build_file_routes, find_files
from tests.support.routes import fits, rest_routes

Tree = dict[str, Any]


def every_route() -> list[Tree]:
    """What a gateway has, in its order."""
    listener = yaml.safe_load(SOURCE.read_text(encoding="utf-8"))["static_resources"]["listeners"][0]
    manager = listener["filter_chains"][0]["filters"][-1]["typed_config"]
    *written, health, rest = manager["route_config"]["virtual_hosts"][0]["routes"]
    streams = build_stream_routes({"print_options": {}})
    return [*written, *build_file_routes({}), *build_refusals_of_methods(), *streams, health, rest]


def every_path() -> set[str]:
    """Of files, of the contracts with ids that look like other paths, and of what is not there."""
    templates = {re.sub(r"\{\w+\}", "{}", route.template) for route in rest_routes()}
    ids = ("kim", "docs", "health", "a:b", "김")
    rest = {template.replace("{}", name) for template in templates for name in ids}
    methods = {f"/{route.service}/{route.method}" for route in rest_routes()}
    own = {"/grpc.health.v1.Health/Check", "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"}
    odd = {"/", "/api", "/api/v1", "/api/v1/nothing", "/api/v1/resumesx", "/career", "/career.erasure.v1.X/Y"}
    paths = {path or "/" for path in find_files()} | rest | methods | own | odd
    return paths | {f"{path}/" for path in paths} | {f"{path}x" for path in paths}


def look_up(matcher: Tree, path: str) -> list[Tree]:
    """The routes under the longest beginning, as Envoy chooses it."""
    lists = matcher["matcher_tree"]["prefix_match_map"]["map"]
    beginning = max((known for known in lists if path.startswith(known)), key=len)
    listed: list[Tree] = lists[beginning]["action"]["typed_config"]["routes"]
    return listed


def test_each_path_finds_what_a_list_would_find() -> None:
    """All routes that fit, in the same order, so that the first whose other conditions hold is the same, too."""
    routes = every_route()
    matcher = build_matcher(routes)

    different = [
        path
        for path in every_path()
        if [route for route in routes if fits(route["match"], path)]
        != [route for route in look_up(matcher, path) if fits(route["match"], path)]
    ]

    assert different == []


@pytest.mark.parametrize(
    ("match", "path"),
    [
        pytest.param({"safe_regex": {"regex": "/api/v1/?"}}, "/api/v1", id="slash that may be missing"),
        pytest.param({"safe_regex": {"regex": r"/grpc\.*"}}, "/grpc", id="character that may be missing"),
        pytest.param({"safe_regex": {"regex": "/(api|docs)/v1/x"}}, "/api/v1/x", id="alternatives"),
        pytest.param({"safe_regex": {"regex": r"/[a-z]+\.x"}}, "/career.x", id="class"),
        pytest.param({"prefix": "/"}, "/api/v1/resumes/kim", id="everything"),
    ],
)
def test_a_route_is_under_each_beginning_that_it_can_match(match: Tree, path: str) -> None:
    """However little of its path is certain."""
    matcher = build_matcher([{"match": match}])

    assert [route["match"] for route in look_up(matcher, path)] == [match]


def test_a_call_is_held_against_few_routes() -> None:
    """The routes of files are not among them, but for the ones beside its own path."""
    matcher = build_matcher(every_route())

    longest = max(
        len(look_up(matcher, path)) for path in ("/api/v1/resumes/kim", "/career.resume.v1.ResumeService/GetResume")
    )

    assert longest < 30
