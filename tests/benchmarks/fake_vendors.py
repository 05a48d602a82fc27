"""Fake Gemini and Claude for the figure of memory, where three providers are configured and each is asked once.

python -m tests.benchmarks.fake_vendors
"""

import asyncio

from tests.benchmarks.lines import read_lines, write_line
from tests.benchmarks.question import answer_of
from tests.support.vendors import FakeClaude, FakeGemini
from tests.support.vendors.behaviours import Answer


async def main() -> None:
    """Serves until its input ends."""
    answer = Answer(answer_of("other"))
    async with FakeGemini(default=answer) as gemini, FakeClaude(default=answer) as claude:
        write_line({"others": {"gemini": gemini.endpoint, "claude": claude.base_url}, "ca": str(gemini.ca_path)})
        async for _ in read_lines():
            write_line({})


if __name__ == "__main__":
    asyncio.run(main())
