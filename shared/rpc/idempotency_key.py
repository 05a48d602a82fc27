"""The key by which a caller repeats a request: taken from its metadata."""

import re

from shared.errors import InvalidInput, Violation
from shared.idempotency import FIELD, carry_key
from shared.rpc.calls import Context, Method, Proceed

# Visible ASCII; quotes around it, which the header's draft standard has, are a part of it.
_SANE = re.compile(r"[!-~]{1,255}")


class InvalidIdempotencyKey(InvalidInput):
    """The key cannot be one."""

    reason = "INVALID_IDEMPOTENCY_KEY"
    message = "the Idempotency-Key cannot be used"


async def carry_idempotency_key(_method: Method, context: Context, proceed: Proceed) -> bytes | None:
    """Binds the key, where there is one, for the use cases; raises `InvalidIdempotencyKey`."""
    given = [value for name, value in context.invocation_metadata() or () if name == FIELD]
    if given:
        key = given[0]
        if len(given) > 1 or not isinstance(key, str) or not _SANE.fullmatch(key):
            raise InvalidIdempotencyKey([Violation(FIELD, "must be one text of 1 to 255 visible ASCII characters")])
        carry_key(key)
    return await proceed()
