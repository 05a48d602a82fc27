"""Lets Envoy check what it is given: the default, and a gateway with every setting of its own."""

import subprocess
import sys
import tempfile
from pathlib import Path

from gateway.render import render
from shared.config import load_settings
from tools.gateway_filter import MODULE, assemble

_ENVOY = Path(sys.executable).parent / "envoy"
_EVERYTHING = {
    "GATEWAY_HOSTS": "api.example,localhost",
    "GATEWAY_CORS_ORIGINS": "https://jobs.example",
    "RESUME_ADDRESS": "10.0.0.1:8001,10.0.0.2:8001",
    "GATEWAY_REQUESTS_PER_MINUTE": "100",
    "GATEWAY_CONNECTIONS_PER_CLIENT": "50",
    "LOG_LEVEL": "debug",
}
_NOTHING = {"GATEWAY_REQUESTS_PER_MINUTE": "0", "GATEWAY_CONNECTIONS_PER_CLIENT": "0", "LOG_LEVEL": "warning"}


def is_valid(config: str) -> bool:
    """Whether Envoy would start with it; Envoy prints what is wrong."""
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "envoy.yaml"
        file.write_text(config, encoding="utf-8")
        command = [str(_ENVOY), "--mode", "validate", "--log-level", "warning", "-c", str(file)]
        return subprocess.run(command, check=False).returncode == 0


def main() -> int:
    """1 when Envoy refuses one, or when the filter was not assembled after a change."""
    valid = [is_valid(render(load_settings(settings))) for settings in ({}, _EVERYTHING, _NOTHING)]
    current = MODULE.read_bytes() == assemble()
    if not current:
        print("gateway/connections.wasm is not what its source says: make gateway-filter", file=sys.stderr)
    return int(not (current and all(valid)))


if __name__ == "__main__":
    raise SystemExit(main())
