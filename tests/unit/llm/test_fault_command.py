"""The fault server as a program of its own, and our own settings pointing at it."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from tests.support.fault_server import main
from tests.support.vendors import FAULTS

ROOT = Path(__file__).resolve().parents[3]
COMMAND = (sys.executable, "-m", "tests.support.fault_server")

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
    process = await asyncio.create_subprocess_exec(*COMMAND, *arguments, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
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
    async with started("--gemini", "500", "--openai", "refusal", "--answer", str(reply)) as environment:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", CALLER, cwd=ROOT, env=environment, stdout=asyncio.subprocess.PIPE
        )
        told, _ = await process.communicate()

    last = told.decode().splitlines()[-1]
    assert last == '{"answer": "답"} gemini=OVERLOADED openai=CONTENT_FILTERED claude=OK'


async def test_an_address_at_fault_is_printed_like_any_other(tmp_path: Path) -> None:
    """A service that is pointed at it finds nobody there, and falls back."""
    reply = tmp_path / "reply.json"
    reply.write_text("{}", encoding="utf-8")
    faults = ("--gemini", "tls-failure", "--openai", "refused", "--answer", str(reply), "--pieces", "2")
    async with started(*faults) as environment:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", CALLER, cwd=ROOT, env=environment, stdout=asyncio.subprocess.PIPE
        )
        told, _ = await process.communicate()

    last = told.decode().splitlines()[-1]
    assert last == "{} gemini=CONNECTION_FAILED openai=CONNECTION_FAILED claude=OK"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--claude", "sing"), "--claude: sing is no fault of this vendor"),
        (("--gemini", "redirect-302"), "--gemini: redirect-302 is no fault of this vendor"),
        (("--openai", "refused", "--rate", "0.5"), "--openai: refused is a fault of the address"),
        (("--rate", "2"), "--rate and --share are between 0 and 1"),
        (("--answer", "nowhere.json"), "--answer: "),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_slip_on_the_command_line_is_told_at_once(
    arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything is started."""
    with pytest.raises(SystemExit) as raised:
        main(arguments)

    assert raised.value.code == 2
    assert message in capsys.readouterr().err


def test_the_table_of_faults_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """Every fault has its line, in which no vendor is passed over in silence."""
    main(["--list"])

    lines = capsys.readouterr().out.splitlines()
    assert [line.split("`")[1] for line in lines[2:]] == list(FAULTS)
    assert all(cell.strip() for line in lines for cell in line.strip("|").split("|"))


async def test_a_share_of_the_calls_is_faulty() -> None:
    """The others are answered."""
    statuses = set()
    async with started("--openai", "503", "--rate", "0.5") as environment, aiohttp.ClientSession() as session:
        url = f"{environment['OPENAI_BASE_URL']}/chat/completions"
        for _ in range(60):
            async with session.post(url, json={"model": "m"}) as response:
                statuses.add(response.status)

    assert statuses == {200, 503}
