"""Puts layers around every call that a server handles: one interceptor for all of them.

A layer is a coroutine around one call: what it awaits is the rest of the call, the layers within and the handler.
Layers see the request before it is read and the answer after it is written, so that a request that cannot be read
passes through them like any other failure.
"""

from __future__ import annotations  # handlers have type parameters in the stubs alone

from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import Any

import grpc
import grpc.aio

Context = grpc.aio.ServicerContext[Any, Any]


@dataclass(frozen=True, slots=True)
class Method:
    """A method by its full name, such as `/career.resume.v1.ResumeService/GetResume`."""

    path: str

    @property
    def service(self) -> str:
        """Full name of the service."""
        return self.path.split("/")[1]

    @property
    def name(self) -> str:
        """Name of the method."""
        return self.path.split("/")[2]


# The rest of a call: gives the bytes of its answer, None for a stream, whose messages have been sent by then.
Proceed = Callable[[], Awaitable[bytes | None]]
Layer = Callable[[Method, Context, Proceed], Awaitable[bytes | None]]


class LayerInterceptor(grpc.aio.ServerInterceptor):
    """Wraps each method of `services` once, at its first call. The first layer is the outermost.

    Health and reflection are the libraries' own: they stay as they are.
    """

    def __init__(self, services: Sequence[str], layers: Sequence[Layer]) -> None:
        self._services = frozenset(services)
        self._layers = tuple(layers)
        self._handlers: dict[str, grpc.RpcMethodHandler[Any, Any]] = {}

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler[Any, Any] | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[Any, Any] | None:
        """The wrapped handler; None, and by that UNIMPLEMENTED, for a method that nobody serves."""
        path = handler_call_details.method
        wrapped = self._handlers.get(path)
        if wrapped is None:
            handler = await continuation(handler_call_details)
            method = Method(path)
            if handler is None or method.service not in self._services:
                return handler
            wrapped = self._handlers[path] = _wrap(handler, method, self._layers)
        return wrapped


def _wrap(
    handler: grpc.RpcMethodHandler[Any, Any], method: Method, layers: tuple[Layer, ...]
) -> grpc.RpcMethodHandler[Any, Any]:
    read: Callable[[bytes], Any] = handler.request_deserializer or bytes
    write: Callable[[Any], bytes] = handler.response_serializer or bytes
    # Any: the type stubs give an asynchronous handler the types of a synchronous one.
    behaviour: Any = handler.unary_stream if handler.response_streaming else handler.unary_unary

    async def answer(request: bytes, context: Context) -> bytes | None:
        async def handle() -> bytes:
            return write(await behaviour(read(request), context))

        return await _within(layers, method, context, handle)()

    # No generator: one whose reader leaves while it is not running is ended some other time and in another task.
    async def answer_stream(request: bytes, context: Context) -> None:
        async def handle() -> None:
            async with aclosing(behaviour(read(request), context)) as responses:
                async for response in responses:
                    await context.write(write(response))

        await _within(layers, method, context, handle)()

    if handler.response_streaming:
        return grpc.unary_stream_rpc_method_handler(answer_stream)
    return grpc.unary_unary_rpc_method_handler(answer)


def _within(layers: Sequence[Layer], method: Method, context: Context, handle: Proceed) -> Proceed:
    """The call with all its layers. Nested coroutines: context managers would cost five times as much of every call."""
    proceed = handle
    for layer in reversed(layers):
        proceed = partial(layer, method, context, proceed)
    return proceed
