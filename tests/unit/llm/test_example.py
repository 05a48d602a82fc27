"""The program in the README: it runs as it is, and has fallback."""

import asyncio
import os
import sys
from pathlib import Path

from tests.support.vendors import FakeClaude, FakeOpenAI, answer, status

ROOT = Path(__file__).resolve().parents[3]
EXAMPLE = ROOT / "examples" / "ask_with_fallback.py"


async def test_another_program_has_fallback() -> None:
    """With nothing but its settings in the environment it answers from the second provider."""
    async with (
        FakeOpenAI(default=status(500)) as openai,
        FakeClaude(default=answer({"titles": ["a", "b", "c"]})) as claude,
    ):
        environment = os.environ | {
            "PYTHONPATH": str(ROOT),
            "OPENAI_API_KEY": "key",
            "OPENAI_BASE_URL": openai.base_url,
            "CLAUDE_API_KEY": "key",
            "CLAUDE_BASE_URL": claude.base_url,
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(EXAMPLE), env=environment, stdout=asyncio.subprocess.PIPE
        )
        output, _ = await process.communicate()

    assert process.returncode == 0
    assert output.decode().splitlines()[-1] == "['a', 'b', 'c'] [('openai', 'OVERLOADED'), ('claude', 'OK')]"


def test_the_readme_shows_it_as_it_is() -> None:
    """What the README shows is the program itself, from its first line after the imports on."""
    shown = (ROOT / "README.md").read_text("utf-8")
    program = EXAMPLE.read_text("utf-8")

    body = program[program.index("TITLES =") : program.index("    print(")]

    assert body.rstrip() in shown
