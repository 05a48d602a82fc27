"""The programs of the examples: they run as they are, and have fallback."""

import asyncio
import os
import sys
from pathlib import Path

from tests.support.vendors import FakeClaude, FakeOpenAI, answer, cut, status

ROOT = Path(__file__).resolve().parents[3]
EXAMPLE = ROOT / "examples" / "ask_with_fallback.py"
TITLES = {"titles": ["a", "b", "c"]}


async def output_of(example: Path, openai: FakeOpenAI, claude: FakeClaude) -> list[str]:
    """What a program prints that has nothing but these vendors in its environment."""
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "OPENAI_API_KEY": "key",
        "OPENAI_BASE_URL": openai.base_url,
        "CLAUDE_API_KEY": "key",
        "CLAUDE_BASE_URL": claude.base_url,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(example), env=environment, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    assert process.returncode == 0
    return [line for line in output.decode().splitlines() if "[warning" not in line]


async def test_another_program_has_fallback() -> None:
    """With nothing but its settings in the environment it answers from the second provider."""
    async with FakeOpenAI(default=status(500)) as openai, FakeClaude(default=answer(TITLES)) as claude:
        output = await output_of(EXAMPLE, openai, claude)

    assert output[-1] == "['a', 'b', 'c'] [('openai', 'OVERLOADED'), ('claude', 'OK')]"


async def test_another_program_shows_what_is_written() -> None:
    """What one provider had written stays where the next one goes on."""
    # Given
    first = FakeOpenAI(default=cut(TITLES, end=status(500), share=0.8), pieces=20)
    second = FakeClaude(default=answer({"titles": ["d"]}))

    # When
    async with first as openai, second as claude:
        output = await output_of(EXAMPLE.with_name("follow_with_fallback.py"), openai, claude)

    # Then
    assert output == [
        "openai writes",
        "0: a",
        "1: b",
        "claude goes on after OVERLOADED with [0, 1]",
        "2: d",
        "['a', 'b', 'd']",
    ]


def test_the_readme_shows_it_as_it_is() -> None:
    """What the README shows is the program itself, from its first line after the imports on."""
    shown = (ROOT / "README.md").read_text("utf-8")
    program = EXAMPLE.read_text("utf-8")

    body = program[program.index("TITLES =") : program.index("    print(")]

    assert body.rstrip() in shown
