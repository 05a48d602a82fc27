"""Holds the gateway's configuration against the contracts, and the local one against the one of docker-compose."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.render import HERE, SOURCE, render
from shared.config import Settings, load_settings
from tests.support.routes import rest_routes, takes
from tools.gateway_filter import MODULE, assemble
from tools.lint_gateway import is_valid

SETTINGS = {"GATEWAY_REQUESTS_PER_MINUTE": "100", "GATEWAY_CONNECTIONS_PER_CLIENT": "50", "LOG_LEVEL": "info"}
COMPOSE = yaml.safe_load(Path(HERE.parent, "docker-compose.yml").read_text(encoding="utf-8"))


def rendered(**settings: str) -> dict[str, Any]:
    """The configuration of a gateway with these settings beside the limits."""
    # The reader in C takes a tenth of the time.
    reader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    config: dict[str, Any] = yaml.load(render(load_settings(SETTINGS | settings)), reader)
    return config


CONFIG = rendered()


def manager_of(config: dict[str, Any]) -> dict[str, Any]:
    """The connection manager of the one listener."""
    manager: dict[str, Any] = config["static_resources"]["listeners"][0]["filter_chains"][0]["filters"][-1]
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


def endpoints_of(config: dict[str, Any]) -> dict[str, list[tuple[str, int]]]:
    """Host and port of each endpoint, by service."""
    addresses = {
        cluster["name"]: [
            entry["endpoint"]["address"].get("socket_address")
            for entry in cluster["load_assignment"]["endpoints"][0]["lb_endpoints"]
        ]
        for cluster in config["static_resources"]["clusters"]
        if not cluster["name"].endswith("-health")
    }
    del addresses["admin"]
    return {name: [(each["address"], each["port_value"]) for each in found] for name, found in addresses.items()}


def routes_of(host: dict[str, Any], path: str) -> list[dict[str, Any]]:
    """The routes that Envoy tries for a path, in their order: those of the longest prefix."""
    lists = host["matcher"]["matcher_tree"]["prefix_match_map"]["map"]
    prefix = max((prefix for prefix in lists if path.startswith(prefix)), key=len)
    routes: list[dict[str, Any]] = lists[prefix]["action"]["typed_config"]["routes"]
    return routes


def test_every_service_with_rest_paths_is_transcoded() -> None:
    """A new service is not forgotten, and one without REST paths is not let in."""
    services = filter_of(CONFIG, "grpc_json_transcoder")["services"]

    assert set(services) == {route.service for route in rest_routes()}


def test_every_id_of_a_path_is_protected_from_the_query() -> None:
    """By both of its names; a new path variable fails here until it is listed."""
    ignored = filter_of(CONFIG, "grpc_json_transcoder")["ignored_query_parameters"]

    bound = {name for route in rest_routes() for name in route.variables}

    assert set(ignored) == bound | {camel(name) for name in bound}


def test_the_script_knows_every_id_that_a_body_could_replace() -> None:
    """`rest.lua` refuses a body that names one, where the body fills the whole request."""
    script = (HERE / "rest.lua").read_text(encoding="utf-8")

    bound = {name for route in rest_routes() if route.body == "*" for name in route.variables}

    assert {name for name in bound if f'{name} = {{"{name}", "{camel(name)}"}}' not in script} == set()


def test_the_erasure_of_derived_data_has_no_route() -> None:
    """Neither by name nor by a route that takes everything."""
    hosts = {host["name"]: host for host in manager_of(CONFIG)["route_config"]["virtual_hosts"]}
    lists = hosts["career-coach"]["matcher"]["matcher_tree"]["prefix_match_map"]["map"].values()

    routes = [route for entry in lists for route in entry["action"]["typed_config"]["routes"]]
    routed = [route["match"] for route in routes if "route" in route]

    paths = [
        match.get("prefix") or match.get("path") or match["safe_regex"]["regex"].replace("\\", "") for match in routed
    ]
    public = ("/career.resume.", "/career.interview.", "/career.learning.", "/grpc.(health", "/api/v1/")
    assert all(path.startswith(public) for path in paths)


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
    config = rendered(**environment)

    listener = config["static_resources"]["listeners"][0]["address"]["socket_address"]
    status = config["static_resources"]["listeners"][1]["address"]["socket_address"]
    cluster = config["static_resources"]["clusters"][0]["load_assignment"]["endpoints"][0]["lb_endpoints"][0]
    resume = cluster["endpoint"]["address"]["socket_address"]
    assert "pipe" in config["admin"]["address"]
    assert status["address"] == "127.0.0.1"
    assert (
        listener["address"],
        listener["port_value"],
        status["port_value"],
        (resume["address"], resume["port_value"]),
    ) == expected


def test_every_replica_is_an_endpoint() -> None:
    """Of its own service alone, whatever kind of address it has."""
    config = rendered(RESUME_ADDRESS="10.0.0.1:1,10.0.0.2:2", LEARNING_ADDRESS="[::1]:3,[::1]:4")

    assert endpoints_of(config) == {
        "resume": [("10.0.0.1", 1), ("10.0.0.2", 2)],
        "interview": [("127.0.0.1", 8002)],
        "learning": [("::1", 3), ("::1", 4)],
    }


@pytest.mark.parametrize(
    ("method", "keyed", "repeated"),
    [
        pytest.param("/career.resume.v1.ResumeService/GetResume", False, True, id="read"),
        pytest.param("/career.resume.v1.ResumeService/UpdateResume", False, True, id="replace"),
        pytest.param("/career.resume.v1.ResumeService/CreateResume", False, False, id="create"),
        pytest.param("/career.resume.v1.ResumeService/CreateResume", True, True, id="create with a key"),
        pytest.param("/career.resume.v1.ResumeService/ImportJsonResume", True, True, id="import with a key"),
        pytest.param("/career.resume.v1.ResumeService/DeleteResume", True, False, id="delete"),
        pytest.param("/career.interview.v1.InterviewService/GenerateQuestions", False, False, id="generate"),
        pytest.param("/career.interview.v1.InterviewService/GenerateQuestions", True, True, id="generate with a key"),
        pytest.param("/career.learning.v1.LearningService/StreamLearningPath", True, True, id="stream with a key"),
        pytest.param("/career.interview.v1.InterviewService/CreateFeedback", False, False, id="feedback"),
        pytest.param("/career.learning.v1.LearningService/CreateFeedback", True, True, id="feedback with a key"),
        pytest.param("/career.learning.v1.LearningService/GetUsage", False, True, id="usage"),
    ],
)
def test_what_a_service_may_have_seen_is_repeated_where_that_is_safe(
    method: str, *, keyed: bool, repeated: bool
) -> None:
    """Reads, what replaces, and what brings a key; anything else only if the service has not seen it."""
    host = next(host for host in manager_of(CONFIG)["route_config"]["virtual_hosts"] if host["name"] == "career-coach")

    route = next(route for route in routes_of(host, method) if takes(route["match"], method, keyed=keyed))

    policy = route["route"].get("retry_policy", host["retry_policy"])
    assert ("reset" in policy["retry_on"].split(",")) == repeated
    assert policy["retry_host_predicate"] == host["retry_policy"]["retry_host_predicate"]


def test_a_quiet_run_has_no_access_log() -> None:
    """As quiet as the services."""
    quiet, talkative = (rendered(LOG_LEVEL=level) for level in ("warning", "debug"))

    assert "access_log" not in manager_of(quiet)
    assert "access_log" in manager_of(talkative)


def test_envoy_takes_what_is_rendered_and_refuses_what_is_broken() -> None:
    """The check of `make lint` can fail."""
    config = render(load_settings({}))

    verdicts = is_valid(config), is_valid(config.replace("buffer.v3.Buffer", "buffer.v3.Nothing"))

    assert verdicts == (True, False)


def test_the_source_is_whole_without_settings() -> None:
    """What is rendered has every part of `envoy.yaml` unless a setting takes it away."""
    source = yaml.safe_load(SOURCE.read_text(encoding="utf-8"))

    missing = {path for path, _ in leaves(source)} - {path for path, _ in leaves(CONFIG)}

    # Routes move to the end: the ones that are added come before them.
    assert {path for path in missing if "/routes/" not in path} == set()


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        pytest.param({"GATEWAY_REQUESTS_PER_MINUTE": "0"}, "local_ratelimit", id="requests"),
        pytest.param({"GATEWAY_CONNECTIONS_PER_CLIENT": "0"}, "connections.wasm", id="connections"),
    ],
)
def test_a_limit_of_zero_is_none(settings: dict[str, str], names: str) -> None:
    """Its filter is not there at all."""
    assert names in str(manager_of(CONFIG)["http_filters"]) + str(CONFIG["static_resources"]["listeners"][0])

    lifted = [entry["name"] for entry in manager_of(rendered(**settings))["http_filters"]]
    filters = rendered(**settings)["static_resources"]["listeners"][0]["filter_chains"][0]["filters"]

    assert not any(names in name for name in [*lifted, *map(str, filters[:-1])])


def test_tls_is_a_listener_of_its_own() -> None:
    """Beside the one in plain text, with the same routes."""
    config = rendered(GATEWAY_TLS_PORT="8443", GATEWAY_TLS_CERTIFICATE="/c.pem", GATEWAY_TLS_KEY="/k.pem")

    plain, _, encrypted = config["static_resources"]["listeners"]

    chains = [listener["filter_chains"][0] for listener in (plain, encrypted)]
    assert encrypted["address"]["socket_address"]["port_value"] == 8443
    assert "transport_socket" not in chains[0]
    assert chains[1]["transport_socket"]["typed_config"]["common_tls_context"]["alpn_protocols"] == ["h2", "http/1.1"]
    managers = [chain["filters"][-1]["typed_config"] for chain in chains]
    assert managers[0]["route_config"] == managers[1]["route_config"]


def test_the_filter_is_what_its_source_says() -> None:
    """`make gateway-filter` was run after the last change."""
    assert MODULE.read_bytes() == assemble()


def test_docker_compose_renders_with_the_gateways_own_settings() -> None:
    """Every GATEWAY_ setting can be made there, and Envoy finds the files where they were when it was rendered."""
    config, gateway = COMPOSE["services"]["gateway-config"], COMPOSE["services"]["gateway"]
    own = {name.upper() for name in Settings.model_fields if name.startswith("gateway_")}

    assert own <= set(config["environment"])
    mounted = [{volume.split(":")[1] for volume in service["volumes"]} for service in (config, gateway)]
    assert mounted[0] == mounted[1]
    assert "/app/gateway" in mounted[0]
