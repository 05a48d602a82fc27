"""What of an answer may be shown while it is written: who is asked, each item that is whole and good, who took over."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import structlog

from shared.llm.continuation import Continuation, Kept
from shared.llm.messages import OK, OVERTAKEN
from shared.llm.partial_json import read_partial_object

# What may be the end of an entry; the comma behind a text or number may stand in the piece after it.
_CLOSING = re.compile(r'[}\]]|["\d]\s*,|^\s*,')
# All looks at a growing text together read at most so many times its length: twice what an ordinary answer takes.
_MOST_READ = 100


@dataclass(frozen=True, slots=True)
class Started:
    """The first request was made."""

    provider: str
    model: str


@dataclass(frozen=True, slots=True)
class Item:
    """An item is whole and has passed the checks of its own. `index` counts from 0 and never comes again."""

    index: int
    entry: Any


@dataclass(frozen=True, slots=True)
class Restarted:
    """Another request took over. The items of `kept_indexes` stay, all others that were shown are withdrawn.

    `cause` is the outcome of the request that was shown before: `OVERTAKEN` where it may still be under way, `OK` where
    it is the answer itself that came out otherwise than it had begun.
    """

    provider: str
    model: str
    cause: str
    kept_indexes: tuple[int, ...]


Progress = Started | Item | Restarted
OnProgress = Callable[[Progress], None]


class Reading:
    """Reads along with one request. `items` are those that were `kept` before it and its own that are whole and good.

    `note` hears that the request was made, and of every gain.
    """

    def __init__(
        self,
        provider: str,
        model: str,
        kept: Kept | None,
        continuation: Continuation | None,
        note: Callable[["Reading"], None],
    ) -> None:
        self.provider = provider
        self.model = model
        self.items: list[Any] = list(items_of(continuation, kept.text)) if kept is not None else []
        self._kept = kept
        self._continuation = continuation
        self._note = note
        self._pieces: list[str] = []
        self._length = 0
        self._looked_through = 0
        self._may_have_more = False
        self._entries = 0
        self._seen = 0

    def begin(self) -> None:
        """The request was made."""
        self._note(self)

    def read(self, piece: str) -> None:
        """Takes the next piece, and looks for new items where one may have come to its end. Raises nothing."""
        if self._continuation is None:
            return
        self._pieces.append(piece)
        self._length += len(piece)
        self._may_have_more = self._may_have_more or _CLOSING.search(piece) is not None
        if self._may_have_more and self._looked_through + self._length <= self._length * _MOST_READ:
            self._look(self._continuation)

    def _look(self, continuation: Continuation) -> None:
        self._looked_through += self._length
        self._may_have_more = False
        before = len(self.items)
        try:
            self._take_new(continuation, "".join(self._pieces))
        except Exception as error:  # what is shown early must not cost the answer
            structlog.get_logger().error("llm.reading_broke", kind=type(error).__name__)
            self._continuation = None
        if len(self.items) > before:
            self._note(self)

    def _take_new(self, continuation: Continuation, text: str) -> None:
        """Checks the items that were not there at the last look, if any list has grown since."""
        answer = read_partial_object(text) or {}
        entries = _count_entries(answer)
        if entries <= self._entries:
            return
        self._entries = entries
        found = continuation.items(answer)
        new, self._seen = found[self._seen :], max(self._seen, len(found))
        for item in new:
            if item not in self.items and continuation.is_sound(item, self.items, answer, self._kept):
                self.items.append(item)


class Broadcast:
    """Shows one request of a call at a time, the leader: the first, until another one takes over.

    That is the next one where the leader failed or was left, one beside it that has more items, or the one that won. At
    the end of a call that has an answer, what is shown is the items of that answer. `tell` hears of it at once; without
    one nothing is read along. There are no more events than a few for each item that an answer may have.
    """

    def __init__(self, tell: OnProgress | None, continuation: Continuation | None) -> None:
        self._tell = tell
        self._continuation = continuation
        self._leader: Reading | None = None
        # Under way, and those of them whose requests were made, in that order.
        self._live: set[Reading] = set()
        self._begun: list[Reading] = []
        self._shown: dict[int, Any] = {}
        self._indexes = count()
        self._has_started = False
        self._cause = OK

    def open(self, provider: str, model: str, kept: Kept | None) -> Reading | None:
        """A reader for a request that is about to be made; None where nobody watches."""
        if self._tell is None:
            return None
        reading = Reading(provider, model, kept, self._continuation, self._note)
        self._live.add(reading)
        return reading

    def end(self, reading: Reading | None, cause: str) -> None:
        """Takes note that a request came to nothing; `cause` is its outcome."""
        if reading is None:
            return
        self._live.discard(reading)
        if reading in self._begun:
            self._begun.remove(reading)
        if reading is self._leader:
            self._leader, self._cause = None, cause
            if self._begun:
                self._lead(max(self._begun, key=lambda other: len(other.items)), cause)

    def finish(self, reading: Reading | None, text: str) -> None:
        """Takes note that a request won, with this text as the answer."""
        if reading is None:
            return
        items = items_of(self._continuation, text)
        if reading is not self._leader:
            self._lead(reading, OVERTAKEN if self._leader is not None else self._cause, items)
        elif len(self._staying(items)) < len(self._shown):
            self._lead(reading, OK, items)
        else:
            self._show(items)
        self.stop()

    def stop(self) -> None:
        """Nothing that is still under way is shown any more."""
        self._live.clear()
        self._begun.clear()
        self._leader = None

    def _note(self, reading: Reading) -> None:
        if reading not in self._live:
            return
        if reading not in self._begun:
            self._begun.append(reading)
        if self._leader is None:
            self._lead(reading, self._cause)
        elif reading is self._leader:
            self._show(reading.items)
        elif len(reading.items) > len(self._leader.items):
            self._lead(reading, OVERTAKEN)

    def _lead(self, reading: Reading, cause: str, items: Sequence[Any] | None = None) -> None:
        items = reading.items if items is None else items
        self._leader = reading
        if self._has_started:
            self._shown = self._staying(items)
            self._send(Restarted(reading.provider, reading.model, cause, tuple(self._shown)))
        else:
            self._has_started = True
            self._send(Started(reading.provider, reading.model))
        self._show(items)

    def _show(self, items: Sequence[Any]) -> None:
        shown = list(self._staying(items).values())
        for item in items:
            if item in shown:
                shown.remove(item)
            else:
                index = next(self._indexes)
                self._shown[index] = item
                self._send(Item(index, item))

    def _staying(self, items: Sequence[Any]) -> dict[int, Any]:
        """What is shown of these items, an item that stands there twice twice."""
        left, staying = list(items), {}
        for index, item in self._shown.items():
            if item in left:
                left.remove(item)
                staying[index] = item
        return staying

    def _send(self, event: Progress) -> None:
        if self._tell is not None:
            self._tell(event)


def _count_entries(answer: Mapping[str, Any]) -> int:
    """How many entries the lists have that are reached through members alone."""
    lists = sum(len(member) for member in answer.values() if isinstance(member, list))
    return lists + sum(_count_entries(member) for member in answer.values() if isinstance(member, dict))


def items_of(continuation: Continuation | None, text: str) -> Sequence[Any]:
    """The items of an answer; none where nobody says what they are, or a defect of ours keeps that from being known."""
    if continuation is None:
        return ()
    try:
        return continuation.items(read_partial_object(text) or {})
    except Exception as error:  # what is shown early must not cost the answer
        structlog.get_logger().error("llm.reading_broke", kind=type(error).__name__)
        return ()
