"""Single calls over REST, and what a caller makes of their answers."""

import asyncio
import json
import time
from dataclasses import dataclass
from typing import Any

from tests.load.connection import Connection, ConnectionBroken
from tests.load.requests import request

BROKEN = "broken"
LATE = "late"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one call: `status` 0 where the connection broke or nothing came in time; `seconds` it took."""

    status: int
    reason: str
    seconds: float
    body: Any
    tells_when: bool

    @property
    def is_clear(self) -> bool:
        """Whether it is an answer of ours: a good one, or an error in the usual shape that says when to come back."""
        if 200 <= self.status < 300:
            return True
        shaped = isinstance(self.body, dict) and {"code", "message", "details"} <= set(self.body) and self.reason != ""
        return shaped and (self.tells_when or self.status != 503)

    @property
    def outcome(self) -> str:
        """In one word."""
        return self.reason if self.status in (0, 503) else str(self.status)


async def call(port: int, method: str, path: str, body: Any = None, *, key: str = "", patience: float = 80.0) -> Answer:
    """One call below `/api/v1` on a connection of its own, with an `Idempotency-Key` where there is one."""
    text = request(method, f"/api/v1{path}", body, {"idempotency-key": key} if key else None)
    start = time.monotonic()
    connection = None
    try:
        async with asyncio.timeout(patience):
            connection = await Connection.open("127.0.0.1", port)
            reply = await connection.send(text)
    except (ConnectionBroken, TimeoutError) as error:
        reason = BROKEN if isinstance(error, ConnectionBroken) else LATE
        return Answer(0, reason, time.monotonic() - start, None, tells_when=False)
    finally:
        if connection is not None:
            connection.close()
    seconds = time.monotonic() - start
    try:
        content = json.loads(reply.body)
    except ValueError:
        content = None
    return Answer(reply.status, _reason(content), seconds, content, reply.header("retry-after") is not None)


def _reason(content: Any) -> str:
    try:
        return str(content["details"][0]["reason"])
    except (KeyError, IndexError, TypeError):
        return ""
