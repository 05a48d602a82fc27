"""Another program that asks whichever provider is configured and answers: the library of this project on its own."""

import asyncio
import json

from shared.config import load_settings
from shared.llm import AnswerMalformed, Completion, ListContinuation, LLMRegistry, Prompt

TITLES = {"type": "array", "items": {"type": "string"}}
SCHEMA = {"type": "object", "properties": {"titles": TITLES}, "required": ["titles"], "additionalProperties": False}


def read_titles(completion: Completion) -> list[str]:
    """Three titles; anything else sends the question on to the next provider."""
    try:
        first, second, third = json.loads(completion.text)["titles"]
    except (ValueError, KeyError, TypeError):
        raise AnswerMalformed from None
    return [first, second, third]


async def main() -> None:
    """Asks, and tells who answered after whom."""
    prompt = Prompt("You name talks.", "Three titles of talks about Kafka.", "titles", SCHEMA, "titles/1")
    async with LLMRegistry(load_settings().llm) as registry:
        chain = registry.get_client_with_fallback()
        keep = ListContinuation("titles", 3)
        answer = await chain.answer(prompt, read_titles, timeout=registry.deadline, continuation=keep)
    print(answer.value, [(attempt.provider, attempt.outcome) for attempt in answer.attempts])  # noqa: T201 - shows it


if __name__ == "__main__":
    asyncio.run(main())
