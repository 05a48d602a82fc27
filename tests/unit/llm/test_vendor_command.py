"""The fake vendors as a program of their own, and our own settings pointing at them."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]

# In another process, as a service is: gRPC reads its environment once.
CALLER = """
import asyncio, os
from shared.config import load_settings
from shared.llm import LLMRegistry, Prompt

async def main():
    settings = load_settings(dict(os.environ))
    registry = LLMRegistry(settings.llm)
    schema = {"type": "object", "properties": {}, "required": []}
    prompt = Prompt("system", "user", "thing", schema, "thing/1")
    chain = registry.get_client_with_fallback()
    answer = await chain.answer(prompt, lambda completion: completion.text, timeout=registry.deadline)
    print(answer.value, *(f"{attempt.provider}={attempt.outcome}" for attempt in answer.attempts))
    await registry.close()

asyncio.run(main())
"""


@asynccontextmanager
async def started(*arguments: str) -> AsyncIterator[dict[str, str]]:
    """Runs the program, and yields the environment that it prints; it must end in peace when told to."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.support.vendors", *arguments, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    environment = {}
    try:
        while "CLAUDE_API_KEY" not in environment:
            line = await process.stdout.readline()
            assert line, "it ended before it had started"
            name, _, value = line.decode().removeprefix("export ").strip().partition("=")
            environment[name] = value
        yield environment
    finally:
        process.terminate()
        code = await process.wait()
    assert code == 0


async def test_settings_that_point_at_the_fakes_reach_all_three(tmp_path: Path) -> None:
    """The printed environment is all that a service needs, and each fake behaves as it was told."""
    reply = tmp_path / "reply.json"
    reply.write_text('{"answer":"답"}', encoding="utf-8")
    async with started("--gemini", "500", "--openai", "refuse", "--answer", str(reply)) as environment:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", CALLER, cwd=ROOT, env=environment, stdout=asyncio.subprocess.PIPE
        )
        told, _ = await process.communicate()

    last = told.decode().splitlines()[-1]
    assert last == '{"answer":"답"} gemini=OVERLOADED openai=CONTENT_FILTERED claude=OK'


async def test_an_unknown_behaviour_is_refused() -> None:
    """A slip on the command line is told at once."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.support.vendors", "--claude", "sing", cwd=ROOT, stderr=asyncio.subprocess.PIPE
    )

    _, told = await process.communicate()

    assert process.returncode == 2
    assert b"--claude: sing is none of: ok" in told
