"""What was shown of an answer, in a few words."""

from collections.abc import Iterable

from shared.llm.progress import Item, Progress, Started


def told(events: Iterable[Progress]) -> list[str]:
    """Events in a few words."""
    return [tell(event) for event in events]


def tell(event: Progress) -> str:
    """One event in a few words."""
    if isinstance(event, Started):
        return f"{event.provider} starts"
    if isinstance(event, Item):
        return f"{event.index}: {event.entry['n']}"
    return f"{event.provider} after {event.cause}, keeps {','.join(map(str, event.kept_indexes)) or 'nothing'}"


def shown(first: int, *numbers: int) -> list[str]:
    """Items with these numbers, of indexes from the first on."""
    return [f"{index}: {number}" for index, number in enumerate(numbers, first)]
