"""Opens a channel to another service of ours."""

import json
from collections.abc import Mapping
from typing import Any

import grpc.aio

# For idempotent calls alone: a peer that is being restarted is asked again within its deadline.
_RETRY = {
    "maxAttempts": 4,
    "initialBackoff": "0.05s",
    "maxBackoff": "0.5s",
    "backoffMultiplier": 2,
    "retryableStatusCodes": ["UNAVAILABLE"],
}


def open_channel(address: str, *, idempotent: Mapping[str, str] | None = None) -> grpc.aio.Channel:
    """A channel to `host:port`; `idempotent` names the methods (service to method) that may be repeated. Close it."""
    names = [{"service": service, "method": method} for service, method in (idempotent or {}).items()]
    config: dict[str, Any] = {"methodConfig": [{"name": names, "retryPolicy": _RETRY}] if names else []}
    return grpc.aio.insecure_channel(
        address,
        options=(
            ("grpc.service_config", json.dumps(config)),
            # The proxy of the environment is for the world outside, where the vendors are.
            ("grpc.enable_http_proxy", 0),
            # A peer that comes back is found at once instead of after a long pause.
            ("grpc.initial_reconnect_backoff_ms", 100),
            ("grpc.max_reconnect_backoff_ms", 1_000),
            ("grpc.use_local_subchannel_pool", 1),
        ),
    )
