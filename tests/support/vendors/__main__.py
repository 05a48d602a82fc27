"""Runs all three fake vendors and prints the environment that points a service at them; ends on Ctrl-C."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from tests.support.vendors import (
    Behaviour,
    FakeClaude,
    FakeGemini,
    FakeOpenAI,
    answer,
    cut,
    drip,
    hang,
    refuse,
    status,
    truncated,
    wrong_shape,
)

_NAMES = "ok, an HTTP status such as 500, refuse, wrong-shape, truncated, hang, drip, cut"


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.support.vendors", description=__doc__)
    for name in ("gemini", "openai", "claude"):
        parser.add_argument(f"--{name}", default="ok", metavar="BEHAVIOUR", help=f"{_NAMES} (default: ok)")
        parser.add_argument(f"--{name}-port", type=int, default=0, metavar="PORT", help="default: a free one")
    parser.add_argument("--answer", type=Path, metavar="FILE", help="the JSON that ok answers with (default: {})")
    parsed = parser.parse_args(arguments)
    text = parsed.answer.read_text("utf-8") if parsed.answer else "{}"
    for name in ("gemini", "openai", "claude"):
        try:
            setattr(parsed, name, _behaviour(getattr(parsed, name), text))
        except KeyError as error:
            parser.error(f"--{name}: {error.args[0]} is none of: {_NAMES}")
    return parsed


def _behaviour(name: str, text: str) -> Behaviour:
    if name.isdecimal():
        return status(int(name))
    named: dict[str, Behaviour] = {
        "ok": answer(text),
        "refuse": refuse(),
        "wrong-shape": wrong_shape(),
        "truncated": truncated(text),
        "hang": hang(),
        "drip": drip(),
        "cut": cut(text),
    }
    return named[name]


async def _serve(parsed: argparse.Namespace) -> None:
    async with AsyncExitStack() as stack:
        gemini = await stack.enter_async_context(FakeGemini(port=parsed.gemini_port, default=parsed.gemini))
        openai = await stack.enter_async_context(FakeOpenAI(port=parsed.openai_port, default=parsed.openai))
        claude = await stack.enter_async_context(FakeClaude(port=parsed.claude_port, default=parsed.claude))
        environment = {
            "GEMINI_API_ENDPOINT": gemini.endpoint,
            "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH": str(gemini.ca_path),
            "OPENAI_BASE_URL": openai.base_url,
            "CLAUDE_BASE_URL": claude.base_url,
            "GEMINI_API_KEY": "fake-gemini-key",
            "OPENAI_API_KEY": "fake-openai-key",
            "CLAUDE_API_KEY": "fake-claude-key",
        }
        sys.stdout.write("".join(f"export {name}={value}\n" for name, value in environment.items()))
        sys.stdout.flush()
        stopped = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stopped.set)
        await stopped.wait()


if __name__ == "__main__":
    asyncio.run(_serve(_arguments(None)))
