"""The id that follows a request through every process: taken from the caller where it is sane, else made here."""

import re
from contextvars import ContextVar
from uuid import uuid4

import structlog

from shared.rpc.calls import Context, Method, Proceed

HEADER = "x-request-id"
_SANE = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}")
_request_id: ContextVar[str] = ContextVar("request_id", default="")


def current_request_id() -> str:
    """Id of the request that is being handled; empty outside of one."""
    return _request_id.get()


def request_id_metadata() -> tuple[tuple[str, str], ...]:
    """Metadata for a call that is made on behalf of the current request."""
    current = current_request_id()
    return ((HEADER, current),) if current else ()


async def carry_request_id(_method: Method, context: Context, proceed: Proceed) -> bytes | None:
    """Binds the id to the log of this call, and gives it back to the caller in the trailing metadata."""
    given = next((value for name, value in context.invocation_metadata() or () if name == HEADER), "")
    request_id = given if isinstance(given, str) and _SANE.fullmatch(given) else str(uuid4())
    _request_id.set(request_id)
    structlog.contextvars.bind_contextvars(request_id=request_id)
    context.set_trailing_metadata(((HEADER, request_id),))
    return await proceed()
