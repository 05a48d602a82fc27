"""JSON lines over standard input and output: how the processes of the benchmark speak. Plain Python."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from typing import Any, TextIO

_out: TextIO | None = None


def claim_stdout() -> None:
    """Keeps standard output for lines of ours: what a library prints goes to standard error from now on."""
    global _out
    if _out is None:
        _out = os.fdopen(os.dup(1), "w", encoding="utf-8")
        os.dup2(2, 1)


def write_line(content: Any) -> None:
    """Sends one line."""
    claim_stdout()
    assert _out is not None
    _out.write(json.dumps(content) + "\n")
    _out.flush()


async def read_lines() -> AsyncIterator[dict[str, Any]]:
    """What comes in, until the other side closes."""
    reader = asyncio.StreamReader(limit=64 * 1024 * 1024)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        yield json.loads(line)
