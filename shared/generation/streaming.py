"""An answer while it is written, as the events of one stream."""

from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from shared.llm.progress import Item, OnProgress, Progress, Restarted, Started
from shared.llm.relay import relay

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Completed(Generic[T]):
    """The answer is stored. The last event."""

    answer: T


@dataclass(frozen=True, slots=True)
class Broken:
    """There is no answer, and nothing was stored. The last event."""

    error: Exception


StreamEvent = Progress | Completed[T] | Broken


async def stream_of(
    write: Callable[[OnProgress], Coroutine[Any, Any, T]],
) -> AsyncGenerator[StreamEvent[T], None]:
    """Yields what `write` tells, then what came of it; raises what it raises before it has told anything.

    Who stops reading closes the iterator: that cancels the writing and waits for its end.
    """
    broken: Broken | None = None
    has_begun = False
    async with aclosing(relay(write)) as events:
        try:
            async for event in events:
                has_begun = True
                yield event if isinstance(event, Started | Item | Restarted) else Completed(event)
        except Exception as error:
            if not has_begun:
                raise
            broken = Broken(error)
    if broken is not None:
        yield broken
