"""Shows titles while a model writes them, whichever provider it is that answers in the end."""

import asyncio
from contextlib import aclosing

from examples.ask_with_fallback import SCHEMA, read_titles
from shared.config import load_settings
from shared.llm import Item, ListContinuation, LLMRegistry, Prompt, Restarted, Started


async def main() -> None:
    """Prints each title as soon as it is written, and what becomes of it where another provider takes over."""
    prompt = Prompt("You name talks.", "Three titles of talks about Kafka.", "titles", SCHEMA, "titles/1")
    async with LLMRegistry(load_settings().llm) as registry:
        chain, keep = registry.get_client_with_fallback(), ListContinuation("titles", 3)
        events = chain.follow(prompt, read_titles, timeout=registry.deadline, continuation=keep)
        async with aclosing(events):
            async for event in events:
                match event:
                    case Started(provider=provider):
                        print(f"{provider} writes")  # noqa: T201 - shows it
                    case Item(index=index, entry=title):
                        print(f"{index}: {title}")  # noqa: T201 - as above
                    case Restarted(provider=provider, cause=cause, kept_indexes=kept):
                        print(f"{provider} goes on after {cause} with {list(kept)}")  # noqa: T201 - as above
                    case answer:
                        print(answer.value)  # noqa: T201 - as above


if __name__ == "__main__":
    asyncio.run(main())
