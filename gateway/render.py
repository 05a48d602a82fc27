"""Makes what Envoy runs out of `envoy.yaml` and the settings, by changing its tree, never its text.

`python -m gateway.render` prints it for the current settings.
"""

import math
from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml

from gateway.local_replies import build_mappers
from gateway.rest_routes import build_refusals_of_methods, build_stream_routes
from gateway.route_tree import build_matcher
from gateway.static_files import MAX_BYTES, build_file_routes
from shared.config import Settings, load_settings
from shared.endpoints import split_endpoint
from shared.yaml_file import read_yaml

HERE = Path(__file__).resolve().parent
SOURCE = HERE / "envoy.yaml"

# Below this level a run prints one line per request.
_TALKATIVE = ("debug", "info")
_YEAR_SECONDS = 31_536_000
# Generations that a client may ask for at once: one of so many of its requests a minute.
_REQUESTS_FOR_A_GENERATION = 25

# Writes shared parts in full: what is printed is for reading. The writer in C takes a tenth of the time.
_WRITER: type[yaml.SafeDumper] = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_PLAIN_WRITER = type("PlainWriter", (_WRITER,), {"ignore_aliases": lambda _self, _data: True})

Tree = dict[str, Any]


def render(settings: Settings, *, admin: str = "admin.sock") -> str:
    """The configuration of a gateway with these settings, its files in this folder, as YAML.

    `admin` is the file of its administration, relative to where it runs.
    """
    config: Tree = read_yaml(SOURCE)
    config["admin"]["address"]["pipe"]["path"] = admin
    resources = config["static_resources"]
    api, status = resources["listeners"]
    _move(api["address"], settings.listen_host, settings.gateway_port)
    _move(status["address"], "127.0.0.1", settings.envoy_admin_port)
    for cluster in resources["clusters"]:
        if cluster["name"] == "admin":
            _first_endpoint(cluster)["endpoint"]["address"]["pipe"]["path"] = admin
        else:
            addresses = settings.addresses(cluster["name"])
            _spread(cluster, addresses)
            _limit_calls(cluster, settings.generations_in_flight, len(addresses))
    resources["clusters"] += [_copy_for_health(each) for each in resources["clusters"] if each["name"] != "admin"]
    _limit_connections(api["filter_chains"][0]["filters"], settings.gateway_connections_per_client)
    _complete(_manager(api), settings)
    if settings.gateway_tls_port is not None:
        resources["listeners"].append(_encrypted(api, settings))
    return yaml.dump(config, Dumper=_PLAIN_WRITER, sort_keys=False, allow_unicode=True)


def _limit_connections(filters: list[Tree], per_client: int) -> None:
    if not per_client:
        del filters[0]
        return
    plugin = filters[0]["typed_config"]["config"]
    plugin["vm_config"]["code"]["local"]["filename"] = str(HERE / "connections.wasm")
    plugin["configuration"]["value"] = str(per_client)


def _complete(manager: Tree, settings: Settings) -> None:
    """Adds files, limits, origins, routes and replies to the connection manager."""
    filters = {entry["name"].rpartition(".")[2]: entry["typed_config"] for entry in manager["http_filters"]}
    filters["grpc_json_transcoder"]["proto_descriptor"] = str(HERE / "descriptors.pb")
    filters["lua"]["default_source_code"]["filename"] = str(HERE / "rest.lua")
    host = manager["route_config"]["virtual_hosts"][0]
    host["domains"] = list(settings.gateway_hosts)
    _allow_origins(host["typed_per_filter_config"], settings.gateway_cors_origins)
    _add_routes(host["routes"], filters["grpc_json_transcoder"])
    host["matcher"] = build_matcher(host.pop("routes"))
    manager["route_config"]["max_direct_response_body_size_bytes"] = MAX_BYTES
    manager["local_reply_config"] = {"mappers": build_mappers(settings.gateway_requests_per_minute)}
    _limit_rate(manager, filters["local_ratelimit"], settings.gateway_requests_per_minute)
    if settings.log_level not in _TALKATIVE:
        del manager["access_log"]


def _allow_origins(configs: Tree, origins: tuple[str, ...]) -> None:
    configs["envoy.filters.http.cors"]["allow_origin_string_match"] = [{"exact": origin} for origin in origins]
    configs["envoy.filters.http.lua"]["filter_context"]["origins"] = list(origins)


def _add_routes(routes: list[Tree], transcoder: Tree) -> None:
    """Before `rest`, which takes every path of REST."""
    names = [route["name"] for route in routes]
    unlimited = routes[names.index("rest-health")]["typed_per_filter_config"]
    transcoder = {"@type": transcoder["@type"], **transcoder}
    routes[-1:-1] = [
        *build_file_routes(unlimited),
        *build_refusals_of_methods(),
        *build_stream_routes(transcoder),
    ]
    # Asked for with the right method alone.
    routes.insert(-1, routes.pop(names.index("rest-health")))


def _limit_rate(manager: Tree, limit: Tree, requests_per_minute: int) -> None:
    if not requests_per_minute:
        manager["http_filters"] = [
            entry for entry in manager["http_filters"] if not entry["name"].endswith(".local_ratelimit")
        ]
    of_all, of_generations = (descriptor["token_bucket"] for descriptor in limit["descriptors"])
    for bucket in (limit["token_bucket"], of_all, of_generations):
        bucket |= {"max_tokens": requests_per_minute, "tokens_per_fill": requests_per_minute}
    of_generations["max_tokens"] = math.ceil(requests_per_minute / _REQUESTS_FOR_A_GENERATION)


def _encrypted(api: Tree, settings: Settings) -> Tree:
    """The same listener behind TLS, which tells browsers to come back that way."""
    listener = deepcopy(api)
    listener["name"] = "api-tls"
    _move(listener["address"], settings.listen_host, settings.gateway_tls_port)
    listener["filter_chains"][0]["transport_socket"] = {
        "name": "envoy.transport_sockets.tls",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
            "common_tls_context": {
                "alpn_protocols": ["h2", "http/1.1"],
                "tls_params": {"tls_minimum_protocol_version": "TLSv1_2"},
                "tls_certificates": [
                    {
                        "certificate_chain": {"filename": str(settings.gateway_tls_certificate)},
                        "private_key": {"filename": str(settings.gateway_tls_key)},
                    }
                ],
            },
        },
    }
    mutations = _manager(listener)["http_filters"][0]["typed_config"]["mutations"]["response_mutations"]
    header = {"key": "strict-transport-security", "value": f"max-age={_YEAR_SECONDS}"}
    mutations.append({"append": {"header": header}})
    return listener


def _move(address: Tree, host: str, port: int | None) -> None:
    address["socket_address"] |= {"address": host, "port_value": port}
    if host == "::":
        # As the services do, which listen for both.
        address["socket_address"]["ipv4_compat"] = True


def _spread(cluster: Tree, addresses: tuple[str, ...]) -> None:
    """Gives the cluster an endpoint like its first one for each address."""
    first = _first_endpoint(cluster)
    entries = [deepcopy(first) for _ in addresses]
    for entry, address in zip(entries, addresses, strict=True):
        _move(entry["endpoint"]["address"], *split_endpoint(address))
    cluster["load_assignment"]["endpoints"][0]["lb_endpoints"] = entries


def _first_endpoint(cluster: Tree) -> Tree:
    endpoint: Tree = cluster["load_assignment"]["endpoints"][0]["lb_endpoints"][0]
    return endpoint


def _limit_calls(cluster: Tree, generations: int, processes: int) -> None:
    """Makes limits of one process those of all; in front of generators the ordinary calls are generations."""
    # Both generators share theirs in the source.
    cluster["circuit_breakers"] = deepcopy(cluster["circuit_breakers"])
    thresholds = cluster["circuit_breakers"]["thresholds"]
    if cluster["name"] != "resume":
        thresholds[0] |= {"max_requests": generations, "max_pending_requests": generations}
    for threshold in thresholds:
        for limit in ("max_requests", "max_pending_requests"):
            threshold[limit] *= processes


def _copy_for_health(cluster: Tree) -> Tree:
    """The same endpoints another time: what is counted in flight in one cluster does not count in the other."""
    copy = deepcopy(cluster)
    del copy["circuit_breakers"]
    return copy | {"name": f"{cluster['name']}-health"}


def _manager(listener: Tree) -> Tree:
    manager: Tree = listener["filter_chains"][0]["filters"][-1]["typed_config"]
    return manager


if __name__ == "__main__":
    print(render(load_settings()), end="")  # noqa: T201 - a command that prints
