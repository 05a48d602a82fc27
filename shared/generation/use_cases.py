"""What a caller can ask of a generator: write, read, list, erase, usage, health."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Generic, TypeVar

from shared.cancellation import finish
from shared.claims import Wish
from shared.clock import Clock
from shared.errors import DatabaseUnavailable
from shared.generation.errors import ResumeNotFound, refuse
from shared.generation.feedback import Feedback
from shared.generation.generator import Draft, Generator
from shared.generation.model import GenerationRequest, Provenance, ProviderSums
from shared.generation.ports import DatabasePing, DerivedRepository, DerivedStore, ResumeSource, UsageLedger
from shared.generation.streaming import StreamEvent, stream_of
from shared.idempotency import Idempotency
from shared.llm.endpoint import EndpointStatus
from shared.llm.progress import OnProgress
from shared.llm.registry import LLMRegistry
from shared.pages import MAX_PAGE_SIZE, Page, PageRequest
from shared.resume_key import check_key

Content = TypeVar("Content")
Item = TypeVar("Item")

# All that tells of a resume is gone from the database's files within a minute of its deletion: an answer that took
# longer than this is not even written where the resume went away meanwhile.
_LONG_SECONDS = 10.0

# Puts what was written together with its id into what is stored.
Assemble = Callable[[str, GenerationRequest, Content, Provenance], Item]
# What of an item a later one about the same resume must not repeat.
TextsOf = Callable[[Item], Sequence[str]]


@dataclass(frozen=True, slots=True)
class GenerationUseCases(Generic[Content, Item]):
    """One method for each thing that a caller can ask."""

    generator: Generator[Content]
    assemble: Assemble[Content, Item]
    items: DerivedRepository[Item]
    feedback: DerivedStore[Feedback]
    resumes: ResumeSource
    registry: LLMRegistry
    usage: UsageLedger
    idempotency: Idempotency
    database: DatabasePing
    clock: Clock
    texts_of: TextsOf[Item] | None = None

    async def generate(
        self, request: GenerationRequest, time_left: float | None, on_progress: OnProgress | None = None
    ) -> Item:
        """Writes, stores and answers, within `time_left` seconds (None: the deadline of the generator alone counts).

        A request that is repeated with its idempotency key is answered with what is stored. `on_progress` sees what may
        be shown while it is written. Raises `InvalidRequest`, `ResumeNotFound`, `ResumeServiceUnavailable` and what
        the generator and the idempotency raise.
        """
        refuse(check_key(request.unique_key))
        ends = self.generator.end_of(time_left)
        async with self.idempotency.claim(Wish("Generate", request.unique_key, request), time_left) as claim:
            if claim.done:
                return await self.items.get(request.unique_key, claim.new_id)
            resume, earlier = await asyncio.gather(self.resumes.get(request.unique_key), self._earlier(request))
            if claim.retaken and (found := await self.items.find(request.unique_key, claim.new_id)):
                return await finish(self._show(request.unique_key, resume, found))
            draft = await self.generator.write(request, resume, ends, earlier, on_progress)
            # What was paid for is not lost by a caller that leaves now, nor is it left behind of a resume that is gone.
            return await finish(self._complete(request, resume, claim.new_id, draft))

    def stream(self, request: GenerationRequest, time_left: float | None) -> AsyncGenerator[StreamEvent[Item], None]:
        """Does what `generate` does, and yields how it goes; raises what that raises before the first event."""
        return stream_of(partial(self.generate, request, time_left))

    async def _earlier(self, request: GenerationRequest) -> Sequence[str]:
        """What must not be repeated: the texts of the newest items, as many as a page holds."""
        if self.texts_of is None or request.allow_repeats:
            return ()
        page = await self.items.list(request.unique_key, PageRequest(MAX_PAGE_SIZE))
        return [text for item in page.items for text in self.texts_of(item)]

    async def _complete(
        self, request: GenerationRequest, resume: Mapping[str, Any], item_id: str, draft: Draft[Content]
    ) -> Item:
        item = self.assemble(item_id, request, draft.content, draft.provenance)
        try:
            if draft.seconds > _LONG_SECONDS:
                await self._confirm(request.unique_key, resume)
            stored = await self.items.add(item, self.clock.now())
        except BaseException:
            await self.generator.settle(draft, stored=False)
            raise
        # Both wait for the database most of the time.
        settling = asyncio.create_task(self.generator.settle(draft, stored=stored is item))
        try:
            return await self._show(request.unique_key, resume, stored)
        finally:
            await settling

    async def _show(self, unique_key: str, resume: Mapping[str, Any], item: Item) -> Item:
        """Lets readers find a stored item, unless its resume was deleted meanwhile, or nobody can say.

        A deletion hides the resume before it erases. So either the item was stored before the erasure, and is gone
        with it, or it was stored after, and then the resume is hidden by now, or another one has its key. What is never
        shown is swept, so a process that ends in between leaves nothing.
        """
        try:
            await self._confirm(unique_key, resume)
        except ResumeNotFound:
            # Not left to the sweep: it waits until nobody can be about to show it.
            with suppress(DatabaseUnavailable):
                await self.items.drop(item)
            raise
        if not await self.items.show(item):
            raise ResumeNotFound(unique_key=unique_key)
        return item

    async def _confirm(self, unique_key: str, resume: Mapping[str, Any]) -> None:
        """Raises where the resume is not there any more, be it that another one has its key."""
        present = await self.resumes.get(unique_key)
        if present.get("created_at") != resume.get("created_at"):
            raise ResumeNotFound(unique_key=unique_key)

    async def get(self, unique_key: str, item_id: str) -> Item:
        """Reads one item."""
        refuse(check_key(unique_key))
        return await self.items.get(unique_key, item_id)

    async def list(self, unique_key: str, page: PageRequest) -> Page[Item]:
        """One page of a resume's items, newest first."""
        refuse(check_key(unique_key))
        return await self.items.list(unique_key, page)

    async def erase(self, unique_key: str) -> int:
        """Erases all items of a resume and what was said of them; answers how many items there were."""
        refuse(check_key(unique_key))
        erased = await self.items.erase(unique_key)
        await self.feedback.erase(unique_key)
        await self.idempotency.erase(unique_key)
        return erased

    async def read_usage(self, day: date | None) -> tuple[date, Sequence[ProviderSums]]:
        """The sums of a day, today where none is given."""
        day = day or self.clock.now().date()
        return day, await self.usage.read(day)

    async def check_health(self) -> Sequence[EndpointStatus]:
        """How the providers are, in the order of the chain; raises `DatabaseUnavailable`."""
        if not await self.database.ping():
            raise DatabaseUnavailable
        return self.registry.status()
