"""Asks a service of this machine for its health: `python -m shared.rpc.probe PORT`, for a container's health check.

The exit status is 0 when it can work and 1 otherwise.
"""

import sys
from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

_SECONDS = 2.0


def is_serving(address: str) -> bool:
    """Whether the service at `host:port` says that it can work, within two seconds."""
    with grpc.insecure_channel(address, options=(("grpc.enable_http_proxy", 0),)) as channel:
        stub: Any = health_pb2_grpc.HealthStub(channel)  # its types know no methods
        try:
            answer = stub.Check(health_pb2.HealthCheckRequest(), timeout=_SECONDS)
        except grpc.RpcError:
            return False
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


if __name__ == "__main__":
    raise SystemExit(0 if is_serving(f"127.0.0.1:{sys.argv[1]}") else 1)
