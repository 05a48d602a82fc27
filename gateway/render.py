"""Makes the gateway's configuration for a local run out of `envoy.yaml`, by changing its tree, never its text.

`python -m gateway.render` prints it for the current settings.
"""

from pathlib import Path
from typing import Any

import yaml

from shared.config import Settings, load_settings
from shared.yaml_file import read_yaml

HERE = Path(__file__).resolve().parent
SOURCE = HERE / "envoy.yaml"

# Below this level a run prints one line per request.
_TALKATIVE = ("debug", "info")


def render(settings: Settings) -> str:
    """The configuration of `envoy.yaml` with the addresses, ports and files of this machine, as YAML."""
    config: dict[str, Any] = read_yaml(SOURCE)
    _move(config["admin"]["address"], "127.0.0.1", settings.envoy_admin_port)
    (listener,) = config["static_resources"]["listeners"]
    _move(listener["address"], settings.listen_host, settings.gateway_port)
    for cluster in config["static_resources"]["clusters"]:
        host, _, port = settings.address(cluster["name"]).rpartition(":")
        _move(_endpoint(cluster)["address"], host.strip("[]"), int(port))
    manager = listener["filter_chains"][0]["filters"][0]["typed_config"]
    filters = {entry["name"].rpartition(".")[2]: entry["typed_config"] for entry in manager["http_filters"]}
    filters["grpc_json_transcoder"]["proto_descriptor"] = str(HERE / "descriptors.pb")
    filters["lua"]["default_source_code"]["filename"] = str(HERE / "rest.lua")
    if settings.log_level not in _TALKATIVE:
        del manager["access_log"]
    return yaml.dump(config, Dumper=_PlainDumper, sort_keys=False, allow_unicode=True)


def _move(address: dict[str, Any], host: str, port: int) -> None:
    address["socket_address"] |= {"address": host, "port_value": port}


def _endpoint(cluster: dict[str, Any]) -> dict[str, Any]:
    endpoint: dict[str, Any] = cluster["load_assignment"]["endpoints"][0]["lb_endpoints"][0]["endpoint"]
    return endpoint


class _PlainDumper(yaml.SafeDumper):
    """Writes shared parts in full: what is printed is for reading."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ANN401, ARG002 - the signature that is overridden
        """Always."""
        return True


if __name__ == "__main__":
    print(render(load_settings()), end="")  # noqa: T201 - a command that prints
