"""Opens a channel to another service of ours."""

import json
from collections.abc import Mapping
from typing import Any

import grpc.aio

from shared.endpoints import kind_of

# For idempotent calls alone: a peer that is being restarted is asked again within its deadline.
_RETRY = {
    "maxAttempts": 5,
    "initialBackoff": "0.05s",
    "maxBackoff": "0.5s",
    "backoffMultiplier": 2,
    "retryableStatusCodes": ["UNAVAILABLE"],
}


def open_channel(*addresses: str, idempotent: Mapping[str, str] | None = None) -> grpc.aio.Channel:
    """A channel to every `host:port` in turn, and to every address of a name; close it.

    `idempotent` names the methods (service to method) that may be repeated, at the next address if there are several.
    """
    names = [{"service": service, "method": method} for service, method in (idempotent or {}).items()]
    config: dict[str, Any] = {
        "loadBalancingConfig": [{"round_robin": {}}],
        "methodConfig": [{"name": names, "retryPolicy": _RETRY}] if names else [],
    }
    return grpc.aio.insecure_channel(
        _target(addresses),
        options=(
            ("grpc.service_config", json.dumps(config)),
            # The proxy of the environment is for the world outside, where the vendors are.
            ("grpc.enable_http_proxy", 0),
            # A peer that comes back is found at once instead of after a long pause, also at another address, and before
            # the last attempt of a call, about 0.7 s after the first.
            ("grpc.initial_reconnect_backoff_ms", 100),
            ("grpc.max_reconnect_backoff_ms", 300),
            ("grpc.dns_min_time_between_resolutions_ms", 1_000),
            ("grpc.use_local_subchannel_pool", 1),
            # A connection that leads nowhere, and does not say so, is given up. Servers let us ask that often.
            ("grpc.keepalive_time_ms", 2_000),
            ("grpc.keepalive_timeout_ms", 2_000),
            # The one that counts: of a ping that was sent, a minute by default.
            ("grpc.http2.ping_timeout_ms", 2_000),
            ("grpc.keepalive_permit_without_calls", 1),
            ("grpc.http2.max_pings_without_data", 0),
            # In spite of its name: so long a peer may take to greet.
            ("grpc.min_reconnect_backoff_ms", 2_000),
        ),
    )


def _target(addresses: tuple[str, ...]) -> str:
    """What gRPC takes: one name or address, or several IP addresses of one kind."""
    return f"dns:///{addresses[0]}" if len(addresses) == 1 else f"{kind_of(addresses[0])}:{','.join(addresses)}"
