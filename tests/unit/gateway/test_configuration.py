"""Holds the gateway's configuration against the contracts, and the local one against the one of docker-compose."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.render import HERE, SOURCE, render
from shared.config import load_settings
from tests.support.routes import rest_routes
from tools.lint_gateway import is_valid

COMPOSED = yaml.safe_load(SOURCE.read_text(encoding="utf-8"))


def manager_of(config: dict[str, Any]) -> dict[str, Any]:
    """The connection manager of the one listener."""
    manager: dict[str, Any] = config["static_resources"]["listeners"][0]["filter_chains"][0]["filters"][0]
    return dict(manager["typed_config"])


def filter_of(config: dict[str, Any], name: str) -> dict[str, Any]:
    """The configuration of one HTTP filter."""
    filters = {entry["name"]: entry["typed_config"] for entry in manager_of(config)["http_filters"]}
    found: dict[str, Any] = filters[f"envoy.filters.http.{name}"]
    return found


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every scalar of a tree with its path."""
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(item, f"{path}/{key}")
    else:
        yield path, value


def camel(name: str) -> str:
    """The JSON name of a field."""
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)


def test_every_service_with_rest_paths_is_transcoded() -> None:
    """A new service is not forgotten, and one without REST paths is not let in."""
    services = filter_of(COMPOSED, "grpc_json_transcoder")["services"]

    assert set(services) == {route.service for route in rest_routes()}


def test_every_id_of_a_path_is_protected_from_the_query() -> None:
    """By both of its names; a new path variable fails here until it is listed."""
    ignored = filter_of(COMPOSED, "grpc_json_transcoder")["ignored_query_parameters"]

    bound = {name for route in rest_routes() for name in route.variables}

    assert set(ignored) == bound | {camel(name) for name in bound}


def test_the_script_knows_every_id_that_a_body_could_replace() -> None:
    """`rest.lua` counts the mentions of each, where the body fills the whole request."""
    script = (HERE / "rest.lua").read_text(encoding="utf-8")

    bound = {name for route in rest_routes() if route.body == "*" for name in route.variables}

    assert bound == {"unique_key"}
    assert all(f'gsub("{name}"' in script for name in ("unique_key", "uniqueKey"))


def test_the_erasure_of_derived_data_has_no_route() -> None:
    """Neither by name nor by a route that takes everything."""
    hosts = {host["name"]: host for host in manager_of(COMPOSED)["route_config"]["virtual_hosts"]}

    matches = [route["match"] for route in hosts["career-coach"]["routes"]]

    paths = [next(iter(match.values())) for match in matches]
    texts = [path if isinstance(path, str) else path["regex"].replace("\\", "") for path in paths]
    assert all(text.startswith(("/career.resume.", "/career.interview.", "/career.learning.")) for text in texts)


def test_a_local_configuration_differs_in_addresses_and_files_alone() -> None:
    """What docker-compose runs is what is tested here."""
    local = yaml.safe_load(render(load_settings({"LOG_LEVEL": "info"})))

    before, after = dict(leaves(COMPOSED)), dict(leaves(local))

    changed = {path.rpartition("/")[2] for path in before if before[path] != after[path]}
    assert before.keys() == after.keys()
    assert changed == {"address", "filename", "proto_descriptor"}


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        pytest.param({}, ("127.0.0.1", 8080, 9901, ("127.0.0.1", 8001)), id="defaults"),
        pytest.param(
            {"LISTEN_HOST": "0.0.0.0", "GATEWAY_PORT": "18080", "ENVOY_ADMIN_PORT": "19901", "RESUME_PORT": "18001"},
            ("0.0.0.0", 18080, 19901, ("127.0.0.1", 18001)),
            id="ports",
        ),
        pytest.param({"RESUME_ADDRESS": "[::1]:7"}, ("127.0.0.1", 8080, 9901, ("::1", 7)), id="address"),
    ],
)
def test_addresses_follow_the_settings(environment: dict[str, str], expected: tuple[Any, ...]) -> None:
    """The administration never leaves loopback."""
    config = yaml.safe_load(render(load_settings(environment)))

    listener = config["static_resources"]["listeners"][0]["address"]["socket_address"]
    admin = config["admin"]["address"]["socket_address"]
    cluster = config["static_resources"]["clusters"][0]["load_assignment"]["endpoints"][0]["lb_endpoints"][0]
    resume = cluster["endpoint"]["address"]["socket_address"]
    assert admin["address"] == "127.0.0.1"
    assert (
        listener["address"],
        listener["port_value"],
        admin["port_value"],
        (resume["address"], resume["port_value"]),
    ) == expected


def test_a_quiet_run_has_no_access_log() -> None:
    """As quiet as the services."""
    quiet, talkative = (yaml.safe_load(render(load_settings({"LOG_LEVEL": level}))) for level in ("warning", "debug"))

    assert "access_log" not in manager_of(quiet)
    assert "access_log" in manager_of(talkative)


def test_envoy_takes_what_is_rendered_and_refuses_what_is_broken() -> None:
    """The check of `make lint` can fail."""
    config = render(load_settings({}))

    verdicts = is_valid(config), is_valid(config.replace("buffer.v3.Buffer", "buffer.v3.Nothing"))

    assert verdicts == (True, False)


def test_docker_compose_gives_the_gateway_each_file_that_it_names() -> None:
    """A file that the configuration reads is mounted where it looks for it."""
    compose = yaml.safe_load(Path(HERE.parent, "docker-compose.yml").read_text(encoding="utf-8"))

    mounted = {volume.split(":")[1] for volume in compose["services"]["gateway"]["volumes"]}

    named = {value for _, value in leaves(COMPOSED) if isinstance(value, str) and value.startswith("/etc/envoy/")}
    assert mounted == named | {"/etc/envoy/envoy.yaml"}
