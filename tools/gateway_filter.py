"""Assembles the gateway's connection limit, `gateway/connections.wat`, into what Envoy loads."""

import wasmtime

from gateway.render import HERE

SOURCE = HERE / "connections.wat"
MODULE = HERE / "connections.wasm"


def assemble() -> bytes:
    """The module of the source as it is now; raises `wasmtime.WasmtimeError`."""
    return bytes(wasmtime.wat2wasm(SOURCE.read_text(encoding="utf-8")))


if __name__ == "__main__":
    MODULE.write_bytes(assemble())
